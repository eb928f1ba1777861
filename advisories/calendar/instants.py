"""PURE: from a date and a time of day in a zone to one instant, also where that time does not exist or exists twice."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo


class Fold(StrEnum):
    """Which of two instants is meant where clocks were turned back."""

    FIRST = "first"
    SECOND = "second"


class NoSuchTime(Exception):
    """Clocks are turned forward over this time; it does not exist on that day."""

    def __init__(self, local: datetime, zone: str, next_at: datetime) -> None:
        super().__init__(
            f"{local:%H:%M} does not exist on {local:%-d %B %Y} in {zone}: clocks are turned forward over it "
            f"(the same distance from midnight is {next_at:%H:%M} there)."
        )
        self.next_at = next_at


class TimeExistsTwice(Exception):
    """Clocks are turned back over this time; it is two instants on that day."""

    def __init__(self, local: datetime, zone: str, first_at: datetime, second_at: datetime) -> None:
        super().__init__(
            f"{local:%H:%M} exists twice on {local:%-d %B %Y} in {zone}: clocks are turned back over it "
            f"({first_at.astimezone(UTC):%H:%M} or {second_at.astimezone(UTC):%H:%M} UTC)."
        )
        self.first_at = first_at
        self.second_at = second_at


@dataclass(frozen=True, slots=True)
class Instant:
    """An instant with its zone, and a sentence where the local time had to be interpreted."""

    at: datetime
    note: str = ""


def exact_instant(local: datetime, zone: str, fold: Fold | None = None) -> datetime:
    """Give the instant a person typed: `local` (without zone) in the IANA `zone`.

    Raises `NoSuchTime`, and `TimeExistsTwice` unless `fold` says which of the two is meant.
    """
    first, second = _both(local, zone)
    if _is_skipped(first, second):
        raise NoSuchTime(local, zone, _shifted(first))
    if first.utcoffset() == second.utcoffset():
        return first
    if fold is None:
        raise TimeExistsTwice(local, zone, first, second)
    return first if fold is Fold.FIRST else second


def slot_instant(local: datetime, zone: str) -> Instant:
    """Give the instant of a planned slot, interpreted as RFC 5545 section 3.3.5 does and saying so.

    A time that does not exist is read with the offset before the gap (02:30 becomes 03:30), and of one that exists
    twice the first is meant.
    """
    first, second = _both(local, zone)
    if _is_skipped(first, second):
        moved = _shifted(first)
        return Instant(
            moved,
            f"{local:%H:%M} does not exist on {local:%-d %B %Y} in {zone}, where clocks are turned forward: "
            f"{moved:%H:%M} is meant.",
        )
    if first.utcoffset() != second.utcoffset():
        return Instant(
            first,
            f"{local:%H:%M} exists twice on {local:%-d %B %Y} in {zone}, where clocks are turned back: "
            f"the first is meant, {first.astimezone(UTC):%H:%M} UTC.",
        )
    return Instant(first)


def _both(local: datetime, zone: str) -> tuple[datetime, datetime]:
    if local.tzinfo is not None:
        raise ValueError("a local time carries no zone of its own")
    tz = ZoneInfo(zone)
    return local.replace(tzinfo=tz, fold=0), local.replace(tzinfo=tz, fold=1)


def _is_skipped(first: datetime, second: datetime) -> bool:
    """In a gap the offset before it (fold 0) is the smaller one; where times repeat it is the larger one."""
    before, after = first.utcoffset(), second.utcoffset()
    return before is not None and after is not None and before < after


def _shifted(first: datetime) -> datetime:
    return first.astimezone(UTC).astimezone(first.tzinfo)
