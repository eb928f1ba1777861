"""PURE: putting together what two people wrote at once, and showing them where they can't both be right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

_MOST_WORDS = 2_000
"""Beyond that a line is marked as a whole: comparing takes time that grows with the square."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A section on which both wrote."""

    name: str
    base: str | None
    """What both began with; None where that is not known any more."""
    theirs: str
    mine: str
    suggestion: str | None = None
    """Both changes in one text, where they touch different lines."""


@dataclass(frozen=True, slots=True)
class Merged:
    """Texts by name. A conflict stands there as mine until somebody decides."""

    texts: dict[str, str]
    conflicts: tuple[Conflict, ...] = ()
    from_them: tuple[str, ...] = ()
    """Sections that only they changed, and that were taken over."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One line of each text beside the other; None where one has no such line. Words are (text, differs)."""

    theirs: tuple[tuple[str, bool], ...] | None
    mine: tuple[tuple[str, bool], ...] | None
    differs: bool


def merge_texts(base: Mapping[str, str] | None, theirs: Mapping[str, str], mine: Mapping[str, str]) -> Merged:
    """Merge section by section: what only one changed is taken, what both changed alike is no conflict."""
    texts: dict[str, str] = {}
    conflicts: list[Conflict] = []
    from_them: list[str] = []
    for name, now in theirs.items():
        wanted, before = mine[name], None if base is None else base[name]
        if wanted in (now, before):
            texts[name] = now
            if wanted != now:
                from_them.append(name)
        elif now == before:
            texts[name] = wanted
        else:
            texts[name] = wanted
            conflicts.append(Conflict(name, before, now, wanted, both_changes(before, now, wanted)))
    return Merged(texts, tuple(conflicts), tuple(from_them))


def both_changes(base: str | None, theirs: str, mine: str) -> str | None:
    """Both changes of one text, or None where they touch the same or neighbouring lines."""
    if base is None:
        return None
    lines = base.split("\n")
    edits = [(edit, side) for side, text in enumerate((theirs, mine)) for edit in _edits(lines, text.split("\n"))]
    edits.sort(key=lambda found: (found[0][0], found[0][1], found[1]))
    for (one, its_side), (other, other_side) in pairwise(edits):
        if its_side != other_side and other[0] <= one[1]:
            return None
    for (begin, end, put), _ in reversed(edits):
        lines[begin:end] = put
    return "\n".join(lines)


def side_by_side(theirs: str, mine: str) -> list[Pair]:
    """The lines of both texts beside each other, with the words that differ marked."""
    left, right = theirs.split("\n"), mine.split("\n")
    found: list[Pair] = []
    for kind, a, b, c, d in _compared(left, right):
        if kind == "equal":
            found += [Pair(((line, False),), ((line, False),), differs=False) for line in left[a:b]]
            continue
        for at in range(max(b - a, d - c)):
            found.append(_pair(left[a + at] if a + at < b else None, right[c + at] if c + at < d else None))
    return found


def _edits(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int, list[str]]]:
    """What became of `old`: (first line, line behind the last, lines in their place)."""
    codes = _compared(old, new)
    return [(a, b, list(new[c:d])) for kind, a, b, c, d in codes if kind != "equal"]


def _compared(old: Sequence[str], new: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    """The steps from `old` to `new`. Long texts are compared more coarsely, which is never wrong, only less neat."""
    return SequenceMatcher(None, old, new, autojunk=max(len(old), len(new)) > _MOST_WORDS).get_opcodes()


def _pair(theirs: str | None, mine: str | None) -> Pair:
    if theirs is None or mine is None:
        return Pair(_whole(theirs), _whole(mine), differs=True)
    left, right = _words(theirs), _words(mine)
    if max(len(left), len(right)) > _MOST_WORDS:
        return Pair(_whole(theirs), _whole(mine), differs=True)
    marked: tuple[list[tuple[str, bool]], list[tuple[str, bool]]] = ([], [])
    for kind, a, b, c, d in _compared(left, right):
        for side, text in zip(marked, ("".join(left[a:b]), "".join(right[c:d])), strict=True):
            if text:
                side.append((text, kind != "equal"))
    return Pair(tuple(marked[0]), tuple(marked[1]), differs=True)


def _whole(line: str | None) -> tuple[tuple[str, bool], ...] | None:
    return None if line is None else ((line, True),)


def _words(line: str) -> list[str]:
    """The line cut before every blank: `two words` is `two` and ` words`."""
    found: list[str] = []
    for letter in line:
        if found and not letter.isspace():
            found[-1] += letter
        else:
            found.append(letter)
    return found
