"""What a finder may check: the fix that the team shared with them, their answers, and what the team sees of both."""
