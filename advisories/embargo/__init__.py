"""Embargoes: the rules, their steps on rows, and how people see them."""
