"""What is wrong, and who may know."""
