"""PURE: version numbers of release branches, and ranges of them as people write them in advisories.

A release line (a branch) is named by its first numbers: 4.15 or 4.15.x holds 4.15.0, 4.15.1 and its candidates. The
main line comes after every release. Order is that of the numbers: 4.9 before 4.10, and a candidate before its release.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import lru_cache, total_ordering
from typing import Final

DEPTH: Final = 2
"""Numbers that name a release line, unless a project counts otherwise."""
MOST_RANGES: Final = 200
LONGEST: Final = 120
MAIN_NAMES: Final = frozenset({"main", "main line", "mainline", "master", "unstable"})

NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,5}"
RELEASE = re.compile(rf"({NUMBER})(?:-rc([0-9]{{1,4}}))?")
LINE = re.compile(rf"({NUMBER})\.x")
LATER = re.compile(r"(.+?)(?:\s+(?:and|or)\s+(?:later|newer|above|onwards?|up)|\s+onwards?|\+)")
EARLIER = re.compile(r"(?:up\s+to\s+(.+)|(.+?)\s+(?:and|or)\s+(?:earlier|older|below))")
SPAN = re.compile(r"(\S+(?: line)?)\s*(?:\s-\s|\s–\s|–|\.{2,3}|…|\s+to\s+|\s+through\s+)\s*(\S+(?: line)?)")
TIGHT_SPAN = re.compile(rf"({NUMBER}(?:\.x)?)-({NUMBER}(?:\.x)?|[a-z]+(?: line)?)")


class NotAVersion(Exception):
    """The text is no version or range that is understood; the message is a sentence to show."""


class MainLine(Enum):
    """The development line, which comes after every release and has no number of its own."""

    MAIN = "main"

    def __str__(self) -> str:
        return "main"


MAIN: Final = MainLine.MAIN


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """A release: 4.15.2, or a candidate of one. Zeros at the end make no difference: 4.15 is 4.15.0."""

    numbers: tuple[int, ...]
    candidate: int | None = None

    def line(self, depth: int = DEPTH) -> "Line":
        """Give the release line that this release is on."""
        return Line(_padded(self.numbers, depth))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self._key() == other._key()

    def __lt__(self, other: "Version") -> bool:
        return self._key() < other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __str__(self) -> str:
        return _dotted(self.numbers) + ("" if self.candidate is None else f"-rc{self.candidate}")

    def _key(self) -> tuple[tuple[int, ...], float]:
        return _stripped(self.numbers), float("inf") if self.candidate is None else self.candidate


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A release line by its first numbers, with everything released on it."""

    numbers: tuple[int, ...]

    def holds(self, version: Version) -> bool:
        """Say whether `version` was released on this line."""
        return _padded(version.numbers, len(self.numbers)) == self.numbers

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Line) and self.numbers == other.numbers

    def __lt__(self, other: "Line") -> bool:
        return self.numbers < other.numbers

    def __hash__(self) -> int:
        return hash(self.numbers)

    def __str__(self) -> str:
        return f"{_dotted(self.numbers)}.x"


Place = Version | MainLine
"""Something that can be asked about: a release, or the main line."""

Bound = Version | Line | MainLine


class Coverage(StrEnum):
    """How much of a release line a range holds."""

    ALL = "all"
    SOME = "some"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Range:
    """Releases from `first` to `last`, both included whole; None is open. An open end takes the main line in.

    Raises `NotAVersion` where `last` comes before `first`.
    """

    first: Bound | None = None
    last: Bound | None = None

    def __post_init__(self) -> None:
        if self.first is None or self.last is None:
            return
        if isinstance(self.last, MainLine) or self.first == self.last:
            return
        if isinstance(self.first, MainLine) or _above(self.last, _lowest(self.first)):
            raise NotAVersion(f"The range from {self.first} to {self.last} holds nothing.")

    def __contains__(self, place: Place) -> bool:
        return not _below(self.first, place) and not _above(self.last, place)

    def covers(self, line: Line) -> Coverage:
        """Say how much of `line` the range holds, counting releases that don't exist yet."""
        begins, ends = _lowest(line), _highest(line)
        if begins in self and ends in self:
            return Coverage.ALL
        if _below(self.first, ends) or _above(self.last, begins):
            return Coverage.NONE
        return Coverage.SOME

    @property
    def in_print(self) -> str:
        """As a page has it, with the dash that typographers put between two ends."""
        return str(self).replace(" - ", " – ")

    def __str__(self) -> str:
        if self.first is None:
            return "all versions" if self.last is None else f"{_written(self.last)} and earlier"
        if self.last is None:
            return f"{_written(self.first)} and later"
        if self.first == self.last:
            return _written(self.first)
        return f"{_written(self.first)} - {_written(self.last)}"


