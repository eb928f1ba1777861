"""Changing who is told: releases that would go to others than was approved are held back in the same transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from accounts.models import User
from advisories.models import Advisory, Batch, BatchEntry
from advisories.predisclosure import recipients
from advisories.release import disarming
from advisories.release.batching import BatchState


@contextmanager
def changing(reason: str, *, by: User | None) -> Iterator[list[Batch]]:
    """Hold every release under way, let the change happen, and void what was armed for other recipients.

    Must be entered before the transaction locks anything else: nobody pre-discloses meanwhile, so that whoever joins
    is told either with everyone or by catching up. Gives the releases held.
    """
    with transaction.atomic():
        inside = BatchEntry.objects.current().filter(batch__in=Batch.objects.under_way())
        held = Batch.objects.around(*Advisory.objects.filter(entries__in=inside))
        members = {batch: list(batch.members) for batch in held}
        before = recipients.of_batches(members)
        yield held
        after = recipients.of_batches(members)
        for batch in held:
            if batch.state == BatchState.ARMED and before[batch.pk] != after[batch.pk]:
                disarming.disarm(batch, reason, by=by)
