"""Letting advisories go."""
