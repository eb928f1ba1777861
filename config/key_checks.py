"""What `manage.py check --deploy` says of the team's OpenPGP keys. No answer holds anything of a key but dates."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.utils import timezone

from advisories.openpgp import signing, team
from advisories.openpgp.certificates import Certificate
from advisories.openpgp.signing import SigningTrouble

ANNOUNCED = timedelta(days=60)
"""So long before a key lapses everybody who needs the new one can still be reached."""

_SECRET_FILES = (
    "SIGNING_KEY_FILE", "SIGNING_PASSPHRASE_FILE", "DECRYPTION_KEY_FILE", "DECRYPTION_PASSPHRASE_FILE",
)  # fmt: skip


def check_team_keys(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Say which keys can't be used, lapse soon, or can be read by others. Without any key there is nothing to say."""
    return [*_signing(), *_decryption(), *_permissions()]


def _signing() -> Iterator[CheckMessage]:
    if settings.TEAM_CERTIFICATE_FILE is None and not team.signs_here():
        return
    now = timezone.now()
    key = team.team_key(now)
    if not key.has_key:
        yield Error(f"The team can't sign. {key.trouble}", hint="See docs/settings.md.", id="penstock.E010")
        return
    yield from _lapses("signing", key.key_expires_at, now)
    # A program may reach a card that somebody has to touch: it isn't asked for a trial.
    if team.signs_here() and not settings.SIGNING_COMMAND:
        try:
            team.signer().sign_detached(b"trial\n")
        except SigningTrouble as trouble:
            yield Error(f"The team can't sign. {trouble}", hint="See docs/settings.md.", id="penstock.E010")
    elif settings.SIGNING_COMMAND:
        try:
            team.signer()
        except SigningTrouble as trouble:
            yield Error(f"The team can't sign. {trouble}", hint="See docs/settings.md.", id="penstock.E010")


def _decryption() -> Iterator[CheckMessage]:
    if settings.DECRYPTION_KEY_FILE is None:
        return
    now = timezone.now()
    try:
        certificate: Certificate = signing.certificate_of(settings.DECRYPTION_KEY_FILE)
    except SigningTrouble as trouble:
        yield Error(f"Encrypted mail can't be opened. {trouble}", hint="See docs/settings.md.", id="penstock.E011")
        return
    reason = certificate.why_not_encrypted_to(now)
    if reason:
        # What was encrypted before can still be opened, and nobody can write with the key any more.
        yield Warning(f"Nobody can encrypt to the team. {reason}", id="penstock.W011")
        return
    yield from _lapses("decryption", certificate.encrypts_until(now), now)


def _lapses(name: str, ends_at: datetime | None, now: datetime) -> Iterator[CheckMessage]:
    if ends_at is not None and ends_at - now < ANNOUNCED:
        days = (ends_at - now).days
        told = f"The team's {name} key lapses on {ends_at:%d %B %Y}, in {days} days."
        yield Warning(told, hint="Extend it, and publish it again.", id="penstock.W010")


def _permissions() -> Iterator[CheckMessage]:
    for name in _SECRET_FILES:
        file: Path | None = getattr(settings, name)
        if file is not None and file.exists() and file.stat().st_mode & 0o077:
            yield Warning(f"{file} can be read by others.", hint=f"chmod 600 {file}", id="penstock.W012")
