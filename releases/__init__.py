"""What is done about it: trees, branches, series, checks, the board."""
