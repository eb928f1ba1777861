"""The keys that letters to a member are encrypted to: added, prolonged, taken out of use."""

from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from advisories.models import Event, MemberKey, Organisation
from advisories.openpgp import certificates


@transaction.atomic
def add(organisation: Organisation, data: bytes, *, by: User | None) -> MemberKey:
    """Use one more key from now on. The same one with another end takes the place of the one before.

    Raises `CertificateRefused`; nothing of a secret key is kept.
    """
    now = timezone.now()
    certificate = certificates.read_for_encryption(data, now)
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    organisation.keys.filter(fingerprint=certificate.fingerprint, replaced_at__isnull=True).update(replaced_at=Now())
    made = MemberKey.objects.create(
        organisation=organisation,
        certificate=certificate.armoured,
        fingerprint=certificate.fingerprint,
        expires_at=certificate.encrypts_until(now),
        added_by=by,
    )
    Event.objects.record(organisation, kind="member-key-added", by=by, detail={"fingerprint": made.fingerprint})
    return made


@transaction.atomic
def retire(key: MemberKey, *, by: User) -> bool:
    """Encrypt to it no longer; False where that was so already."""
    if not MemberKey.objects.filter(pk=key.pk, replaced_at__isnull=True).update(replaced_at=Now()):
        return False
    detail = {"fingerprint": key.fingerprint}
    Event.objects.record(key.organisation, kind="member-key-retired", by=by, detail=detail)
    return True


def days_left(key: MemberKey, now: datetime) -> int | None:
    """Whole days until it can no longer be encrypted to; None where it has no end."""
    return None if key.expires_at is None else (key.expires_at - now).days
