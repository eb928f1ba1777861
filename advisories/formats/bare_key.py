"""Signatures checked against a public key that comes alone, without a self-signature.

Old projects publish such keys, and OpenPGP libraries refuse them as certificates, rightly: nothing says what the key
may be used for, or until when. Whoever configures one vouches for it. Only what a clear-signed advisory needs is here:
RSA keys and signatures of version 4 over text.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from advisories.formats.doubts import Refused
from advisories.formats.packets import PUBLIC_KEY, SIGNATURE, USER_ID, Reader, Subpacket, packets, subpackets

RSA = frozenset({1, 3})
"""Public-key algorithms of section 9.1 that are RSA and may sign."""
TEXT_SIGNATURE = 0x01
"""The signature type over a canonical text document (section 5.2.1)."""
LEAST_BITS = 2048
HASHES: dict[int, tuple[str, bytes]] = {
    2: ("sha1", bytes.fromhex("3021300906052b0e03021a05000414")),
    8: ("sha256", bytes.fromhex("3031300d060960864801650304020105000420")),
    9: ("sha384", bytes.fromhex("3041300d060960864801650304020205000430")),
    10: ("sha512", bytes.fromhex("3051300d060960864801650304020305000440")),
    11: ("sha224", bytes.fromhex("302d300d06096086480165030402040500041c")),
}
"""By the numbers of section 9.4: the name, and what stands before the digest in a signature (section 5.2.2)."""
WEAK = frozenset({2})
"""SHA-1: a second text for an old signature is still out of reach, but a new signature should not use it."""

_CREATED, _EXPIRES, _ISSUER, _NOTATION, _SIGNERS_ID, _ISSUER_FINGERPRINT = 2, 3, 16, 20, 28, 33
_UNDERSTOOD = frozenset({_CREATED, _EXPIRES, _ISSUER, _SIGNERS_ID, _ISSUER_FINGERPRINT})


@dataclass(frozen=True, slots=True)
class BareKey:
    """An RSA public key, version 4."""

    fingerprint: str
    """40 upper-case hex digits."""
    created_at: datetime
    user_ids: tuple[str, ...]
    """As they stand beside the key; nothing proves that they belong to it."""
    rsa: RSAPublicKey = field(repr=False)

    @property
    def key_id(self) -> str:
        """The last 16 digits of the fingerprint."""
        return self.fingerprint[-16:]


@dataclass(frozen=True, slots=True)
class TextSignature:
    """A parsed signature packet."""

    hash_algorithm: int
    hashed: bytes = field(repr=False)
    """The part of the packet that the signature covers, trailer included."""
    first_digits: bytes
    value: int = field(repr=False)
    made_at: datetime
    expires_at: datetime | None
    key_id: str
    """16 upper-case hex digits, or empty."""


def read_key(data: bytes) -> BareKey:
    """One public key from its packets, binary. Raises `Refused` on all but version 4 RSA keys of `LEAST_BITS`."""
    found = list(packets(data))
    if not found or found[0][0] != PUBLIC_KEY or any(tag not in (PUBLIC_KEY, USER_ID) for tag, _ in found):
        raise Refused("not-a-bare-key", "not a public key alone")
    if sum(tag == PUBLIC_KEY for tag, _ in found) != 1:
        raise Refused("not-a-bare-key", "more than one public key")
    body = found[0][1]
    reader = Reader(body)
    if reader.number(1) != 4:
        raise Refused("key-version", "only keys of version 4 are understood")
    created_at = datetime.fromtimestamp(reader.number(4), UTC)
    if reader.number(1) not in RSA:
        raise Refused("key-algorithm", "only RSA keys can be used without a certificate")
    modulus, exponent = reader.mpi(), reader.mpi()
    if modulus.bit_length() < LEAST_BITS:
        raise Refused("key-too-short", f"the key has {modulus.bit_length()} bits, fewer than {LEAST_BITS}")
    try:
        rsa = RSAPublicNumbers(exponent, modulus).public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Refused("bad-key", "the numbers of the key are not those of an RSA key") from error
    # Version 4 fingerprints are SHA-1 by definition (section 12.2).
    digest = hashlib.sha1(b"\x99" + len(body).to_bytes(2, "big") + body, usedforsecurity=False)
    user_ids = tuple(text.decode("utf-8", "replace") for tag, text in found if tag == USER_ID)
    return BareKey(digest.hexdigest().upper(), created_at, user_ids, rsa)


def read_signature(body: bytes) -> TextSignature:
    """A signature packet's body. Raises `Refused` on everything but a version 4 RSA signature over text."""
    reader = Reader(body)
    if reader.number(1) != 4:
        raise Refused("signature-version", "only signatures of version 4 can be checked against a key alone")
    if reader.number(1) != TEXT_SIGNATURE:
        raise Refused("signature-kind", "the signature is not one over a text document")
    if reader.number(1) not in RSA:
        raise Refused("signature-algorithm", "the signature is not an RSA signature")
    hash_algorithm = reader.number(1)
    if hash_algorithm not in HASHES:
        raise Refused("signature-hash", f"hash algorithm {hash_algorithm} is not accepted")
    statements = list(subpackets(reader.take(reader.number(2))))
    covered = body[: reader.at]
    unproven = list(subpackets(reader.take(reader.number(2))))
    made_at, expires_at = _times(statements)
    return TextSignature(
        hash_algorithm=hash_algorithm,
        hashed=covered + b"\x04\xff" + len(covered).to_bytes(4, "big"),
        first_digits=reader.take(2),
        value=reader.mpi(),
        made_at=made_at,
        expires_at=expires_at,
        # The issuer only picks a key, so it may come from the part that is not covered.
        key_id=next((part.body.hex().upper() for part in statements + unproven if part.kind == _ISSUER), ""),
    )


