"""Writing advisories."""
