"""PURE: what somebody wants to see of the list, read from an address, and the headings that ask for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from advisories.severity import Rating

SORTS = {
    "number": "number",
    "title": "title",
    "severity": "entry__score",
    "published": "first_at",
    "updated": "updated_at",
}
"""What a column is called in an address, and what it sorts by."""
HEADINGS = {
    "number": "Advisory",
    "title": "Title",
    "severity": "Severity",
    "published": "Published",
    "updated": "Updated",
}
UNSCORED = "unscored"


class Stands(StrEnum):
    """What became of a published advisory."""

    IN_FORCE = "in force"
    REISSUED = "issued again"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see of the list; anything that isn't understood asks for nothing."""

    words: str = ""
    year: str = ""
    rating: str = ""
    place: str = ""
    stands: str = ""
    tag: str = ""
    sort: str = "number"
    descending: bool = True

    @classmethod
    def of(cls, told: Mapping[str, str]) -> "Asked":
        """Read the query of an address."""
        sort = told.get("sort", "")
        name = sort.removeprefix("-")
        known = name in SORTS
        year, rating, stands = (told.get(each, "") for each in ("year", "severity", "state"))
        return cls(
            words=_plain(told.get("q", "")),
            year=year if year.isdecimal() and year.isascii() and len(year) == 4 and year != "0000" else "",
            rating=rating if rating in (*Rating, UNSCORED) else "",
            place=_plain(told.get("branch", "")),
            stands=stands if stands in tuple(Stands) else "",
            tag=_plain(told.get("tag", "")),
            sort=name if known else "number",
            descending=sort.startswith("-") if known else True,
        )

    @property
    def order(self) -> str:
        """How an address asks for the order; nothing where it is the usual one."""
        asks = f"{'-' if self.descending else ''}{self.sort}"
        return "" if asks == "-number" else asks

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is filtered."""
        return bool(self.words or self.year or self.rating or self.place or self.stands or self.tag)

    @property
    def is_plain(self) -> bool:
        """Whether it is the list as it stands, whose pages have addresses of their own."""
        return self == Asked()


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be filtered by."""

    years: tuple[int, ...] = ()
    places: tuple[str, ...] = ()
    ratings: tuple[str, ...] = field(default=(*(one.value for one in reversed(Rating)), UNSCORED))
    states: tuple[str, ...] = tuple(one.value for one in Stands)


@dataclass(frozen=True, slots=True)
class Column:
    """A heading of the list that sorts by its column."""

    name: str
    heading: str
    order: str
    """`ascending`, `descending`, or nothing where the list is sorted by another."""
    asks: str
    """What its address asks for: the other way round, or its usual first one."""


def columns(asked: Asked) -> tuple[Column, ...]:
    """The headings, as the list is sorted now."""
    found = []
    for name, heading in HEADINGS.items():
        is_sorted = asked.sort == name
        descends = asked.descending if is_sorted else name == "title"
        order = ("descending" if asked.descending else "ascending") if is_sorted else ""
        found.append(Column(name, heading, order, name if descends else f"-{name}"))
    return tuple(found)


def _plain(told: str) -> str:
    return told.replace("\0", "")[:200].strip()
