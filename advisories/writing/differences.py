"""PURE: how two frozen revisions differ, for people: text by line and word, and patches against patches.

Patches are compared as `git range-diff` compares them, without commits: each finds its counterpart first, by its bytes,
then by what it changes, then by its subject, and then the two diffs are compared as texts.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from advisories.sections import HEADINGS, NAMES

CONTEXT = 3
"""Unchanged lines shown around what changed."""

MOST_LINES = 4_000
"""Beyond this a patch or a section is said to have changed, and not shown line by line."""

_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_HUNK = re.compile(r"^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@")
_NOTHING = ("", ())
_ALIKE = 0.5
"""How much of a patch must be the same lines for it to count as another version of it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a line, and whether it is what differs in it."""

    text: str
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a difference: a blank, `-` or `+`, or `…` where unchanged lines are left out."""

    sign: str
    pieces: tuple[Piece, ...]
    inner: str = ""
    """In a difference of patches: the sign that the line has in its own patch."""

    @property
    def text(self) -> str:
        """The whole line."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class SectionDifference:
    """One part of the text that two revisions say differently."""

    name: str
    heading: str
    lines: tuple[Line, ...]


class Fate(StrEnum):
    """What became of a patch."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class HeldPatch:
    """A patch of one revision, in its place."""

    name: str
    sha256: str
    text: str

    @property
    def subject(self) -> str:
        """The subject of its mail without what stands in brackets; empty for a bare diff."""
        for line in self.text.split("\n"):
            if line.startswith("Subject:"):
                return re.sub(r"\[[^\]]*\]", "", line.removeprefix("Subject:")).strip()
            if line.startswith(("diff ", "--- ")):
                break
        return ""

    @property
    def body(self) -> tuple[str, ...]:
        """The lines of the diff itself, without places that move with everything around them."""
        lines = self.text.split("\n")
        begins = next((place for place, line in enumerate(lines) if line.startswith(("diff ", "--- "))), 0)
        kept = (line for line in lines[begins:] if not line.startswith("index "))
        return tuple(_HUNK.sub("@@", line).rstrip("\r") for line in kept)

    @property
    def changed(self) -> tuple[str, ...]:
        """The lines that it adds and takes away: what it does, wherever it stands."""
        return tuple(line for line in self.body if line[:1] in "+-" and line[:1])


@dataclass(frozen=True, slots=True)
class PatchDifference:
    """One patch of either revision, with its counterpart in the other."""

    fate: Fate
    old: HeldPatch | None
    new: HeldPatch | None
    is_moved: bool = False
    """Stands elsewhere in the order."""
    lines: tuple[Line, ...] = ()
    is_too_long: bool = False

    @property
    def name(self) -> str:
        """What people know it by."""
        held = self.new or self.old
        return held.name if held else ""


