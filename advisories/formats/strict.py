"""What every strict writer keeps to: clean text, one form for instants and addresses, one way to put JSON down."""

import json
import re
import unicodedata
from datetime import UTC, datetime

from advisories.formats.doubts import NotWritable

_ADDRESS = re.compile(
    r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(?::[0-9]{1,5})?"
    r"(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?"
    r"(?:\?(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?"
    r"(?:#(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?"
)
_NEEDS_NO_CARE = re.compile(r"[\n\t -~]*")
LONGEST_ADDRESS = 2_000
"""Characters; the CVE record takes 2048."""


def plain(text: str) -> str:
    """`cleaned(text)` without blanks and line ends around it."""
    return cleaned(text).strip()


def cleaned(text: str) -> str:
    """`text` as a document carries it: lines end in LF, and nothing in it steers a terminal or hides.

    Control characters go, tabs and line ends stay; halves of surrogate pairs, which UTF-8 cannot hold, become U+FFFD,
    as do numbers that are no characters. Characters that turn the direction of writing go too: with them a text reads
    otherwise than it is stored.
    """
    if _NEEDS_NO_CARE.fullmatch(text):
        return text
    unified = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(_kept(char) for char in unified)


def _kept(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cs":
        return "\ufffd"
    if ord(char) & 0xFFFE == 0xFFFE:
        # No characters, and XML takes two of them for the end: a title with one would take the whole feed along.
        return "\ufffd"
    if category == "Cf":
        # Joiners belong to words in some scripts; what overrides direction belongs to no advisory.
        return char if char in "\u200c\u200d" else ""
    return "" if category == "Cc" and char not in "\n\t" else char


def one_line(text: str) -> str:
    """`plain(text)` with runs of blanks and line ends as one blank."""
    return " ".join(plain(text).split())


def shortened(text: str, most: int, address: str) -> str:
    """`text` if it has at most `most` characters, else whole paragraphs or words of it and where the rest is."""
    if len(text) <= most:
        return text
    rest = f"\n\n[The rest is at {address}]"
    room = text[: most - len(rest)]
    cut = max(room.rfind("\n\n"), room.rfind("\n") if "\n\n" not in room else -1)
    return (room[:cut].rstrip() if cut > 0 else room.rstrip()) + rest


def instant(at: datetime) -> str:
    """`at` in UTC to the second, as RFC 3339 writes it. Raises `NotWritable` where it has no time zone."""
    if at.utcoffset() is None:
        raise NotWritable("an instant without a time zone is no instant")
    return at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def is_address(text: str) -> bool:
    """Whether `text` is a web address that every validator takes (RFC 3986, letters and digits in its host)."""
    return len(text) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


def document(value: object) -> bytes:
    """`value` as JSON: two blanks of indent, keys in the order given, UTF-8, a line end at the end.

    Raises `NotWritable` where something is left in it that UTF-8 cannot hold.
    """
    return _encoded(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def compact(value: object) -> bytes:
    """`value` as JSON on one line, keys sorted: for long documents, a tenth of the time and half the size.

    Raises `NotWritable` where something is left in it that UTF-8 cannot hold.
    """
    return _encoded(json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False, allow_nan=False))


def _encoded(text: str) -> bytes:
    try:
        return (text + "\n").encode()
    except UnicodeEncodeError as error:
        raise NotWritable("there is half a character in it") from error
