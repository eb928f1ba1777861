"""Trees: fetched when due, their branches and releases taken up."""