def _times(statements: list[Subpacket]) -> tuple[datetime, datetime | None]:
    """When the signature was made and when it ends, from its covered statements only."""
    for part in statements:
        if part.critical and part.kind not in _UNDERSTOOD:
            raise Refused("signature-critical", f"the signature has a critical statement of unknown kind {part.kind}")
    values = {
        part.kind: int.from_bytes(part.body, "big")
        for part in statements
        if part.kind in (_CREATED, _EXPIRES) and len(part.body) == 4
    }
    if _CREATED not in values:
        raise Refused("signature-undated", "the signature does not say when it was made")
    made_at = datetime.fromtimestamp(values[_CREATED], UTC)
    lasts_s = values.get(_EXPIRES, 0)
    return made_at, made_at + timedelta(seconds=lasts_s) if lasts_s else None


def check(key: BareKey, signed: bytes, signature: TextSignature) -> None:
    """Raise `Refused` unless `signature` is by `key` over `signed`, which must be in canonical form (CRLF)."""
    if signature.key_id and signature.key_id != key.key_id:
        raise Refused("other-key", f"signed by the key {signature.key_id}")
    if signature.made_at < key.created_at:
        raise Refused("signature-date", "the signature is older than the key")
    name, before = HASHES[signature.hash_algorithm]
    digest = hashlib.new(name, signed + signature.hashed, usedforsecurity=False).digest()
    size = (key.rsa.key_size + 7) // 8
    if digest[:2] != signature.first_digits or signature.value.bit_length() > size * 8:
        raise Refused("bad-signature", "the signature does not fit the text")
    try:
        said = key.rsa.recover_data_from_signature(signature.value.to_bytes(size, "big"), PKCS1v15(), None)
    except (InvalidSignature, ValueError) as error:
        raise Refused("bad-signature", "the signature does not fit the text") from error
    # The whole content is compared: parsers of what stands before the digest have let forgeries through.
    if said != before + digest:
        raise Refused("bad-signature", "the signature does not fit the text")


def signatures(data: bytes) -> list[bytes]:
    """The bodies of the signature packets in `data`; nothing else may be there. Raises `Refused`."""
    found = list(packets(data))
    if not found or any(tag != SIGNATURE for tag, _ in found):
        raise Refused("not-a-signature", "not an OpenPGP signature")
    return [body for _, body in found]
