"""Planning releases: what is planned, which days are good, and why: read for somebody who may know it."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from accounts.access import Viewer
from advisories.calendar import Slot, earliest, next_slots
from advisories.policy import Policy


def taken_days(policy: Policy, viewer: Viewer) -> Mapping[date, int]:
    """Count the advisories planned per day of the policy's zone, as far as `viewer` may know of them."""
    return {}


def good_slots(policy: Policy, taken: Mapping[date, int], *, now: datetime, count: int = 3) -> tuple[Slot, ...]:
    """Propose the next dates for something that is reported now, with nothing agreed otherwise."""
    return next_slots(policy, taken, earliest(policy, now=now, reported_at=now), count)


def today_in(policy: Policy, now: datetime) -> date:
    """Give the day that it is where the policy's clock hangs."""
    return now.astimezone(ZoneInfo(policy.zone)).date()
