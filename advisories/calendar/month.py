"""PURE: a month as a calendar page shows it: weeks of days, each with what is on it and what speaks against it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from advisories.calendar.instants import Instant, slot_instant
from advisories.calendar.objections import Reason, objections
from advisories.calendar.working_days import Holiday, WorkingCalendar
from advisories.policy import Policy

FIRST_YEAR, LAST_YEAR = 1970, 2100
"""Further away holidays are anybody's guess."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a month's page."""

    on: date
    is_in_month: bool
    is_today: bool
    is_past: bool
    is_working: bool
    release: Instant | None
    """When something would be released on it; None where the policy speaks against the day."""
    against: tuple[Reason, ...]
    holidays: tuple[Holiday, ...]
    blackouts: tuple[str, ...]

    @property
    def is_offered(self) -> bool:
        """Something could still be released on it."""
        return self.release is not None and not self.is_past


@dataclass(frozen=True, slots=True)
class Month:
    """Whole weeks, Monday first, around one month."""

    first: date
    weeks: tuple[tuple[Day, ...], ...]
    previous: date | None
    following: date | None

    @property
    def last(self) -> date:
        """The last day of its last week."""
        return self.weeks[-1][-1].on


def month_of(policy: Policy, taken: Mapping[date, int], within: date, *, today: date) -> Month:
    """Give the month that `within` lies in. `taken` counts the advisories planned per local day.

    Raises `ValueError` for years before 1970 and after 2100.
    """
    if not FIRST_YEAR <= within.year <= LAST_YEAR:
        raise ValueError(f"the calendar knows the years {FIRST_YEAR} to {LAST_YEAR}")
    first = within.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    monday = first - timedelta(days=first.weekday())
    count = -(-(following - monday).days // 7)
    days = [_day(policy, taken, monday + timedelta(days=number), first, today) for number in range(count * 7)]
    return Month(
        first=first,
        weeks=tuple(tuple(days[start : start + 7]) for start in range(0, len(days), 7)),
        previous=_if_known((first - timedelta(days=1)).replace(day=1)),
        following=_if_known(following),
    )


def _day(policy: Policy, taken: Mapping[date, int], on: date, first: date, today: date) -> Day:
    working = WorkingCalendar.of(policy)
    against = objections(policy, taken, on)
    release = None if against else slot_instant(datetime.combine(on, policy.release_time), policy.zone)
    return Day(
        on=on,
        is_in_month=(on.year, on.month) == (first.year, first.month),
        is_today=on == today,
        is_past=on < today,
        is_working=working.is_working(on),
        release=release,
        against=against,
        holidays=working.holidays_on(on),
        blackouts=tuple(each.name for each in policy.blackouts if each.covers(on)),
    )


def _if_known(first: date) -> date | None:
    return first if FIRST_YEAR <= first.year <= LAST_YEAR else None
