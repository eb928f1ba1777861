"""How many probes were made in this run and how many canaries they found; every process counts for itself."""

PROBES = {"made": 0, "found": 0}


def count(made: int, found: int) -> None:
    """Add what one test has made and found."""
    PROBES["made"] += made
    PROBES["found"] += found
