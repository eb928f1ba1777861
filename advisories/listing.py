"""PURE: what lists and searches ask of a published content: its rating, its branches, its names and its words."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Listed:
    """The part of a publication that lists filter and sort by."""

    rating: str
    """Of the worst score; empty where nothing is scored."""
    score: Decimal | None
    identifiers: str
    """One on a line."""
    places: str
    """Trees and branches (`sluice`, `sluice/1.6`), each between line ends, so that one is found whole."""
    tags: tuple[str, ...]
    words: str
    """What full-text search reads."""


def listed(content: Mapping[str, Any]) -> Listed:
    """Sum up what readers are shown (`Publication.content`)."""
    worst = max(content["severities"], key=lambda one: Decimal(one["score"]), default=None)
    names = [one["value"] for one in content["identifiers"]]
    places = [one["tree"] for one in (*content["patches"], *content["affected"])]
    places += [f"{one['tree']}/{branch}" for one in content["patches"] for branch in one["branches"]]
    people = [one["name"] for one in content["finders"]]
    tags = tuple(content.get("tags", ()))
    words = [str(content["number"]), content["title"], *names, *people, *tags, *content["sections"].values()]
    return Listed(
        rating=worst["rating"] if worst else "",
        score=Decimal(worst["score"]) if worst else None,
        identifiers="\n".join(names),
        places="\n" + "".join(f"{place}\n" for place in dict.fromkeys(places)),
        tags=tags,
        words="\n".join(words),
    )


def branches_in(places: str) -> list[tuple[str, str]]:
    """Tree and branch of every branch among `places`."""
    return [(tree, branch) for line in places.split() for tree, cut, branch in [line.partition("/")] if cut]