def parts_of(content: Mapping[str, Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """All that a revision says, in the order and the lines in which it is compared: headings and lines."""
    said = ((heading, tuple(say(content))) for name, heading, say in _PARTS if name != "title")
    return tuple((heading, lines) for heading, lines in said if lines)


def beside_the_text(content: Mapping[str, Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What a revision says besides its sections, likewise: identifiers, severity, what is affected, tags."""
    said = ((heading, tuple(say(content))) for name, heading, say in _PARTS if name in _BESIDE)
    return tuple((heading, lines) for heading, lines in said if lines)


def of_texts(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[SectionDifference, ...]:
    """Compare what two revisions say: title, sections, identifiers, severity, what is affected, finders."""
    found = []
    for name, heading, say in _PARTS:
        before, after = say(old), say(new)
        if before != after:
            found.append(SectionDifference(name, heading, tuple(_between(before, after))))
    return tuple(found)


def of_patches(old: Sequence[HeldPatch], new: Sequence[HeldPatch]) -> tuple[PatchDifference, ...]:
    """Compare the patches of two revisions: those of the new one in its order, then those that are gone."""
    partner = _matched(old, new)
    order = [partner[place] for place in range(len(new)) if place in partner]
    in_step = _in_step(order)
    found = []
    for place, held in enumerate(new):
        at = partner.get(place)
        if at is None:
            found.append(PatchDifference(Fate.ADDED, None, held))
        else:
            found.append(_pair(old[at], held, is_moved=at not in in_step))
    gone = [held for at, held in enumerate(old) if at not in partner.values()]
    return (*found, *(PatchDifference(Fate.REMOVED, held, None) for held in gone))


def _pair(old: HeldPatch, new: HeldPatch, *, is_moved: bool) -> PatchDifference:
    if old.sha256 == new.sha256:
        return PatchDifference(Fate.UNCHANGED, old, new, is_moved)
    before, after = old.text.split("\n"), new.text.split("\n")
    if max(len(before), len(after)) > MOST_LINES:
        return PatchDifference(Fate.CHANGED, old, new, is_moved, is_too_long=True)
    lines = tuple(
        Line(line.sign, line.pieces, inner=line.text[:1] if line.text[:1] in ("+", "-") else "")
        for line in _between(before, after)
    )
    return PatchDifference(Fate.CHANGED, old, new, is_moved, lines)


def _matched(old: Sequence[HeldPatch], new: Sequence[HeldPatch]) -> dict[int, int]:
    """New place -> old place, each at most once; the surest way first."""
    found: dict[int, int] = {}
    ways: tuple[Callable[[HeldPatch], Hashable], ...] = (
        lambda held: held.sha256, lambda held: held.changed, lambda held: held.subject, lambda held: held.name,
    )  # fmt: skip
    for way in ways:
        free: dict[Hashable, list[int]] = {}
        for at, held in enumerate(old):
            if at not in found.values() and way(held) not in _NOTHING:
                free.setdefault(way(held), []).append(at)
        for place, held in enumerate(new):
            if place not in found and free.get(way(held)):
                found[place] = free[way(held)].pop(0)
    for place, held in enumerate(new):
        if place not in found:
            likeness = [(_likeness(old[at], held), -at) for at in range(len(old)) if at not in found.values()]
            best, at = max(likeness, default=(0.0, 0))
            if best >= _ALIKE:
                found[place] = -at
    return found


def _likeness(old: HeldPatch, new: HeldPatch) -> float:
    if max(len(old.changed), len(new.changed)) > MOST_LINES:
        return 0.0
    return SequenceMatcher(None, old.changed, new.changed, autojunk=False).ratio()


def _in_step(order: Sequence[int]) -> frozenset[int]:
    """The longest run of places that still follow each other; what isn't in it has moved."""
    best: list[tuple[int, ...]] = [()]
    for place in order:
        before = max((run for run in best if not run or run[-1] < place), key=_length)
        best.append((*before, place))
    longest: tuple[int, ...] = max(best, key=_length)
    return frozenset(longest)


def _length(run: tuple[int, ...]) -> int:
    return len(run)


def _between(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    """The lines that differ with some around them; where lines answer each other, the words that differ are marked."""
    if max(len(before), len(after)) > MOST_LINES:
        yield Line("…", (Piece("Too long to be compared line by line."),))
        return
    is_first = True
    for group in SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(CONTEXT):
        if not is_first:
            yield Line("…", ())
        is_first = False
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                yield from (Line(" ", (Piece(text),)) for text in before[old_from:old_to])
            else:
                yield from _changed(before[old_from:old_to], after[new_from:new_to])


def _changed(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    if len(before) != len(after):
        yield from (Line("-", (Piece(text),)) for text in before)
        yield from (Line("+", (Piece(text),)) for text in after)
        return
    pairs = [_words(old, new) for old, new in zip(before, after, strict=True)]
    yield from (Line("-", old) for old, _ in pairs)
    yield from (Line("+", new) for _, new in pairs)


def _words(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both lines in pieces, with the words that differ marked; nothing is marked where hardly anything is the same."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return (Piece(old),), (Piece(new),)
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        is_changed = tag != "equal"
        left += [Piece("".join(before[old_from:old_to]), is_changed)] if old_to > old_from else []
        right += [Piece("".join(after[new_from:new_to]), is_changed)] if new_to > new_from else []
    return tuple(left), tuple(right)


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").split("\n") if text else []


def _section(name: str) -> Callable[[Mapping[str, Any]], list[str]]:
    return lambda content: _lines(str(content.get("sections", {}).get(name, "")))


def _affected(content: Mapping[str, Any]) -> list[str]:
    return [f"{one['tree']} {one['ranges']}: {one['status']}{_condition(one)}" for one in content.get("affected", ())]


def _condition(one: Mapping[str, Any]) -> str:
    told = one.get("condition")
    return f", if the fix of {told['advisory']} is {told['needs']}" if told else ""


def _rows(name: str, *fields: str) -> Callable[[Mapping[str, Any]], list[str]]:
    return lambda content: [" ".join(_said(one, fields)) for one in content.get(name, ())]


def _said(one: Mapping[str, Any], fields: Iterable[str]) -> Iterator[str]:
    return (str(one[field]) for field in fields if one.get(field))


_PARTS: tuple[tuple[str, str, Callable[[Mapping[str, Any]], list[str]]], ...] = (
    ("title", "Title", lambda content: _lines(str(content.get("title", "")))),
    ("identifiers", "Identifiers", _rows("identifiers", "scheme", "value", "state", "replaced_by")),
    ("severities", "Severity", _rows("severities", "rating", "score", "vector", "source")),
    ("affected", "Affected versions", _affected),
    ("tags", "Tags", lambda content: list(content.get("tags", ()))),
    *((name, HEADINGS[name], _section(name)) for name in NAMES),
    ("finders", "Finders", _rows("finders", "name", "affiliation")),
)
_BESIDE = frozenset({"identifiers", "severities", "affected", "tags"})
