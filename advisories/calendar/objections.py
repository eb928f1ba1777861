"""PURE: what in a policy speaks against a day, for the calendar and for a date that a person chose."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from advisories.calendar.working_days import WorkingCalendar
from advisories.policy import Policy, Weekday


class ReasonKind(StrEnum):
    """Why a date was passed over."""

    PREPARATION = "preparation"
    BLACKOUT = "blackout"
    CADENCE = "cadence"
    WEEKDAY = "weekday"
    HOLIDAY = "holiday"
    CAP = "soft cap"
    CLOCK = "outside clock"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks against a date."""

    kind: ReasonKind
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def objections(policy: Policy, taken: Mapping[date, int], day: date, size: int = 1) -> tuple[Reason, ...]:
    """Say everything in the policy that speaks against `day`.

    `taken` counts the advisories already planned per local day, `size` those that would join them. The cap is soft: an
    advisory may still go there, and an outside clock is a matter of `breaks()`.
    """
    found = list(_of_the_day(policy, day))
    if not found and not policy.cadence.is_any and _has_an_earlier_date(policy, day):
        found.append(Reason(ReasonKind.CADENCE, "the date of this release week is an earlier day"))
    already = taken.get(day, 0)
    if already and already + size > policy.soft_cap:
        sentence = f"{already} planned already, with {size} more the slot would pass its cap of {policy.soft_cap}"
        found.append(Reason(ReasonKind.CAP, sentence))
    return tuple(found)


def _of_the_day(policy: Policy, day: date) -> Iterator[Reason]:
    for blackout in policy.blackouts:
        if blackout.covers(day):
            yield Reason(ReasonKind.BLACKOUT, f"blackout “{blackout.name}”")
    if not _in_cadence(policy, day):
        yield Reason(ReasonKind.CADENCE, f"not a release week ({policy.cadence})")
    if Weekday(day.weekday()) not in policy.weekdays:
        yield Reason(ReasonKind.WEEKDAY, f"not a {_either(policy.weekdays)}")
    off = WorkingCalendar.of(policy).holidays_on(day)
    if off:
        yield Reason(ReasonKind.HOLIDAY, f"holiday: {', '.join(str(holiday) for holiday in off)}")


def _in_cadence(policy: Policy, day: date) -> bool:
    cadence = policy.cadence
    if cadence.every_weeks and cadence.from_on is not None:
        weeks = (_monday(day) - _monday(cadence.from_on)).days // 7
        return weeks % cadence.every_weeks == 0
    if cadence.weeks_of_month:
        return _week_of_month(day) in cadence.weeks_of_month
    return True


def _has_an_earlier_date(policy: Policy, day: date) -> bool:
    """Say whether the release week of `day` has its one date before it; a full one counts, since dates don't slip."""
    counts_from_date = bool(policy.cadence.every_weeks)
    first = _monday(day) if counts_from_date else day.replace(day=(_week_of_month(day) - 1) * 7 + 1)
    earlier = (first + timedelta(days=number) for number in range((day - first).days))
    return any(not list(_of_the_day(policy, candidate)) for candidate in earlier)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _week_of_month(day: date) -> int:
    return (day.day - 1) // 7 + 1


def _either(weekdays: Iterable[Weekday]) -> str:
    return " or ".join(str(day) for day in sorted(weekdays))
