"""Downstreams that are told before the public."""
