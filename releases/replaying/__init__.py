"""Replaying a whole upstream: its releases cut into windows, and every window replayed on every core."""
