"""Mail archives taken apart into single mails: mbox, public-inbox."""

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from advisories.formats.doubts import Refused

MOST_BYTES = 512 * 1024 * 1024
"""One archive, unpacked."""
_FROM = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\r\n]{1,300}\r?\n")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_PUBLIC_INBOX_V1 = re.compile(r"[0-9a-f]{2}/[0-9a-f]{38}")
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Found:
    """One mail of an archive."""

    where: str
    """The file or the key in the archive, for people."""
    line: int
    """The line in the file on which the mail begins, counted from 1."""
    content: bytes = field(repr=False)


def is_mbox(data: bytes) -> bool:
    """Whether `data` begins with an mbox separator."""
    return _FROM.match(data) is not None


def split_mbox(data: bytes, where: str = "mbox") -> Iterator[Found]:
    """The mails of an mbox file, quoted `>From ` lines put back (mboxrd, as public-inbox has it). Raises `Refused`."""
    if not is_mbox(data):
        raise Refused("not-an-mbox", "there is no From line at its beginning", where=where)
    starts = list(_FROM.finditer(data))
    line, counted = 1, 0
    for at, start in enumerate(starts):
        end = starts[at + 1].start() if at + 1 < len(starts) else len(data)
        line += data.count(b"\n", counted, start.end())
        counted = start.end()
        yield Found(where, line, _QUOTED.sub(rb"\1", data[start.end() : end]))


def unpacked(data: bytes, where: str = "archive") -> bytes:
    """`data`, gunzipped where it is a gzip file. Raises `Refused` on a broken one and on one past `MOST_BYTES`."""
    if not data.startswith(_GZIP):
        return data
    parts: list[bytes] = []
    size = 0
    try:
        # A gzip file may hold several members, one after the other.
        while data:
            inflater = zlib.decompressobj(wbits=31)
            part = inflater.decompress(data, MOST_BYTES + 1 - size)
            size += len(part)
            if size > MOST_BYTES:
                raise Refused("too-large", f"it unpacks to more than {MOST_BYTES:,} bytes", where=where)
            if not inflater.eof:
                raise Refused("cut-short", "the gzip file ends too early", where=where)
            parts.append(part)
            data = inflater.unused_data.lstrip(b"\0")
    except zlib.error as error:
        raise Refused("not-gzip", "not a gzip file, although it begins like one", where=where) from error
    return b"".join(parts)


def public_inbox(blobs: Iterable[tuple[str, str, bytes]]) -> Iterator[Found]:
    """The mails among a public-inbox repository's blobs, each given as (commit or key, path, content), oldest first.

    Version 2 keeps every mail as the file `m` of its own commit, version 1 as files `ab/cdef…` of one tree. Whoever
    calls reads them with git; what is neither (`d` marks a deletion) is passed over.
    """
    for key, path, content in blobs:
        if path == "m" or _PUBLIC_INBOX_V1.fullmatch(path):
            yield Found(f"{key}:{path}" if key else path, 1, content)
