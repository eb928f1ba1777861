"""Letting advisories go: planning, freezing, approving, arming, publishing, and what stands in the way."""
