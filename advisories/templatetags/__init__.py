"""What templates ask of advisories."""
