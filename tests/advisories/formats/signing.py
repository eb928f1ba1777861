"""Makes signatures as old software made them: version 4, RSA, over text, by a key that has no certificate."""

import hashlib
import struct
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from advisories.formats import armour, clearsign
from advisories.formats.bare_key import HASHES

MADE_AT = datetime(2026, 3, 17, 12, 0, tzinfo=UTC)
KEY_MADE_AT = datetime(2020, 1, 1, tzinfo=UTC)


def packet(tag: int, body: bytes) -> bytes:
    """A packet with a two-octet length, old format."""
    return bytes([0x80 | tag << 2 | 1]) + struct.pack(">H", len(body)) + body


def mpi(value: int) -> bytes:
    """A multiprecision integer."""
    return struct.pack(">H", value.bit_length()) + value.to_bytes((value.bit_length() + 7) // 8, "big")


def seconds(instant: datetime) -> bytes:
    return struct.pack(">I", int(instant.timestamp()))


def subpacket(kind: int, body: bytes) -> bytes:
    return bytes([len(body) + 1, kind]) + body


class RsaSigner:
    """A key pair whose public half is known as a bare packet."""

    def __init__(self, bits: int = 2048) -> None:
        private = generate_private_key(65537, bits).private_numbers()
        self.exponent, self.modulus = private.d, private.public_numbers.n
        self.body = b"\x04" + seconds(KEY_MADE_AT) + b"\x01" + mpi(self.modulus) + mpi(private.public_numbers.e)
        digest = hashlib.sha1(b"\x99" + struct.pack(">H", len(self.body)) + self.body, usedforsecurity=False)
        self.fingerprint = digest.hexdigest().upper()

    @property
    def public(self) -> bytes:
        """The key as it is published: the packet and a name, and nothing that binds them."""
        return packet(6, self.body) + packet(13, b"Sluice security team <security@sluice.example>")

    def signature(
        self,
        text: bytes,
        *,
        hash_algorithm: int = 8,
        kind: int = 1,
        made_at: datetime = MADE_AT,
        more: bytes = b"",
        really_over: bytes | None = None,
    ) -> bytes:
        """An armoured signature over `text`; `more` goes among the covered statements.

        With `really_over` the packet carries the first digits of `text` and the value of another text's signature.
        """
        name, before = HASHES[hash_algorithm]
        statements = subpacket(2, seconds(made_at)) + more
        issuer = subpacket(16, bytes.fromhex(self.fingerprint[-16:]))
        head = bytes([4, kind, 1, hash_algorithm]) + struct.pack(">H", len(statements)) + statements
        trailer = head + b"\x04\xff" + struct.pack(">I", len(head))
        digest = hashlib.new(name, clearsign.canonical(text) + trailer, usedforsecurity=False).digest()
        other = clearsign.canonical(text if really_over is None else really_over)
        signed = hashlib.new(name, other + trailer, usedforsecurity=False).digest()
        size = (self.modulus.bit_length() + 7) // 8
        padded = b"\x00\x01" + b"\xff" * (size - 3 - len(before) - len(signed)) + b"\x00" + before + signed
        value = pow(int.from_bytes(padded, "big"), self.exponent, self.modulus)
        body = head + struct.pack(">H", len(issuer)) + issuer + digest[:2] + mpi(value)
        return armour.add(packet(2, body), b"SIGNATURE")

    def sign(self, text: bytes, hash_algorithm: int = 8) -> bytes:
        """`text` clear-signed."""
        return clearsign.frame(text, self.signature(text, hash_algorithm=hash_algorithm), ("SHA256",))
