"""PURE: outside clocks that run on an embargo, and what a date does to them.

Clocks of other people start at events of their own and don't wait for each other: a list counts from the first post, a
kernel team from the fix, a finder from the report, and a hardware vendor names a date and owns it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from advisories.calendar import words
from advisories.policy import ClockRule, Policy


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A clock of the policy whose start event has happened; `rule_key` is the rule's key in the policy."""

    rule_key: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class FixedEnd:
    """An end that somebody else decided and owns, such as a hardware vendor's: nobody may be earlier or later."""

    owner: str
    end_at: datetime
    reference: str = ""


class BreakKind(StrEnum):
    """How a date breaks an outside clock."""

    TOO_EARLY = "too early"
    TOO_LATE = "too late"
    EXCEPTION_NEEDED = "only as an exception"


@dataclass(frozen=True, slots=True)
class Break:
    """An outside clock that a date breaks. `str()` of it is the sentence to show before saving."""

    kind: BreakKind
    clock: str
    limit_at: datetime
    """The instant that would just have kept the rule."""
    sentence: str

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, slots=True)
class Window:
    """The instants that break no clock, both included; None where nothing limits that side."""

    earliest_at: datetime | None
    latest_at: datetime | None
    owner_at: datetime | None = None
    """The one instant that the owner of a fixed end has named, where there is one."""

    @property
    def is_empty(self) -> bool:
        """Two clocks leave no instant between them."""
        return self.earliest_at is not None and self.latest_at is not None and self.earliest_at > self.latest_at


def breaks(policy: Policy, clocks: Iterable[RunningClock | FixedEnd], end_at: datetime) -> tuple[Break, ...]:
    """Say which outside clocks an embargo's end at `end_at` (aware) breaks, in the order given.

    Raises `KeyError` for a running clock whose rule the policy does not have.
    """
    found: list[Break] = []
    for clock in clocks:
        if isinstance(clock, FixedEnd):
            found.extend(_fixed_breaks(clock, end_at))
        else:
            found.extend(_running_breaks(policy.clock(clock.rule_key), clock.started_at, end_at))
    return tuple(found)


def window(policy: Policy, clocks: Iterable[RunningClock | FixedEnd]) -> Window:
    """Give the stretch of time in which publication breaks no clock; exceptions are not counted on."""
    earliest: list[datetime] = []
    latest: list[datetime] = []
    owned: list[datetime] = []
    for clock in clocks:
        if isinstance(clock, FixedEnd):
            earliest.append(clock.end_at)
            latest.append(clock.end_at)
            owned.append(clock.end_at)
        else:
            rule = policy.clock(clock.rule_key)
            earliest.append(_after(clock.started_at, rule.minimum))
            latest.append(_after(clock.started_at, rule.limit))
    return Window(max(earliest, default=None), min(latest, default=None), min(owned, default=None))


def _fixed_breaks(clock: FixedEnd, end_at: datetime) -> Iterator[Break]:
    until = f"{words.instant(clock.end_at)}{f' ({clock.reference})' if clock.reference else ''}"
    if end_at < clock.end_at:
        sentence = f"{words.instant(end_at)} is before the end that {clock.owner} has fixed and owns, {until}."
        yield Break(BreakKind.TOO_EARLY, clock.owner, clock.end_at, sentence)
    elif end_at > clock.end_at:
        late = f"{words.instant(end_at)} is after the end that {clock.owner} has fixed"
        sentence = f"{late}, {until}: it is public from then on."
        yield Break(BreakKind.TOO_LATE, clock.owner, clock.end_at, sentence)


def _running_breaks(rule: ClockRule, started_at: datetime, end_at: datetime) -> Iterator[Break]:
    started = f"{rule.starts_at}, {words.instant(started_at)}"
    least_at, limit_at = _after(started_at, rule.minimum), _after(started_at, rule.limit)
    if end_at < least_at:
        sentence = (
            f"{rule.name} wants at least {_length(rule.minimum)} from its start ({started}): {words.instant(least_at)}."
        )
        yield Break(BreakKind.TOO_EARLY, rule.key, least_at, sentence)
    if end_at <= limit_at:
        return
    over = f"{rule.name} allows {_length(rule.limit)} from its start ({started}), until {words.instant(limit_at)}"
    late = f"{words.instant(end_at)} is {_length(end_at - limit_at)} later"
    if rule.exceptional is not None and end_at <= _after(started_at, rule.exceptional):
        sentence = f"{over}, and {_length(rule.exceptional)} only as an exception; {late}."
        yield Break(BreakKind.EXCEPTION_NEEDED, rule.key, limit_at, sentence)
    else:
        yield Break(BreakKind.TOO_LATE, rule.key, limit_at, f"{over}; {late}.")


def _after(at: datetime, length: timedelta) -> datetime:
    """Add calendar time to an instant. In UTC, since adding in a zone would stretch or shrink a turning day."""
    return at.astimezone(UTC) + length


def _length(length: timedelta) -> str:
    """Say a duration in days, or in hours and minutes below one day, rounded up so that it is never said to be none."""
    length = -(-length // timedelta(minutes=1)) * timedelta(minutes=1)
    days, rest = divmod(length, timedelta(days=1))
    if days and not rest:
        return _counted(days, "day")
    if days:
        return f"{_counted(days, 'day')} and {_length(rest)}"
    hours, minutes = divmod(rest // timedelta(minutes=1), 60)
    parts = [_counted(hours, "hour")] if hours else []
    parts += [_counted(minutes, "minute")] if minutes or not hours else []
    return " ".join(parts)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
