"""The public site as plain files: what belongs to it, rendered by the live pages, laid down a generation at a time."""
