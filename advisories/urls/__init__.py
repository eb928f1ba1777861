"""Addresses, a table for each kind of reader."""
