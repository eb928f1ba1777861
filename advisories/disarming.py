"""Voiding what was armed, whatever the cause: nothing goes out otherwise than it was approved."""

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from advisories.batching import BatchState
from advisories.models import Advisory, Arming, Batch, Event, Publication


class AlreadyOut(Exception):
    """The instant has come: what was armed is public, and nothing takes it back."""


@transaction.atomic
def disarm(batch: Batch, reason: str, *, by: User | None) -> bool:
    """Void the arming in force; False where there is none, or its instant has come and nothing can be taken back."""
    held = Batch.objects.in_hand(batch, at_turn=False)
    if held.state != BatchState.ARMED or not _void(held, reason, by=by):
        return False
    held.change(state=held.as_value().disarm().state)
    batch.refresh_from_db()
    return True


def disarm_for(advisory: Advisory, reason: str, *, by: User | None) -> None:
    """Void what would have sent out this advisory otherwise than it is now: its text, its patches, its branches."""
    armed = Batch.objects.filter(state=BatchState.ARMED, entries__advisory=advisory, entries__left_at__isnull=True)
    for batch in armed:
        disarm(batch, reason, by=by)


def unarm(held: Batch, reason: str, *, by: User | None) -> None:
    """Void the arming of an armed batch before it is changed. Raises `AlreadyOut` where its instant has come."""
    if held.state == BatchState.ARMED and not _void(held, reason, by=by):
        raise AlreadyOut(f"{held} is public since its instant; it can be issued again, not taken back")


def _void(held: Batch, reason: str, *, by: User | None) -> bool:
    """Void the arming in force as far as its instant has not come; the database's clock says whether it has."""
    for one in Arming.objects.in_force().filter(batch=held, public_at__gt=Now()):
        voided = Arming.objects.in_force().filter(pk=one.pk, public_at__gt=Now())
        if voided.update(voided_at=Now(), void_reason=reason[:300]):
            Publication.objects.void(arming=one)
            Event.objects.record(held, kind="batch-disarmed", by=by, detail={"digest": one.digest})
            return True
    return False
