"""The release desk, page by page."""
