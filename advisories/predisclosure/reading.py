"""What reading leaves behind: that a delivery was fetched, that somebody looked, and that it was acknowledged."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from advisories.models import Delivery, Event, Looked, Organisation


class NotHeld(Exception):
    """Nothing of this advisory was delivered to whoever asks."""


def note_fetched(viewer: User, revisions: Iterable[int]) -> None:
    """These revisions (their keys) have been read or fetched here; what counts is the first time."""
    held = Delivery.objects.held_by(viewer).filter(tiding__revision__in=list(revisions), fetched_at__isnull=True)
    keys = list(held.values_list("pk", flat=True))
    if keys:
        Delivery.objects.filter(pk__in=keys, fetched_at__isnull=True).update(fetched_at=Now())


def note_looked(viewer: User, number: int) -> None:
    """`viewer` has the page of this advisory before them: what was new is so no longer."""
    held = Delivery.objects.held_by(viewer).filter(tiding__advisory__number=number)
    advisory = held.values_list("tiding__advisory", flat=True).first()
    if advisory is not None:
        Looked.objects.note(viewer, advisory)


@transaction.atomic
def acknowledge(number: int, *, by: User) -> int:
    """Say for one's organisations that everything told of this advisory has arrived; how many deliveries that were.

    Raises `NotHeld`.
    """
    held = Delivery.objects.held_by(by).filter(tiding__advisory__number=number)
    fresh = dict(held.filter(acknowledged_at__isnull=True).values_list("pk", "membership__organisation"))
    if not fresh and not held.exists():
        raise NotHeld
    waiting = Delivery.objects.filter(pk__in=fresh, acknowledged_at__isnull=True)
    count = waiting.update(acknowledged_at=Now(), acknowledged_by=by)
    if count:
        for organisation in Organisation.objects.filter(pk__in=set(fresh.values())):
            mine = sorted(key for key, owner in fresh.items() if owner == organisation.pk)
            Event.objects.record(organisation, kind="delivery-acknowledged", by=by, detail={"deliveries": mine})
    return count
