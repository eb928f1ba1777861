"""What an archive brings to trees."""
