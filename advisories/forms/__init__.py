"""What people fill in: advisories, reports, and what triage does with them."""
