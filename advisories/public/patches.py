"""A published patch as its page shows it: lines numbered, what is added and taken away marked, code highlighted."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString

from advisories.highlighting import highlighted, visible

MOST_LINES = 4_000
"""Past this a page is slow to read and to send; the file itself is always whole."""

_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_PATH = re.compile(r"\+\+\+ (?:b/)?(\S.*?)(?:\t.*)?$")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file."""

    number: int
    kind: str
    """`added`, `removed`, `head` for what belongs to no hunk, or nothing."""
    sign: str
    html: SafeString


@dataclass(frozen=True, slots=True)
class ShownFile:
    """One patch on its page."""

    name: str
    sha256: str
    size: int
    lines: tuple[Line, ...]
    is_cut: bool


def shown(name: str, sha256: str, content: bytes) -> ShownFile:
    """Lay a patch out. Bytes that are no UTF-8 stand as replacement characters; the download has them as they are."""
    lines = content.decode("utf-8", "replace").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    kept = lines[:MOST_LINES]
    return ShownFile(name, sha256, len(content), tuple(_lines(kept)), len(kept) < len(lines))


def _lines(lines: Sequence[str]) -> Iterator[Line]:
    path, at = "", 0
    while at < len(lines):
        head = _HUNK.match(lines[at])
        if named := _PATH.match(lines[at]):
            path = named[1]
        yield Line(at + 1, "head", "", escape(visible(lines[at])))
        at += 1
        if head is not None:
            end = at + _length(lines, at, int(head[1] or 1), int(head[2] or 1))
            yield from _hunk(path, lines[at:end], at + 1)
            at = end


def _length(lines: Sequence[str], at: int, old: int, new: int) -> int:
    """How many lines from `at` on are the hunk's, by the counts in its head."""
    taken = 0
    while at + taken < len(lines) and (old > 0 or new > 0 or lines[at + taken].startswith("\\")):
        sign = lines[at + taken][:1]
        if sign not in (" ", "+", "-", "\\", ""):
            break
        old -= sign in (" ", "-", "")
        new -= sign in (" ", "+", "")
        taken += 1
    return taken


def _hunk(path: str, lines: Sequence[str], number: int) -> Iterator[Line]:
    kinds = {"+": "added", "-": "removed"}
    for place, html in enumerate(highlighted(path, [line[1:] for line in lines])):
        sign = lines[place][:1]
        yield Line(number + place, kinds.get(sign, ""), sign, html)
