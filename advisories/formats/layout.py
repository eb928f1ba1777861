"""The shape of an advisory's text: a centred head, then sections under headings that are underlined with `=`."""

import re
from dataclasses import dataclass

from advisories.formats.dialect import Dialect
from advisories.formats.doubts import Doubts, Refused
from advisories.formats.record import Identifier

_UNDERLINE = re.compile(r"={3,300}")
_VERSION = re.compile(r"version (0{0,3}[1-9]\d{0,5})", re.IGNORECASE)
_WIDEST = 2_000
"""Characters in the first line; it names up to a handful of identifiers."""
_LONGEST_HEAD = 20
"""Lines in which the head must begin: identifiers, version, title. Longer ones are wrapped titles."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the signed text and its number, counted from 1."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above the first section."""

    number: int
    version: int
    title: str
    identifiers: tuple[Identifier, ...]
    rest: tuple[Line, ...]
    """Lines that follow the title: prose without a heading."""


@dataclass(frozen=True, slots=True)
class Block:
    """A heading and the lines below it, blank ones around them removed."""

    heading: Line
    lines: tuple[Line, ...]


def lines_of(text: str) -> tuple[Line, ...]:
    """The lines of `text`, blanks at their ends removed, as the signature sees them."""
    return tuple(Line(at, line.rstrip(" \t\r")) for at, line in enumerate(text.split("\n"), 1))


def trimmed(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """`lines` without the blank ones at both ends."""
    filled = [at for at, line in enumerate(lines) if line.text]
    return lines[filled[0] : filled[-1] + 1] if filled else ()


def prose(lines: tuple[Line, ...]) -> str:
    """`lines` as one string."""
    return "\n".join(line.text for line in trimmed(lines))


def split(lines: tuple[Line, ...], doubts: Doubts) -> tuple[tuple[Line, ...], tuple[Block, ...]]:
    """The lines above the first heading, and the sections."""
    starts = [at for at in range(1, len(lines)) if _is_heading(lines, at, doubts)]
    if not starts:
        return trimmed(lines), ()
    ends = [start - 1 for start in starts[1:]] + [len(lines)]
    blocks = tuple(
        Block(lines[start - 1], trimmed(lines[start + 1 : end])) for start, end in zip(starts, ends, strict=True)
    )
    return trimmed(lines[: starts[0] - 1]), blocks


def _is_heading(lines: tuple[Line, ...], at: int, doubts: Doubts) -> bool:
    """Whether line `at` underlines a heading: as long as the line above it, which follows a blank one."""
    above, under = lines[at - 1].text, lines[at].text
    if not _UNDERLINE.fullmatch(under) or not above or above != above.strip() or _UNDERLINE.fullmatch(above):
        return False
    stands_alone = at < 2 or not lines[at - 2].text
    if len(above) == len(under) and stands_alone:
        return True
    if above.isupper() and abs(len(above) - len(under)) <= 3:
        doubts.note("heading-uneven", lines[at].number, f"taken for a heading although the line is uneven: {above}")
        return True
    return False


def read_head(lines: tuple[Line, ...], dialect: Dialect, doubts: Doubts) -> Head:
    """Number, version, title and identifiers. Raises `Refused` where there is no advisory's first line."""
    first = re.compile(
        rf"{re.escape(dialect.title)}\s+(?:(?P<ids>\S.*?)\s*/\s*)?{re.escape(dialect.prefix)}-(?P<number>0{{0,3}}[1-9]\d{{0,5}})",
        re.IGNORECASE,
    )
    for line in lines[:_LONGEST_HEAD]:
        if len(line.text) <= _WIDEST and (found := first.fullmatch(line.text.strip())):
            break
    else:
        raise Refused("not-an-advisory", f"there is no line that begins with {dialect.title}", line=1, where="text")
    below = trimmed(lines[lines.index(line) + 1 :])
    version = 1
    if below and (said := _VERSION.fullmatch(below[0].text.strip())):
        version = int(said[1])
        below = trimmed(below[1:])
    title_lines = below[: next((at for at, line in enumerate(below) if not line.text), len(below))]
    title = " ".join(" ".join(line.text for line in title_lines).split())
    if not title:
        doubts.doubt("no-title", line.number, "there is no title")
    return Head(
        number=int(found["number"]),
        version=version,
        title=title,
        identifiers=_identifiers(found["ids"] or "", line.number, doubts),
        rest=trimmed(below[len(title_lines) :]),
    )


def _identifiers(text: str, line: int, doubts: Doubts) -> tuple[Identifier, ...]:
    found: dict[Identifier, None] = {}
    for word in re.split(r"[\s,]+", text):
        if re.fullmatch(r"CVE-\d{4}-\d{4,19}", word, re.IGNORECASE):
            found[Identifier("CVE", word.upper())] = None
        elif other := re.fullmatch(r"([A-Z][A-Z0-9]{1,15})-[A-Za-z0-9-]{1,60}", word):
            found[Identifier(other[1], word)] = None
            if other[1] == "CVE":
                doubts.doubt("identifier-odd", line, f"not formed like a CVE identifier: {word}")
        elif word:
            doubts.doubt("identifier-odd", line, f"not understood as an identifier: {word}")
    return tuple(found)
