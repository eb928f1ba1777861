"""Voiding what was armed, whatever the cause: nothing goes out otherwise than it was approved."""

import textwrap

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from advisories.models import Advisory, Arming, Batch, Event, Publication, What
from advisories.release import tidings
from advisories.release.batching import Audience, BatchState


class AlreadyOut(Exception):
    """The instant has come: what was armed is public, and nothing takes it back."""


@transaction.atomic
def disarm(batch: Batch, reason: str, *, by: User | None) -> bool:
    """Void the arming in force and tell the team; False where there is none, or its instant has come."""
    held = Batch.objects.in_hand(batch, at_turn=False)
    is_held_back = _hold(held, reason, by=by)
    if is_held_back:
        batch.refresh_from_db()
    return is_held_back


def disarm_for(advisory: Advisory, reason: str, *, by: User | None) -> None:
    """Void what would send out this advisory otherwise than it is about to be: its text, its patches, its branches.

    To be called first thing in the transaction of the change, before that locks anything: whoever approves holds the
    same row, and so looks at the advisory either before all of the change or after it.
    """
    for held in Batch.objects.around(advisory):
        _hold(held, reason, by=by)


def unarm(held: Batch, reason: str, *, by: User | None) -> None:
    """Void the arming of an armed batch before it is changed. Raises `AlreadyOut` where its instant has come."""
    if held.state == BatchState.ARMED and not _void(held, reason, by=by):
        raise AlreadyOut(f"{held} is public since its instant; it can be issued again, not taken back")


def _hold(held: Batch, reason: str, *, by: User | None) -> bool:
    if held.state != BatchState.ARMED or not _void(held, reason, by=by):
        return False
    held.change(state=held.as_value().disarm().state)
    tidings.tell_of_batch(held, What.HELD, [Audience.TEAM], reason=reason)
    return True


def _void(held: Batch, reason: str, *, by: User | None) -> bool:
    """Void the arming in force as far as its instant has not come; the database's clock says whether it has."""
    for one in Arming.objects.in_force().filter(batch=held, public_at__gt=Now()):
        voided = Arming.objects.in_force().filter(pk=one.pk, public_at__gt=Now())
        if voided.update(voided_at=Now(), void_reason=textwrap.shorten(reason, 300, placeholder=" …")):
            Publication.objects.void(arming=one)
            Event.objects.record(held, kind="batch-disarmed", by=by, detail={"digest": one.digest})
            return True
    return False
