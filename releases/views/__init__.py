"""Pages of trees, branches, series, checks, flags and the board: one module per group."""
