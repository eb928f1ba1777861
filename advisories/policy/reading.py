"""PURE: one value of a JSON document with the place it stands at, read as what it should be."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Any, TypeVar

from advisories.policy.values import Weekday

LARGEST = 1_000_000
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_Choice = TypeVar("_Choice", bound=StrEnum)


class Refused(Exception):
    """A value is not what its place asks for; the message is a sentence that names the place."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A value and where it stands, such as `clocks[2].name` (counted from one, as people count)."""

    place: str
    value: Any

    def text(self) -> str:
        """Read a text; one with half of a surrogate pair could never be written down again."""
        if not isinstance(self.value, str):
            raise Refused(f"{self.place} is not a text.")
        if any("\ud800" <= letter <= "\udfff" for letter in self.value):
            raise Refused(f"{self.place} holds half a letter.")
        return self.value

    def whole(self) -> int:
        """Read a whole number from 0 on."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or not 0 <= self.value <= LARGEST:
            raise Refused(f"{self.place} is not a whole number from 0 to {LARGEST}.")
        return self.value

    def whole_or_none(self) -> int | None:
        """Read a whole number, or null."""
        return None if self.value is None else self.whole()

    def flag(self) -> bool:
        """Read true or false."""
        if not isinstance(self.value, bool):
            raise Refused(f"{self.place} is neither true nor false.")
        return self.value

    def time(self) -> time:
        """Read a time of day to the minute."""
        match = _TIME.fullmatch(self.value) if isinstance(self.value, str) else None
        if match is None:
            raise Refused(f"{self.place} is not a time of day such as 12:00.")
        return time(int(match[1]), int(match[2]))

    def day(self) -> date:
        """Read a date; only this way of writing one, of which the library would take several."""
        try:
            if isinstance(self.value, str) and _DAY.fullmatch(self.value):
                return date.fromisoformat(self.value)
        except ValueError:
            pass
        raise Refused(f"{self.place} is not a date such as 2026-12-24.")

    def day_or_none(self) -> date | None:
        """Read a date, or null."""
        return None if self.value is None else self.day()

    def one_of(self, kind: type[_Choice]) -> _Choice:
        """Read one of the values of an enumeration."""
        for choice in kind:
            if self.value == choice.value:
                return choice
        raise Refused(f"{self.place} is none of {', '.join(choice.value for choice in kind)}.")

    def weekday(self) -> Weekday:
        """Read the name of a day of the week."""
        for day in Weekday:
            if self.value == str(day).lower():
                return day
        raise Refused(f"{self.place} is not a day of the week such as tuesday.")

    def rows(self) -> "list[Reader]":
        """Read a list."""
        if not isinstance(self.value, list):
            raise Refused(f"{self.place} is not a list.")
        return [Reader(f"{self.place}[{number}]", each) for number, each in enumerate(self.value, start=1)]

    def part(self, keys: Iterable[str], needed: Iterable[str] = ()) -> "dict[str, Reader]":
        """Read an object that has no other keys than these."""
        if not isinstance(self.value, Mapping):
            raise Refused(f"{self.place} is not an object with its fields by name.")
        for key in self.value:
            if key not in set(keys):
                raise Refused(f"{self.place} has no field {key!r}.")
        for key in sorted(needed):
            if key not in self.value:
                raise Refused(f"{self.place} lacks {key}.")
        return {key: Reader(f"{self.place}.{key}", each) for key, each in self.value.items()}
