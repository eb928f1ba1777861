"""A project arrives with its archive."""
