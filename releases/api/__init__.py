"""What the API says of series and verdicts."""
