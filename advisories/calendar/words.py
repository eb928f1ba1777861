"""PURE: days and instants as sentences have them. Times are UTC, and say so."""

from datetime import UTC, datetime


def day(at: datetime) -> str:
    """`12 January 2027`, in UTC."""
    return f"{at.astimezone(UTC):%-d %B %Y}"


def instant(at: datetime) -> str:
    """`12 January 2027, 12:00 UTC`."""
    return f"{day(at)}, {at.astimezone(UTC):%H:%M} UTC"


def date(at: datetime) -> str:
    """`Tuesday 12 January 2027, 12:00 UTC`: for dates that people plan by."""
    return f"{at.astimezone(UTC):%A} {instant(at)}"
