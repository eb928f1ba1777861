"""Letters to members as they leave: signed once for all who get the same, encrypted for each by itself."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

from django.conf import settings

from advisories.models import Delivery, DeliveryForm, MemberKey, Membership, Tiding
from advisories.openpgp import certificates, encrypting, team
from advisories.openpgp.certificates import Certificate, CertificateRefused
from advisories.openpgp.encrypting import Content, Envelope, NotEncrypted
from advisories.openpgp.signing import Signer
from advisories.predisclosure import writing


@dataclass(frozen=True, slots=True)
class MembersKeys:
    """What letters to one member can be encrypted to at an instant, and what of its keys cannot be."""

    usable: tuple[Certificate, ...]
    refused: tuple[tuple[str, str], ...]
    """Fingerprints, each with a sentence that says why."""

    @property
    def fingerprints(self) -> str:
        """With commas."""
        return ",".join(one.fingerprint for one in self.usable)


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter, ready to be handed to a mail server."""

    raw: bytes = field(repr=False)
    form: DeliveryForm
    encrypted_to: str


@dataclass(slots=True)
class Desk:
    """Writes the letters of one tiding. Keep it no longer than there is work: it holds what is secret."""

    tiding: Tiding
    signer: Signer | None
    """None where no key is set at all: then everybody gets a bare notice."""
    _parts: dict[int | None, bytes] = field(default_factory=dict, repr=False)

    def letter(self, delivery: Delivery, at: datetime) -> Letter:
        """What this member gets at that instant. Raises `SigningTrouble`: nothing is written in clear instead."""
        keys = keys_of(delivery.membership, at)
        envelope = envelope_of(delivery, self.tiding)
        if self.signer is not None and keys.usable:
            try:
                sealed = encrypting.encrypted(self._part(delivery.membership), keys.usable, at)
                return Letter(encrypting.letter(sealed, envelope), DeliveryForm.ENCRYPTED, keys.fingerprints)
            except NotEncrypted:
                pass
        return Letter(encrypting.letter(self._bare(), envelope), DeliveryForm.NOTICE, "")

    def _part(self, membership: Membership) -> bytes:
        """Signed once for all who were sent the same before: a smart card takes its time."""
        held = writing.held_before(self.tiding, membership)
        key = held.revision.number if held.revision else None
        if key not in self._parts:
            self._parts[key] = self._signed(writing.content_of(self.tiding, writing.news_of(self.tiding, held)))
        return self._parts[key]

    def _bare(self) -> bytes:
        if _BARE not in self._parts:
            self._parts[_BARE] = self._signed(writing.bare_content())
        return self._parts[_BARE]

    def _signed(self, content: Content) -> bytes:
        part = encrypting.entity(content, _shared_envelope(self.tiding))
        return encrypting.signed(part, self.signer) if self.signer is not None else part


_BARE = -1
"""The place of the notice among the parts; versions begin at one."""


def signer() -> Signer | None:
    """Who signs, or None where this installation has no key. Raises `SigningTrouble` where it has one that can't."""
    if team.certificate() is None and not team.signs_here():
        return None
    return team.signer()


def keys_of(membership: Membership, at: datetime) -> MembersKeys:
    """The keys that letters to this member are encrypted to."""
    return _read(MemberKey.objects.in_use().filter(organisation=membership.organisation_id), at)


def keys_of_each(memberships: Iterable[Membership], at: datetime) -> dict[int, MembersKeys]:
    """The same of many, by their keys, with one query."""
    by_organisation: dict[int, list[MemberKey]] = defaultdict(list)
    members = list(memberships)
    found = MemberKey.objects.in_use().filter(organisation__in=[one.organisation_id for one in members])
    for key in found.order_by("pk"):
        by_organisation[key.organisation_id].append(key)
    return {one.pk: _read(by_organisation[one.organisation_id], at) for one in members}


def _read(keys: Iterable[MemberKey], at: datetime) -> MembersKeys:
    usable: list[Certificate] = []
    refused: list[tuple[str, str]] = []
    for key in keys:
        try:
            certificate = _certificate(key.certificate)
            reason = certificate.why_not_encrypted_to(at)
        except CertificateRefused as refusal:
            reason = str(refusal)
        if reason:
            refused.append((key.fingerprint, reason))
        else:
            usable.append(certificate)
    return MembersKeys(tuple(usable), tuple(refused))


@lru_cache(maxsize=1024)
def _certificate(armoured: str) -> Certificate:
    """Read once for all the letters of a release; what it may be used for is asked of it each time."""
    return certificates.read(armoured.encode())


def envelope_of(delivery: Delivery, tiding: Tiding) -> Envelope:
    """What every machine on the way reads: neither number nor what happened, nor that two letters belong together."""
    return replace(
        _shared_envelope(tiding),
        recipients=(delivery.membership.role_address,),
        subject=f"[{settings.ADVISORY_PREFIX}] News for members ({delivery.reference})",
        message_id=delivery.header_id,
        more={
            "Reply-To": return_address(delivery),
            # Asks every answering machine to stay silent (RFC 3834).
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )


def headers_of(envelope: Envelope) -> tuple[tuple[str, str], ...]:
    """Names and values, for people."""
    return encrypting.headers(envelope)


def return_address(delivery: Delivery) -> str:
    """Where what comes back goes: it leads to this one row."""
    local, _, domain = settings.MAIL_ADDRESS.partition("@")
    return f"{local}+{delivery.return_token}@{domain}"


def _shared_envelope(tiding: Tiding, recipients: Sequence[str] = ()) -> Envelope:
    """The same for all recipients, and the same in every attempt."""
    return Envelope(
        sender=f"{settings.PROJECT_NAME} security team <{settings.MAIL_ADDRESS}>",
        recipients=tuple(recipients),
        subject=f"[{settings.ADVISORY_PREFIX}] News for members",
        message_id="",
        date=tiding.made_at,
    )
