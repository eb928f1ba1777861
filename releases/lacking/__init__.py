"""What a point release lacks: every public fix it is without, in the order in which all of them apply."""
