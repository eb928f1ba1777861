"""PURE: how old a public page may become in somebody's cache."""

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from advisories.policy import Policy

LONGEST = timedelta(seconds=60)
"""However far the next release time is: something may go out at any instant, and nobody is to wait long for it."""


def max_age_s(policy: Policy, now: datetime, announced_at: datetime | None = None) -> int:
    """How long a cache may keep a page, in seconds: a minute, and never past the time of day at which releases are.

    The time of day is public, and so is the next instant that the policy announces (aware). Any other instant at which
    something will be public is not, so it takes no part in this.
    """
    minute = now.replace(second=0, microsecond=0)
    until = _next_release_time(policy.zone, policy.release_time.isoformat(), minute)
    if until <= now:
        until = _next_release_time(policy.zone, policy.release_time.isoformat(), minute + timedelta(minutes=1))
    if announced_at is not None and announced_at > now:
        until = min(until, announced_at)
    return int(min(LONGEST, until - now).total_seconds())


@lru_cache(maxsize=16)
def _next_release_time(zone: str, release_time: str, after: datetime) -> datetime:
    """The next instant after `after` at which the clock of `zone` shows that time."""
    local = after.astimezone(ZoneInfo(zone))
    time = datetime.fromisoformat(f"2000-01-01T{release_time}").time()
    ahead = (datetime.combine(local.date() + timedelta(days=days), time, local.tzinfo) for days in (0, 1, 2))
    return min(one for one in ahead if one >= after)
