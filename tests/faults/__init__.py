"""Trouble: killed workers, lost messages, broken mirrors."""
