"""OpenPGP packets (RFC 4880, sections 4 and 5), as far as a public key and a signature need them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from advisories.formats.doubts import Refused

SIGNATURE = 2
SECRET = frozenset({5, 7})
"""Secret keys and secret subkeys."""
PUBLIC_KEY = 6
USER_ID = 13
_MOST_PACKETS = 10_000


@dataclass(frozen=True, slots=True)
class Subpacket:
    """One statement inside a signature."""

    kind: int
    critical: bool
    """A reader that does not know a critical kind must not accept the signature."""
    body: bytes = field(repr=False)


class Reader:
    """Takes bytes from the front; raises `Refused` where there are too few."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    @property
    def left(self) -> int:
        """Bytes not yet taken."""
        return len(self.data) - self.at

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        if count < 0 or count > self.left:
            raise Refused("packet-cut-short", "an OpenPGP packet ends too early")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, octets: int) -> int:
        """The next unsigned number, big-endian."""
        return int.from_bytes(self.take(octets), "big")

    def mpi(self) -> int:
        """The next multiprecision integer; its bit count must be the true one."""
        bits = self.number(2)
        value = int.from_bytes(self.take((bits + 7) // 8), "big")
        if value.bit_length() != bits:
            raise Refused("bad-number", "an OpenPGP number has a wrong length")
        return value


def packets(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Every packet in `data` as (tag, body). Raises `Refused` on partial lengths and on more packets than a key has."""
    reader = Reader(data)
    for _ in range(_MOST_PACKETS):
        if not reader.left:
            return
        head = reader.number(1)
        if not head & 0x80:
            raise Refused("not-openpgp", "not an OpenPGP packet")
        if head & 0x40:
            yield head & 0x3F, reader.take(_new_length(reader))
        else:
            if head & 3 == 3:
                raise Refused("packet-without-length", "an OpenPGP packet does not say how long it is")
            yield (head >> 2) & 0x0F, reader.take(reader.number(1 << (head & 3)))
    if reader.left:
        raise Refused("too-many-packets", f"more than {_MOST_PACKETS:,} OpenPGP packets")


def subpackets(data: bytes) -> Iterator[Subpacket]:
    """The statements in one area of a signature."""
    reader = Reader(data)
    while reader.left:
        length = _new_length(reader, partial=False)
        if length < 1:
            raise Refused("packet-cut-short", "an OpenPGP subpacket is empty")
        kind, body = reader.number(1), reader.take(length - 1)
        yield Subpacket(kind & 0x7F, bool(kind & 0x80), body)


def _new_length(reader: Reader, *, partial: bool = True) -> int:
    first = reader.number(1)
    if first < 192:
        return first
    if first == 255:
        return reader.number(4)
    if partial and first >= 224:
        raise Refused("packet-without-length", "an OpenPGP packet comes in parts")
    return ((first - 192) << 8) + reader.number(1) + 192
