"""Pages of advisories, of reporting, and of triage."""
