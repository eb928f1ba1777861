"""What pages of other parts show of series and verdicts."""
