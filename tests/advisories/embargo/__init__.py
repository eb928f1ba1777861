"""Embargoes."""
