"""A project arrives with its archive: what was published before this portal was, taken over as publications."""
