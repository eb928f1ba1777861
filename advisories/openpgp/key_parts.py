"""A certificate's keys as its packets show them: what each may do, by what algorithm, and until when.

The library says whether a certificate as a whole can be encrypted to, and says yes where the only key for it has
lapsed or was revoked. So each key is looked at by itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pysequoia
from pysequoia.packet import Packet, PacketPile, SignatureType, Tag

from advisories.formats.doubts import Refused
from advisories.formats.packets import Reader

LIBRARY_TROUBLE = (RuntimeError, ValueError, TypeError, OSError)
"""What the library is known to raise."""

_BINDINGS = (
    SignatureType.SubkeyBinding,
    SignatureType.DirectKey,
    SignatureType.GenericCertification,
    SignatureType.PersonaCertification,
    SignatureType.CasualCertification,
    SignatureType.PositiveCertification,
)
_RSA = frozenset({1, 2, 3})
_BY_CURVE = frozenset({18, 19, 22})
_NAMES = {
    16: "ElGamal", 17: "DSA", 20: "ElGamal", 25: "X25519", 26: "X448", 27: "Ed25519", 28: "Ed448",
    30: "ML-DSA-65 with Ed25519", 31: "ML-DSA-87 with Ed448", 32: "SLH-DSA", 33: "SLH-DSA", 34: "SLH-DSA",
    35: "ML-KEM-768 with X25519", 36: "ML-KEM-1024 with X448",
}  # fmt: skip
"""By the numbers of RFC 9580 (section 9.1) and of its post-quantum companion."""
_CURVES = {
    "2b06010401da470f01": "Ed25519",
    "2b060104019755010501": "Curve25519",
    "2a8648ce3d030107": "NIST P-256",
    "2b81040022": "NIST P-384",
    "2b81040023": "NIST P-521",
    "2b2403030208010107": "Brainpool P-256",
    "2b240303020801010b": "Brainpool P-384",
    "2b240303020801010d": "Brainpool P-512",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One packet that a certificate is about, with the signatures behind it."""

    packet: Packet = field(repr=False)
    signatures: tuple[Packet, ...] = field(repr=False)

    @property
    def packets(self) -> list[Packet]:
        """All of it in order."""
        return [self.packet, *self.signatures]


@dataclass(frozen=True, slots=True)
class KeyPart:
    """The primary key, or a subkey."""

    fingerprint: str
    """Upper-case hex digits."""
    algorithm: str
    """Such as `RSA, 3,072 bits` or `Curve25519`."""
    rsa_bits: int | None
    created_at: datetime
    expires_at: datetime | None
    """By its own newest binding; the primary key's end bounds every subkey besides."""
    is_revoked: bool
    encrypts: bool
    signs: bool

    def is_alive(self, at: datetime) -> bool:
        """Neither revoked nor lapsed at that instant."""
        return not self.is_revoked and (self.expires_at is None or self.expires_at > at)


def split(binary: bytes) -> tuple[Part, tuple[Part, ...], tuple[Part, ...]]:
    """Primary key, user ids, subkeys of one certificate. Raises the library's trouble."""
    parts: list[tuple[Packet, list[Packet]]] = []
    for packet in PacketPile.from_bytes(binary):
        if packet.tag == Tag.Signature and parts:
            parts[-1][1].append(packet)
        else:
            parts.append((packet, []))
    whole = [Part(packet, tuple(signatures)) for packet, signatures in parts]
    user_ids = tuple(part for part in whole if part.packet.tag == Tag.UserID)
    subkeys = tuple(part for part in whole if part.packet.tag == Tag.PublicSubkey)
    return whole[0], user_ids, subkeys


def assemble(parts: Iterable[Part]) -> pysequoia.Cert:
    """A certificate of these parts, in order. Raises the library's trouble."""
    return pysequoia.Cert.from_packets([packet for part in parts for packet in part.packets])


def own_signatures(part: Part, primary: Part) -> Part:
    """`part` without what others have signed: a well-known key carries thousands of those."""
    fingerprint, key_id = primary.packet.fingerprint, primary.packet.key_id
    own = (
        signature
        for signature in part.signatures
        if signature.issuer_fingerprint == fingerprint
        or (signature.issuer_fingerprint is None and signature.issuer_key_id == key_id)
    )
    return Part(part.packet, tuple(own))


def primary_key(primary: Part, user_ids: Iterable[Part], *, expires_at: datetime | None, is_revoked: bool) -> KeyPart:
    """The primary key; its end and its revocation are the certificate's, which the library has worked out."""
    said = [signature for part in (primary, *user_ids) for signature in part.signatures]
    return _key_part(primary.packet, _newest(said), expires_at, is_revoked)


def subkey(part: Part) -> KeyPart:
    """A subkey by its newest binding."""
    newest = _newest(part.signatures)
    created_at = _created_at(part.packet)
    lasts = newest.key_validity_period if newest is not None else None
    # Who revokes isn't checked: where anybody says that a key is lost, no secret is sent to it.
    is_revoked = any(signature.signature_type == SignatureType.SubkeyRevocation for signature in part.signatures)
    return _key_part(part.packet, newest, created_at + lasts if lasts else None, is_revoked)


def takes_encryption(certificate: pysequoia.Cert) -> bool:
    """Whether the library would encrypt to it: sound bindings, accepted algorithms. A subkey's dates don't count."""
    try:
        pysequoia.encrypt(b"", recipients=[certificate])
    except LIBRARY_TROUBLE:
        return False
    return True


def _key_part(packet: Packet, newest: Packet | None, expires_at: datetime | None, is_revoked: bool) -> KeyPart:
    algorithm, rsa_bits = algorithm_of(packet.body)
    flags = newest.key_flags if newest is not None else None
    return KeyPart(
        fingerprint=str(packet.fingerprint).upper(),
        algorithm=algorithm,
        rsa_bits=rsa_bits,
        created_at=_created_at(packet),
        expires_at=expires_at,
        is_revoked=is_revoked,
        encrypts=flags is not None and (flags.transport_encryption or flags.storage_encryption),
        signs=flags is not None and flags.signing,
    )


def _newest(signatures: Iterable[Packet]) -> Packet | None:
    def dated() -> Iterator[tuple[datetime, Packet]]:
        for signature in signatures:
            if signature.signature_type in _BINDINGS and signature.signature_created is not None:
                yield signature.signature_created, signature

    return max(dated(), key=lambda pair: pair[0], default=(None, None))[1]


def _created_at(packet: Packet) -> datetime:
    return packet.key_created or datetime.fromtimestamp(0, UTC)


def algorithm_of(body: bytes) -> tuple[str, int | None]:
    """Its name for people, and an RSA key's bits. Raises `Refused` on a packet that is cut short."""
    reader = Reader(body)
    version = reader.number(1)
    if version not in (4, 6):
        raise Refused("key-version", f"keys of version {version} are not understood")
    reader.take(4)
    number = reader.number(1)
    if version == 6:
        reader.take(4)
    if number in _RSA:
        bits = reader.mpi().bit_length()
        return f"RSA, {bits:,} bits", bits
    if number in _BY_CURVE:
        return _CURVES.get(reader.take(reader.number(1)).hex(), "an unknown curve"), None
    return _NAMES.get(number, f"algorithm {number}"), None
