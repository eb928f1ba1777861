"""The cleartext signature framework (RFC 4880, section 7): text that stays readable, with a signature below.

Nothing outside the signed part is ever believed: not the lines before and after, and not the headers above it,
which the signature does not cover either.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from advisories.formats.armour import BEGIN_SIGNATURE, END_SIGNATURE
from advisories.formats.doubts import NotWritable, Refused

BEGIN = b"-----BEGIN PGP SIGNED MESSAGE-----"
Sign = Callable[[bytes], bytes]
"""Gives a text back with a clear signature; whoever calls a writer has the key."""
_HEADER = re.compile(rb"Hash: ?([A-Za-z0-9-]{1,20}(?:, ?[A-Za-z0-9-]{1,20}){0,9})")
_BLANKS = b" \t\r"


@dataclass(frozen=True, slots=True)
class ClearSigned:
    """What one signed message holds."""

    signed: bytes = field(repr=False)
    """The text as it is hashed: dashes unescaped, blanks at line ends gone, CRLF between lines, none after the last."""
    signature: bytes = field(repr=False)
    """The armoured signature, from its BEGIN to its END line."""
    hashes: tuple[str, ...]
    """What the Hash header names; not covered by the signature, so it decides nothing."""
    first_line: int
    """Where the text begins in what was read, counted from 1."""
    message: bytes = field(repr=False)
    """All of it as it stood, from its BEGIN to its END line: what people verify."""
    around: bool
    """Whether there is anything but blank lines before or after: it is not part of what was signed."""

    @property
    def text(self) -> bytes:
        """The signed text with LF at the end of every line, for people and for parsing."""
        return self.signed.replace(b"\r\n", b"\n") + b"\n"


def read(data: bytes) -> ClearSigned:
    """The first signed message in `data`, whose lines may end in LF or CRLF.

    Raises `Refused`: there is none, it is cut short, or it is framed in a way that readers are known to
    disagree on (headers other than Hash, a line that begins with an unescaped dash).
    """
    lines = [line.removesuffix(b"\r") for line in data.split(b"\n")]
    start = next((index for index, line in enumerate(lines) if line.rstrip(_BLANKS) == BEGIN), None)
    if start is None:
        raise Refused("not-signed", "there is no signed message")
    hashes, first = _headers(lines, start + 1)
    end = _end_of_text(lines, first)
    last = next((at for at in range(end, len(lines)) if lines[at].rstrip(_BLANKS) == END_SIGNATURE), None)
    if last is None:
        raise Refused("signature-cut-short", "the signature has no end", line=end + 1)
    text = [_unescaped(line, at + 1) for at, line in enumerate(lines[first:end], first)]
    return ClearSigned(
        signed=b"\r\n".join(text),
        signature=b"\n".join(line.rstrip(_BLANKS) for line in lines[end : last + 1]) + b"\n",
        hashes=hashes,
        first_line=first + 1,
        message=b"\n".join(data.split(b"\n")[start : last + 1]) + b"\n",
        around=any(line.strip() for line in (*lines[:start], *lines[last + 1 :])),
    )


def _headers(lines: list[bytes], start: int) -> tuple[tuple[str, ...], int]:
    """The hashes named, and the index of the first line of text."""
    hashes: list[str] = []
    for at in range(start, len(lines)):
        if not lines[at]:
            return tuple(hashes), at + 1
        found = _HEADER.fullmatch(lines[at])
        if found is None:
            # Text smuggled in here would look signed to a person and not be.
            raise Refused("unsigned-header", "only Hash headers may stand above signed text", line=at + 1)
        hashes += (name.strip().decode() for name in found[1].split(b","))
    raise Refused("signature-cut-short", "the signed message ends in its headers", line=len(lines))


def _end_of_text(lines: list[bytes], first: int) -> int:
    for at in range(first, len(lines)):
        if lines[at].rstrip(_BLANKS) == BEGIN_SIGNATURE:
            return at
    raise Refused("signature-cut-short", "the signed text has no signature below it", line=len(lines))


def _unescaped(line: bytes, number: int) -> bytes:
    if line.startswith(b"- "):
        line = line[2:]
    elif line.startswith(b"-"):
        raise Refused("dash-not-escaped", "a line of signed text begins with an unescaped dash", line=number)
    return line.rstrip(_BLANKS)


def frame(text: bytes, signature: bytes, hashes: tuple[str, ...] = ("SHA512",)) -> bytes:
    """`text` (LF or CRLF lines) with its armoured `signature`, ready to be sent; lines end in LF.

    The signature must be over `canonical(text)`, of the kind for text documents.
    """
    body = canonical(text).split(b"\r\n")
    escaped = [b"- " + line if line.startswith((b"-", b"From ")) else line for line in body]
    headers = [b"Hash: " + ", ".join(hashes).encode()] if hashes else []
    return b"\n".join([BEGIN, *headers, b"", *escaped, signature.strip(), b""])


def signed(text: bytes, sign: Sign) -> bytes:
    """`text` as `sign` signed it. Raises `NotWritable` where what came back is not that text, whole and alone."""
    message = sign(text)
    try:
        found = read(message)
    except Refused as refusal:
        raise NotWritable(f"what the signer gave back cannot be read: {refusal}") from refusal
    if found.signed != canonical(text) or found.around:
        raise NotWritable("the signer gave back another text")
    return message


def canonical(text: bytes) -> bytes:
    """`text` as a clear signature hashes it: blanks at line ends gone, CRLF between lines, none after the last."""
    lines = [line.rstrip(_BLANKS) for line in text.removesuffix(b"\n").split(b"\n")]
    return b"\r\n".join(lines)
