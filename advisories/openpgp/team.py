"""The team's own keys, as the settings name them: the one place of this room that reads settings."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from advisories.openpgp import certificates, signing
from advisories.openpgp.certificates import Certificate, CertificateRefused
from advisories.openpgp.decrypting import DecryptionKey
from advisories.openpgp.signing import Signer, SigningTrouble


@dataclass(frozen=True, slots=True)
class TeamKey:
    """What a page or a check may know of the signing key: nothing secret."""

    has_key: bool
    """The certificate is there and can sign now, as far as it says itself."""
    key_expires_at: datetime | None
    """When its part for signing lapses; None where nothing sets an end, or there is no key."""
    fingerprint: str
    trouble: str
    """A sentence where there is something wrong, else empty."""


def certificate() -> Certificate | None:
    """The team's certificate, or None where none is set. Raises `SigningTrouble` where what is set can't be read."""
    if settings.TEAM_CERTIFICATE_FILE is not None:
        return _public(settings.TEAM_CERTIFICATE_FILE)
    if settings.SIGNING_KEY_FILE is not None:
        return signing.certificate_of(settings.SIGNING_KEY_FILE)
    return None


def signer() -> Signer:
    """Who signs as the team on this machine. Unlocking a key takes its time: keep the signer while there is work.

    Raises `SigningTrouble`.
    """
    known = certificate()
    if settings.SIGNING_COMMAND:
        if known is None:
            raise SigningTrouble("A signing program is set, and no certificate to verify what it signs.")
        return signing.from_program(settings.SIGNING_COMMAND, known)
    if settings.SIGNING_KEY_FILE is None:
        raise SigningTrouble("No signing key is set on this machine.")
    return signing.from_file(settings.SIGNING_KEY_FILE, settings.SIGNING_PASSPHRASE_FILE, known)


def team_key(at: datetime | None = None) -> TeamKey:
    """What is known of the signing key at that instant, by default now. Never raises."""
    at = at or timezone.now()
    try:
        known = certificate()
    except SigningTrouble as trouble:
        return TeamKey(has_key=False, key_expires_at=None, fingerprint="", trouble=str(trouble))
    if known is None:
        return TeamKey(has_key=False, key_expires_at=None, fingerprint="", trouble="No signing key is set.")
    reason = known.why_not_signed_with(at)
    return TeamKey(
        has_key=not reason, key_expires_at=known.signs_until(at), fingerprint=known.fingerprint, trouble=reason
    )


def decryption_key() -> DecryptionKey | None:
    """Where the key lies that mail is opened with on this machine, or None."""
    if settings.DECRYPTION_KEY_FILE is None:
        return None
    return DecryptionKey(settings.DECRYPTION_KEY_FILE, settings.DECRYPTION_PASSPHRASE_FILE)


def signs_here() -> bool:
    """Whether this machine is set up to sign; web hosts needn't be."""
    return bool(settings.SIGNING_COMMAND) or settings.SIGNING_KEY_FILE is not None


def _public(file: Path) -> Certificate:
    try:
        about = file.stat()
        return _read(file, about.st_mtime_ns, about.st_size)
    except OSError as error:
        raise SigningTrouble(f"The file with the team's certificate can't be read ({type(error).__name__}).") from None
    except CertificateRefused as refusal:
        raise SigningTrouble(f"The file with the team's certificate is refused. {refusal}") from None


@lru_cache(maxsize=4)
def _read(file: Path, changed_ns: int, size: int) -> Certificate:
    """Read once for each state of the file: pages ask for it."""
    return certificates.read(file.read_bytes())
