"""PURE: who is credited, in sentences: those who want to be named, those who don't, and whose credit is withheld.

What finders chose is the one source. Every document is written from it, and the section on credits adds what people
write besides; a name that stands there already is not said twice.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

_LEAST = 3
"""Shorter names are parts of too many words to be looked for."""


class Unnamed(StrEnum):
    """Why a finder isn't named."""

    ANONYMOUS = "anonymous"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One finder's credit as it is decided: by name, or why by none."""

    name: str = ""
    unnamed: Unnamed | None = None
    because: str = ""
    """For readers, where the team withholds it."""


def plain(chosen: Iterable[Chosen]) -> dict[str, Any]:
    """What a revision freezes: `finders` by name, and `unnamed` where there are any."""
    everyone = list(chosen)
    unnamed = [{"credit": one.unnamed.value, "reason": one.because} for one in everyone if one.unnamed is not None]
    named = [{"name": one.name, "affiliation": ""} for one in everyone if one.unnamed is None and one.name]
    return {"finders": named, **({"unnamed": unnamed} if unnamed else {})}


def section(content: Mapping[str, Any], written: str) -> str:
    """The whole section on credits: what finders chose, then what people wrote, without saying a name twice."""
    names = [one["name"] for one in content["finders"] if not is_named_in(one["name"], written)]
    told = [found_by(names), *unnamed_in_words(content)]
    return "\n\n".join(part for part in (" ".join(filter(None, told)), written.strip()) if part)


def found_by(names: Sequence[str]) -> str:
    """The sentence that the field's readers and programs know; empty where nobody is named."""
    if not names:
        return ""
    *first, last = names
    everybody = f"{', '.join(first)} and {last}" if first else last
    return f"This issue was discovered by {everybody}."


def unnamed_in_words(content: Mapping[str, Any]) -> list[str]:
    """A sentence for those who asked not to be named, and one for each credit that is withheld."""
    unnamed = content.get("unnamed", ())
    shy = sum(one["credit"] == Unnamed.ANONYMOUS for one in unnamed)
    withheld = [one["reason"] for one in unnamed if one["credit"] == Unnamed.WITHHELD]
    asked = {0: [], 1: ["A finder asked not to be named."]}.get(shy, [f"{shy} finders asked not to be named."])
    return [*asked, *(f"The credit of a finder is withheld: {reason.rstrip('.')}." for reason in withheld)]


def is_named_in(name: str, text: str) -> bool:
    """Whether a name stands in a text, however it is broken into lines."""
    wanted = " ".join(name.split()).casefold()
    return len(wanted) >= _LEAST and wanted in " ".join(text.split()).casefold()


def named_in_spite(unwilling: Mapping[str, Collection[str]], texts: Iterable[str]) -> tuple[str, ...]:
    """Those of `unwilling` (how we call them -> names of theirs) whom one of the texts names after all."""
    together = "\n\n".join(texts)
    return tuple(who for who, names in unwilling.items() if any(is_named_in(name, together) for name in names))