def parse_version(text: str) -> Version:
    """Read a release such as `4.15.2` or `4.15.0-rc3`. Raises `NotAVersion`."""
    match = RELEASE.fullmatch(text.strip())
    if match is None:
        raise NotAVersion(f"“{_short(text)}” is not a version such as 4.15.2 or 4.15.0-rc3.")
    numbers, candidate = match.groups()
    return Version(_numbers(numbers), None if candidate is None else int(candidate))


@lru_cache(maxsize=2048)
def parse_range(text: str, depth: int = DEPTH) -> Range:
    """Read one range as people write it. Raises `NotAVersion`.

    `4.15`, `4.15.x`, `4.15.2`, `main`, `all`, `4.15 and later`, `4.15+`, `4.14 and earlier`, `up to 4.14`,
    `4.12.x - 4.14.x`, `4.12 to main`, and the same the other way round (`main - 4.12`), since both are in use.
    """
    if len(text) > LONGEST:
        raise NotAVersion(f"A range has at most {LONGEST} characters.")
    said = " ".join(text.split()).lower()
    if said in {"all", "all versions"}:
        return Range()
    if match := LATER.fullmatch(said):
        return Range(_bound(match[1], depth), None)
    if match := EARLIER.fullmatch(said):
        return Range(None, _bound(match[1] or match[2], depth))
    if match := TIGHT_SPAN.fullmatch(said) or SPAN.fullmatch(said):
        return _ordered(_bound(match[1], depth), _bound(match[2], depth))
    one = _bound(said, depth)
    return Range(one, one)


def parse_ranges(text: str, depth: int = DEPTH) -> tuple[Range, ...]:
    """Read ranges separated by commas or semicolons, at least one. Raises `NotAVersion`."""
    parts = [part for part in re.split(r"[,;]", text) if part.strip()]
    if not parts:
        raise NotAVersion("No version or range is given.")
    if len(parts) > MOST_RANGES:
        raise NotAVersion(f"At most {MOST_RANGES} ranges are taken at once.")
    return tuple(parse_range(part, depth) for part in parts)


def within(place: Place, ranges: Iterable[Range]) -> bool:
    """Say whether any of `ranges` holds `place`."""
    return any(place in one for one in ranges)


def _bound(text: str, depth: int) -> Bound:
    """Read an end of a range: as many numbers as name a line, or fewer, mean the line and all that is on it."""
    said = text.strip()
    if said in MAIN_NAMES:
        return MAIN
    if match := LINE.fullmatch(said):
        return Line(_numbers(match[1]))
    version = parse_version(said)
    if version.candidate is None and len(version.numbers) <= depth:
        return Line(version.numbers)
    return version


def _ordered(one: Bound, other: Bound) -> Range:
    try:
        return Range(one, other)
    except NotAVersion:
        return Range(other, one)


def _below(first: Bound | None, place: Place) -> bool:
    """Say whether `place` comes before everything that `first` stands for."""
    if first is None or isinstance(place, MainLine):
        return False
    if isinstance(first, MainLine):
        return True
    if isinstance(first, Line):
        return _padded(place.numbers, len(first.numbers)) < first.numbers
    return place < first


def _above(last: Bound | None, place: Place) -> bool:
    """Say whether `place` comes after everything that `last` stands for."""
    if last is None or isinstance(last, MainLine):
        return False
    if isinstance(place, MainLine):
        return True
    if isinstance(last, Line):
        return _padded(place.numbers, len(last.numbers)) > last.numbers
    return place > last


def _lowest(bound: Bound) -> Place:
    """Give the first candidate that a line could have; a release stands for itself."""
    return Version(bound.numbers, 0) if isinstance(bound, Line) else bound


def _highest(line: Line) -> Version:
    """Give a release after every one that the line could have, since numbers have at most nine digits."""
    return Version((*line.numbers, 10**9))


def _written(bound: Bound) -> str:
    """Write an end of a range so that a release isn't read back as the line that has its numbers."""
    if isinstance(bound, Version) and bound.candidate is None and len(bound.numbers) <= DEPTH:
        return _dotted(_padded(bound.numbers, DEPTH + 1))
    return str(bound)


def _padded(numbers: tuple[int, ...], length: int) -> tuple[int, ...]:
    return (*numbers, *(0,) * length)[:length]


def _stripped(numbers: tuple[int, ...]) -> tuple[int, ...]:
    while numbers and numbers[-1] == 0:
        numbers = numbers[:-1]
    return numbers


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split("."))


def _dotted(numbers: tuple[int, ...]) -> str:
    return ".".join(str(number) for number in numbers)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
