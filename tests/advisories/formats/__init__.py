"""The field's documents, read and written."""
