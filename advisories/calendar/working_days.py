"""PURE: which days are worked on, and counting in working days and working hours."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from advisories.calendar.instants import slot_instant
from advisories.policy import WORKING_WEEK, Policy, Weekday

ONE_DAY = timedelta(days=1)
PATIENCE = 4000
"""Days in a row to look for a working one before saying that there is none."""


class NoWorkingDays(Exception):
    """The calendar has no working day within reach, so nothing can be counted."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """A public holiday: where, and what it is called."""

    country: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} ({self.country})"


@lru_cache(maxsize=512)
def _holidays_of(code: str, year: int) -> dict[date, str]:
    """Give the public holidays of `DE` or `DE-BY` in a year, in English where the library has it."""
    country, _, subdivision = code.partition("-")
    found = holidays.country_holidays(country, subdiv=subdivision or None, years=year, language="en_US")
    return dict(found)


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The working days and hours of a team spread over some countries."""

    countries: tuple[str, ...] = ()
    working_week: frozenset[Weekday] = WORKING_WEEK
    hours: tuple[time, time] = (time(9, 0), time(17, 0))
    zone: str = "UTC"

    @classmethod
    def of(cls, policy: Policy) -> "WorkingCalendar":
        """Give the working calendar that a policy describes. Blackouts are not in it: work goes on during them."""
        return cls(policy.countries, policy.working_week, policy.working_hours, policy.zone)

    def holidays_on(self, day: date) -> tuple[Holiday, ...]:
        """Name the public holidays of the chosen countries on `day`."""
        found = ((code, _holidays_of(code, day.year).get(day)) for code in self.countries)
        return tuple(Holiday(code, name) for code, name in found if name)

    def is_working(self, day: date) -> bool:
        """Say whether `day` is in the working week and a holiday in none of the countries."""
        return Weekday(day.weekday()) in self.working_week and not self.holidays_on(day)

    def on_or_after(self, day: date) -> date:
        """Give the first working day from `day` on."""
        return next(self._from(day))

    def add(self, day: date, count: int) -> date:
        """Give the working day that is `count` working days after `day` (before, where negative).

        The day itself never counts, whether worked or not: one working day after a Friday or a Saturday is the Monday.
        Nothing added to a day that is not worked gives the next working one.
        """
        if count == 0:
            return self.on_or_after(day)
        step = ONE_DAY if count > 0 else -ONE_DAY
        days = self._from(day + step, step)
        for _ in range(abs(count) - 1):
            next(days)
        return next(days)

    def between(self, first: date, last: date) -> int:
        """Count the working days after `first` up to and including `last`; negative where `last` comes before."""
        if last < first:
            return -self.between(last, first)
        days = (first + timedelta(days=number) for number in range(1, (last - first).days + 1))
        return sum(self.is_working(day) for day in days)

    def add_hours(self, at: datetime, hours: float) -> datetime:
        """Give the instant after `hours` working hours from `at` (aware), in the calendar's zone.

        A working day has as many hours as its clock shows, so that nobody's promise stretches where clocks are turned.
        """
        left = timedelta(hours=hours)
        local = at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None, fold=0)
        for day in self._from(local.date()):
            opens, closes = (datetime.combine(day, hour) for hour in self.hours)
            begins = max(opens, local)
            if begins >= closes:
                continue
            if left <= closes - begins:
                return (begins + left).replace(tzinfo=ZoneInfo(self.zone))
            left -= closes - begins
        raise NoWorkingDays(f"{hours} working hours do not fit before {local.date()} and {PATIENCE} days")

    def add_days_at(self, at: datetime, count: int) -> datetime:
        """Give the instant `count` working days after `at` (aware), at the same local time of day."""
        local = at.astimezone(ZoneInfo(self.zone))
        day = self.add(local.date(), count)
        return slot_instant(datetime.combine(day, local.time()), self.zone).at

    def _from(self, day: date, step: timedelta = ONE_DAY) -> Iterator[date]:
        """Run through the working days from `day` on, and raise where there is none for years."""
        idle = 0
        while idle < PATIENCE:
            idle += 1
            if self.is_working(day):
                idle = 0
                yield day
            day += step
        raise NoWorkingDays(f"no working day within {PATIENCE} days before or after {day}")
