"""Reports: taking them in by form and mail, triage, and answering and crediting those who found something."""
