"""Binary payloads: git's base 85, zlib and pack deltas, each unpacked only as far as it was announced."""

import base64
import re
import zlib
from collections.abc import Sequence

from releases.engine.limits import Limits
from releases.engine.patch import BinaryChange, FilePatch, NotAPatch
from releases.engine.trees import object_id

_NUMBER = re.compile(rb"[ \t\n\v\f\r]*([-+]?)0*([0-9]*)")
_HEADER = re.compile(rb"(delta|literal) ")
_HEX = re.compile(r"[0-9a-fA-F]*")
_SMALLEST_DELTA = 4


class CorruptPayload(NotAPatch):
    """A binary payload that doesn't decode; git stops reading the patch there, but keeps what came before."""


class DoesNotFit(Exception):
    """A binary patch and the file it meets don't go together; the text says why."""


class Unpacking:
    """Counts what one patch unpacks, so that a few bytes can't become gigabytes."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._total = 0

    def announce(self, size: int) -> None:
        """Take note of `size` bytes about to be unpacked; raise `OverLimit` where that is too much."""
        self._limits.check("file_bytes", size)
        self._total += size
        self._limits.check("unpacked_bytes", self._total)


def read_payloads(lines: Sequence[bytes], index: int, unpacking: Unpacking) -> tuple[BinaryChange, int]:
    """Read the forward payload at line `index`, and the one for the reverse if there is one.

    Returns the change and the index of the first line behind it. Raises `CorruptPayload`, and `OverLimit` before
    anything too large is inflated.
    """
    forward, behind = _read_payload(lines, index, unpacking)
    if forward is None:
        raise CorruptPayload("neither `literal` nor `delta`", index + 1)
    backward, behind = _read_payload(lines, behind, unpacking)
    return BinaryChange(forward.method, forward.data, backward), behind


def _read_payload(lines: Sequence[bytes], index: int, unpacking: Unpacking) -> tuple[BinaryChange | None, int]:
    line = lines[index] if index < len(lines) else b""
    header = _HEADER.match(line)
    if header is None:
        return None, index
    size = _announced(line[header.end() :])
    unpacking.announce(size)
    packed = []
    behind = index + 1
    while True:
        line = lines[behind] if behind < len(lines) else b""
        behind += 1
        if len(line) == 1:
            break
        packed.append(_decoded(line, behind))
    return BinaryChange(header.group(1).decode(), _inflated(b"".join(packed), size, index)), behind


def _announced(text: bytes) -> int:
    """The size a payload announces, read like C's strtoul: no number is nothing, a negative one is enormous."""
    match = _NUMBER.match(text)
    digits = match.group(2)[:20] if match else b""
    size = int(digits) if digits else 0
    return 2**64 - size if size and match and match.group(1) == b"-" else size


def _decoded(line: bytes, number: int) -> bytes:
    """One line of base 85: a letter for its length, then groups of five digits for four bytes each."""
    groups, rest = divmod(len(line) - 2, 5)
    if groups < 1 or rest:
        raise CorruptPayload("a line of base 85 cut short", number)
    letter = line[0]
    if 0x41 <= letter <= 0x5A:
        length = letter - 0x41 + 1
    elif 0x61 <= letter <= 0x7A:
        length = letter - 0x61 + 27
    else:
        raise CorruptPayload("a line of base 85 without its length", number)
    if not groups * 4 - 4 < length <= groups * 4:
        raise CorruptPayload("a line of base 85 with a wrong length", number)
    try:
        return base64.b85decode(line[1 : 1 + groups * 5])[:length]
    except ValueError:
        raise CorruptPayload("not base 85", number) from None


def _inflated(packed: bytes, size: int, index: int) -> bytes:
    engine = zlib.decompressobj()
    try:
        data = engine.decompress(packed, size + 1)  # one byte more shows that there is more, and never allocates it
    except zlib.error:
        raise CorruptPayload("not a zlib stream", index + 1) from None
    if not engine.eof or len(data) != size:
        raise CorruptPayload("a payload that isn't as long as it says", index + 1)
    return data


def rebuild(file: FilePatch, before: bytes, *, exists: bool, digits: int, unpacking: Unpacking) -> bytes:
    """What a binary patch makes of `before`, checked against both ids on its index line; raises `DoesNotFit`.

    `exists` says whether there was a file; `digits` is the length of an object id.
    """
    old_oid, new_oid = file.old_oid or "", file.new_oid or ""
    if not all(len(oid) == digits and _HEX.fullmatch(oid) for oid in (old_oid, new_oid)):
        raise DoesNotFit("a binary patch needs full object ids on its index line")
    if exists and object_id(b"blob", before, digits) != old_oid:
        raise DoesNotFit("the binary patch is for another content of this file")
    if not exists and before:
        raise DoesNotFit("the binary patch expects an empty file")
    if not new_oid.strip("0"):
        return b""
    if file.binary is None:
        raise DoesNotFit("the patch says that binary files differ, but not how")
    literal = file.binary.method == "literal"
    after = file.binary.data if literal else apply_delta(before, file.binary.data, unpacking)
    if after is None:
        raise DoesNotFit("the binary delta does not fit this file")
    if object_id(b"blob", after, digits) != new_oid:
        raise DoesNotFit("the binary patch gives another content than it announces")
    return after


def apply_delta(source: bytes, delta: bytes, unpacking: Unpacking) -> bytes | None:
    """Rebuild a file from a pack delta; None where the delta isn't sound or made for another source."""
    if len(delta) < _SMALLEST_DELTA:
        return None
    source_size, offset = _delta_size(delta, 0)
    target_size, offset = _delta_size(delta, offset)
    if source_size != len(source) or target_size < 0:
        return None
    unpacking.announce(target_size)
    pieces = []
    left = target_size
    end = len(delta)
    while offset < end:
        command = delta[offset]
        offset += 1
        if command & 0x80:
            start = length = 0
            for bit in range(7):
                if command & (1 << bit):
                    if offset >= end:
                        return None
                    if bit < 4:
                        start |= delta[offset] << (8 * bit)
                    else:
                        length |= delta[offset] << (8 * (bit - 4))
                    offset += 1
            length = length or 0x10000
            if start + length > len(source) or length > left:
                return None
            pieces.append(source[start : start + length])
        else:
            length = command
            if length == 0 or length > left or length > end - offset:
                return None
            pieces.append(delta[offset : offset + length])
            offset += length
        left -= length
    return b"".join(pieces) if left == 0 else None


def _delta_size(delta: bytes, offset: int) -> tuple[int, int]:
    """A size in the delta's header and the offset behind it; -1 for one that 64 bits can't hold."""
    size = shift = 0
    while offset < len(delta):
        if shift > 63:
            return -1, offset
        byte = delta[offset]
        offset += 1
        size |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            break
    return size, offset
