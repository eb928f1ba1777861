"""Whether a text was signed by one of the keys that somebody vouches for: the one interface to OpenPGP verification."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import pysequoia
from pysequoia.packet import SignatureType

from advisories.formats import armour, bare_key
from advisories.formats.doubts import Refused
from advisories.formats.packets import PUBLIC_KEY, SECRET, SIGNATURE, packets

MOST_KEY_BYTES = 1024 * 1024
"""A certificate with thousands of signatures of others is no key of a security team."""
MOST_SIGNATURE_BYTES = 64 * 1024
_NOT_THIS_ONE = "this is a secret key: keep it to yourself and give the public one"


@dataclass(frozen=True, slots=True)
class Verified:
    """The signature is by this key over exactly these bytes."""

    fingerprint: str
    """Upper-case hex digits of the primary key."""
    made_at: datetime | None
    """When the signer says it was made."""
    weak: bool = False
    """Made with a hash that new signatures should not use."""


@dataclass(frozen=True, slots=True)
class NotVerified:
    """Nothing is proven. `reason` is a sentence for people without a full stop."""

    reason: str


class Verifier(Protocol):
    """What readers ask for a signature's worth."""

    def verify(self, signed: bytes, signature: bytes) -> Verified | NotVerified:
        """`signed` in canonical form (CRLF, see `clearsign`), `signature` armoured. Never raises."""


class Keyring:
    """The keys that the project's signatures may come from."""

    def __init__(self, keys: Iterable[bytes] = ()) -> None:
        """Take certificates and bare keys, armoured or binary. Raises `Refused` on all else, and on secret keys."""
        self.bare: list[bare_key.BareKey] = []
        self.certificates: list[pysequoia.Cert] = []
        for key in keys:
            self.add(key)

    def add(self, data: bytes) -> None:
        """Take one key, or several certificates in one file. Raises `Refused`."""
        if len(data) > MOST_KEY_BYTES:
            raise Refused("key-too-large", f"the key is larger than {MOST_KEY_BYTES:,} bytes")
        if b"PRIVATE KEY BLOCK" in data[:200]:
            raise Refused("secret-key", _NOT_THIS_ONE)
        binary = armour.remove(data, b"PUBLIC KEY BLOCK") if armour.is_armoured(data) else data
        tags = {tag for tag, _ in packets(binary)}
        if tags & SECRET:
            raise Refused("secret-key", _NOT_THIS_ONE)
        if PUBLIC_KEY in tags and SIGNATURE not in tags:
            self.bare.append(bare_key.read_key(binary))
            return
        try:
            certificates = pysequoia.Cert.split_bytes(binary)
        except (RuntimeError, ValueError, TypeError, OSError) as error:
            raise Refused("not-a-key", "not an OpenPGP certificate") from error
        if not certificates:
            raise Refused("not-a-key", "not an OpenPGP certificate")
        self.certificates += certificates

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """Of every key, upper-case hex digits."""
        bare = (key.fingerprint for key in self.bare)
        return (*bare, *(certificate.fingerprint.upper() for certificate in self.certificates))

    def verify(self, signed: bytes, signature: bytes) -> Verified | NotVerified:
        """Whether `signature` (armoured) over `signed` (canonical text) is by one of the keys. Never raises."""
        if not self.fingerprints:
            return NotVerified("no key was given to check the signature with")
        if len(signature) > MOST_SIGNATURE_BYTES:
            return NotVerified("the signature is larger than any real one")
        try:
            binary = armour.remove(signature, b"SIGNATURE")
            bodies = bare_key.signatures(binary)
        except Refused as refusal:
            return NotVerified(str(refusal))
        answer: Verified | NotVerified = NotVerified("the signature is by none of the given keys")
        if self.bare:
            answer = self._by_bare_key(signed, bodies)
        if isinstance(answer, NotVerified) and self.certificates:
            certified = self._by_certificate(signed, binary)
            answer = certified if isinstance(certified, Verified) or not self.bare else answer
        return answer

    def _by_bare_key(self, signed: bytes, bodies: list[bytes]) -> Verified | NotVerified:
        reason = "the signature is by none of the given keys"
        for key in self.bare:
            for body in bodies:
                try:
                    found = bare_key.read_signature(body)
                    bare_key.check(key, signed, found)
                except Refused as refusal:
                    reason = str(refusal)
                    continue
                if found.expires_at is not None and found.expires_at < datetime.now(UTC):
                    reason = f"the signature ended on {found.expires_at:%Y-%m-%d}"
                    continue
                return Verified(key.fingerprint, found.made_at, found.hash_algorithm in bare_key.WEAK)
        return NotVerified(reason)

    def _by_certificate(self, signed: bytes, signature: bytes) -> Verified | NotVerified:
        try:
            parsed = pysequoia.Sig.from_bytes(signature)
            if parsed.signature_type != SignatureType.Text:
                return NotVerified("the signature is not one over a text document")
        except (RuntimeError, ValueError, TypeError, OSError) as error:
            # Its messages carry a backtrace after the first line.
            first = str(error).partition("\n")[0].strip()
            return NotVerified(f"the signature cannot be read: {first}" if first else "the signature cannot be read")
        try:
            result = pysequoia.verify(bytes=signed, store=lambda _: self.certificates, signature=parsed)
        except (RuntimeError, ValueError, TypeError, OSError):
            # Which of these it is, the library does not say.
            issuer = parsed.issuer_fingerprint.upper() if parsed.issuer_fingerprint else "no key"
            made = f" and says {parsed.created:%Y-%m-%d}" if parsed.created else ""
            why = "another key, another text, a time when the key was not valid, or a hash that is no longer taken"
            return NotVerified(f"none of the given keys verifies the signature, which names {issuer}{made}: {why}")
        if not result.valid_sigs:
            return NotVerified("the signature is by none of the given keys")
        return Verified(str(result.valid_sigs[0].certificate).upper(), parsed.created)
