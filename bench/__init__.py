"""What the engine costs, measured against git on the same input in the same run. `make bench` runs it."""
