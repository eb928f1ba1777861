"""Certificates (public keys) that people upload or paste: read, described, and refused in a sentence."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

import pysequoia
from pysequoia.packet import SignatureType

from advisories.formats import armour
from advisories.formats.doubts import Refused
from advisories.formats.packets import PUBLIC_KEY, SECRET, SIGNATURE, packets
from advisories.openpgp import key_parts
from advisories.openpgp.key_parts import LIBRARY_TROUBLE, KeyPart, Part

MOST_BYTES = 1024 * 1024
"""Of a certificate with thousands of signatures by others it is still enough."""
LEAST_RSA_BITS = 2048
_MOST_PARTS = 50
_KIND = b"PUBLIC KEY BLOCK"


class CertificateRefused(Exception):
    """What was given can't be taken; says why in a sentence for whoever gave it, and repeats nothing of it."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate, as it was given."""

    fingerprint: str
    """Upper-case hex digits of the primary key."""
    user_ids: tuple[str, ...]
    """Those that the key vouches for and has not taken back; claims of whoever made it."""
    created_at: datetime
    expires_at: datetime | None
    """When the primary key lapses, and everything with it."""
    is_revoked: bool
    primary: KeyPart
    subkeys: tuple[KeyPart, ...]
    binary: bytes = field(repr=False)
    encryption_proven: frozenset[str] = field(repr=False)
    """Fingerprints of the keys that the library takes for encryption, whatever their dates."""

    @property
    def armoured(self) -> str:
        """For people and downloads."""
        return armour.add(self.binary, _KIND).decode()

    @property
    def algorithm(self) -> str:
        """Of the key that secrets would be encrypted to, else of the primary key."""
        return next((key.algorithm for key in self._for_encryption()), self.primary.algorithm)

    def encryption_keys(self, at: datetime) -> tuple[KeyPart, ...]:
        """What may be encrypted to at that instant."""
        if self.is_revoked or self._has_lapsed(at):
            return ()
        return tuple(key for key in self._for_encryption() if key.is_alive(at) and not _weakness(key))

    def encrypts_until(self, at: datetime) -> datetime | None:
        """When encrypting to it ends if nothing is done; None where nothing sets an end, or it has none to end."""
        keys = self.encryption_keys(at)
        own = [key.expires_at for key in keys if key.expires_at is not None]
        last = max(own) if keys and len(own) == len(keys) else None
        return _earlier(last, self.expires_at) if keys else None

    def signs_until(self, at: datetime) -> datetime | None:
        """When the last of its keys that may sign lapses; None where nothing sets an end."""
        ends = [_earlier(key.expires_at, self.expires_at) for key in self._for_signing() if key.is_alive(at)]
        known = [end for end in ends if end is not None]
        return max(known) if known and len(known) == len(ends) else (self.expires_at if not ends else None)

    def why_not_encrypted_to(self, at: datetime) -> str:
        """A sentence that says why nothing can be encrypted to it now, or empty where it can be."""
        if self.is_revoked:
            return "This key has been revoked by its owner."
        if self._has_lapsed(at):
            return f"This key expired on {self.expires_at:%-d %B %Y}: extend it, and give it again."
        keys = list(self._for_encryption())
        if not keys:
            return self._no_encryption_at_all()
        if self.encryption_keys(at):
            return ""
        lapsed = [key.expires_at for key in keys if not key.is_revoked and key.expires_at and key.expires_at <= at]
        if lapsed:
            return f"Its part for encryption expired on {max(lapsed):%-d %B %Y}: extend it, and give it again."
        weak = next((_weakness(key) for key in keys if not key.is_revoked), "")
        return weak or "Its part for encryption has been revoked."

    def why_not_signed_with(self, at: datetime) -> str:
        """A sentence that says why it can't sign now, or empty where it can."""
        if self.is_revoked:
            return "The key has been revoked."
        if self._has_lapsed(at):
            return f"The key expired on {self.expires_at:%-d %B %Y}."
        keys = list(self._for_signing())
        if not keys:
            return "The key has no part for signing."
        if not any(key.is_alive(at) for key in keys):
            return "The key's part for signing has expired or was revoked."
        return ""

    def _no_encryption_at_all(self) -> str:
        claimed = [key for key in (self.primary, *self.subkeys) if key.encrypts]
        weak = next((_weakness(key) for key in claimed if _weakness(key)), "")
        if weak:
            return weak
        if claimed:
            return (
                "Its part for encryption can't be used: its algorithm, or the signature that binds it, is not accepted."
            )
        return "This key can only sign: it has no part for encryption."

    def _has_lapsed(self, at: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= at

    def _for_encryption(self) -> Iterator[KeyPart]:
        return (key for key in (*self.subkeys, self.primary) if key.fingerprint in self.encryption_proven)

    def _for_signing(self) -> Iterator[KeyPart]:
        return (key for key in (*self.subkeys, self.primary) if key.signs)


def read(data: bytes) -> Certificate:
    """The one certificate in `data`, armoured or binary. Raises `CertificateRefused`.

    What it may be used for, and until when, is asked of the value: keeping an expired certificate can be right.
    """
    binary = _one_binary(data)
    try:
        return _described(binary)
    except LIBRARY_TROUBLE:
        pass
    except Refused as refusal:
        raise CertificateRefused(refusal.doubt.kind, f"This key can't be read: {refusal}.") from None
    # Outside the handler: the library's words, backtrace and all, must not travel along.
    raise CertificateRefused(
        "not-accepted", "This key is damaged, or made with algorithms that are no longer accepted."
    )


def read_for_encryption(data: bytes, at: datetime) -> Certificate:
    """The same, and it can be encrypted to at that instant. Raises `CertificateRefused`."""
    certificate = read(data)
    reason = certificate.why_not_encrypted_to(at)
    if reason:
        raise CertificateRefused("not-for-encryption", reason)
    return certificate


@lru_cache(maxsize=1024)
def recipient(certificate: Certificate, at_hour: datetime) -> pysequoia.Cert:
    """For the library: the certificate with those keys alone that may be encrypted to. `at_hour` lets it be kept.

    Raises `CertificateRefused` where there is none.
    """
    alive = {key.fingerprint for key in certificate.encryption_keys(at_hour)}
    if not alive:
        raise CertificateRefused("not-for-encryption", certificate.why_not_encrypted_to(at_hour))
    primary, user_ids, subkeys = key_parts.split(certificate.binary)
    kept = [key_parts.own_signatures(part, primary) for part in (primary, *user_ids)]
    kept += [part for part in subkeys if str(part.packet.fingerprint).upper() in alive]
    return key_parts.assemble(kept)


def _one_binary(data: bytes) -> bytes:
    if not data.strip():
        raise CertificateRefused("empty", "There is no key in it.")
    if len(data) > MOST_BYTES:
        raise CertificateRefused(
            "too-large", f"This is larger than {MOST_BYTES:,} bytes: export the key without others' signatures."
        )
    if b"PRIVATE KEY BLOCK" in data:
        raise _secret()
    if data.count(b"-----BEGIN PGP PUBLIC KEY BLOCK-----") > 1:
        raise _several()
    try:
        binary = armour.remove(data, _KIND) if b"-----BEGIN PGP" in data else data
        tags = [tag for tag, _ in packets(binary)]
    except Refused:
        raise CertificateRefused(
            "not-a-key", "This is not an OpenPGP key: export it with “gpg --armor --export”."
        ) from None
    if SECRET.intersection(tags):
        raise _secret()
    if tags.count(PUBLIC_KEY) > 1:
        raise _several()
    if not tags or tags[0] != PUBLIC_KEY:
        raise CertificateRefused("not-a-key", "This is OpenPGP data and not a public key.")
    if SIGNATURE not in tags:
        raise CertificateRefused(
            "bare-key", "This key comes alone: nothing in it says whose it is and what it may be used for."
        )
    if sum(tag != SIGNATURE for tag in tags) > _MOST_PARTS:
        raise CertificateRefused("too-many-parts", f"This key has more than {_MOST_PARTS} names and parts.")
    return binary


def _described(binary: bytes) -> Certificate:
    primary, user_ids, subkeys = key_parts.split(binary)
    _, rsa_bits = key_parts.algorithm_of(primary.packet.body)
    if rsa_bits is not None and rsa_bits < LEAST_RSA_BITS:
        raise CertificateRefused(
            "too-short", f"This key is RSA with {rsa_bits:,} bits; fewer than {LEAST_RSA_BITS:,} are too few."
        )
    certificate = pysequoia.Cert.from_bytes(binary)
    primary = key_parts.own_signatures(primary, primary)
    user_ids = tuple(key_parts.own_signatures(part, primary) for part in user_ids)
    expires_at = certificate.expiration
    described = key_parts.primary_key(primary, user_ids, expires_at=expires_at, is_revoked=certificate.is_revoked)
    sound = tuple(_newest_sound(primary, user_ids, part) for part in subkeys)
    proven = {key_parts.subkey(part).fingerprint for part, is_proven in sound if is_proven}
    if key_parts.takes_encryption(key_parts.assemble([primary, *user_ids])):
        proven.add(described.fingerprint)
    return Certificate(
        fingerprint=certificate.fingerprint.upper(),
        user_ids=tuple(str(user_id) for user_id in certificate.user_ids),
        created_at=described.created_at,
        expires_at=expires_at,
        is_revoked=certificate.is_revoked,
        primary=described,
        subkeys=tuple(key_parts.subkey(part) for part, _ in sound),
        binary=binary,
        encryption_proven=frozenset(proven),
    )


def _newest_sound(primary: Part, user_ids: tuple[Part, ...], part: Part) -> tuple[Part, bool]:
    """A subkey with those of its signatures that the library accepts, and whether it takes encryption.

    A binding is believed only if the library encrypts to the key by this binding alone: a forged one could otherwise
    prolong a key that its owner has let lapse. A key that doesn't encrypt keeps what is there.
    """
    if not key_parts.takes_encryption(key_parts.assemble([primary, *user_ids, part])):
        return part, False
    revocations = tuple(s for s in part.signatures if s.signature_type == SignatureType.SubkeyRevocation)
    bindings = [s for s in part.signatures if s not in revocations][:_MOST_PARTS]
    sound = tuple(
        binding
        for binding in bindings
        if key_parts.takes_encryption(key_parts.assemble([primary, *user_ids, Part(part.packet, (binding,))]))
    )
    return (Part(part.packet, (*sound, *revocations)), True) if sound else (part, False)


def _weakness(key: KeyPart) -> str:
    if key.rsa_bits is not None and key.rsa_bits < LEAST_RSA_BITS:
        return f"Its part for encryption is RSA with {key.rsa_bits:,} bits; fewer than {LEAST_RSA_BITS:,} are too few."
    if key.algorithm == "ElGamal":
        return "Its part for encryption is ElGamal, which is no longer accepted: add one of a current kind."
    return ""


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    known = [end for end in (one, other) if end is not None]
    return min(known) if known else None


def _secret() -> CertificateRefused:
    return CertificateRefused(
        "secret-key",
        "This is a secret key. Nothing of it was kept; still, whoever could read it on its way may use it: "
        "think about replacing it, and give the public key.",
    )


def _several() -> CertificateRefused:
    return CertificateRefused("several", "There are several keys in it: give exactly one.")
