"""Planning releases: which days are taken, and which dates come next."""

from collections.abc import Mapping
from datetime import date

from advisories.policy import Policy


def taken_days(policy: Policy) -> Mapping[date, int]:
    """Count the advisories that are planned already, per day in the policy's zone."""
    return {}
