"""Writing advisories together: drafts, what stands beside them, the thread, and the page on which it is done."""
