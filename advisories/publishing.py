"""What follows a release once its instant has come: the record catches up, and the steps of each publication are done.

Readers need none of this: they see a publication from its instant on. A worker that was dead does it when it is back.
"""

from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now

from advisories import drafting, tidings
from advisories.batching import Audience, BatchState
from advisories.content import Fixes
from advisories.freezing import freeze
from advisories.lifecycle import State
from advisories.models import (
    Advisory,
    Arming,
    Batch,
    BatchEntry,
    Event,
    Publication,
    PublicationStep,
    Reissue,
    StepKind,
    StepState,
    What,
)


def release_due() -> int:
    """Let the record catch up with every armed batch whose instant has come; how many that were. Safe to call twice."""
    due = Arming.objects.in_force().filter(public_at__lte=Now(), batch__state=BatchState.ARMED)
    return sum(_release(arming.batch_id) for arming in due)


@transaction.atomic
def _release(pk: int) -> bool:
    """Write down that a batch is out: states, events and tidings in one transaction; False where it was done."""
    batch = Batch.objects.select_for_update().get(pk=pk)
    arming = Arming.objects.in_force().filter(batch=batch, public_at__lte=Now()).first()
    if batch.state != BatchState.ARMED or arming is None:
        return False
    Batch.objects.filter(pk=pk).update(state=BatchState.RELEASED, turn=batch.turn + 1)
    for publication in Publication.objects.filter(arming=arming).select_related("advisory", "revision"):
        _note(publication, batch)
    BatchEntry.objects.current().filter(batch=batch).update(left_at=Now())
    Event.objects.record(batch, kind="batch-released", by=None, detail={"digest": arming.digest})
    return True


@transaction.atomic
def publish_known(advisory: Advisory, fixes: Fixes, public_at: datetime, *, changes: str = "") -> Publication:
    """Publish the draft as it is without approvals: it was public before this portal knew it.

    `public_at` (aware) is when it became so. Raises `NothingChanged`, and `NeedsReason` from v2 on.
    """
    revision = freeze(advisory, fixes, audience=Audience.READERS, by=None, reason=Reissue.TEXT, changes=changes)
    return Publication.objects.create(
        advisory=advisory, revision=revision, number=advisory.number, version=revision.number,
        title=advisory.title, content=drafting.for_readers(revision.content), public_at=public_at,
    )  # fmt: skip


def _note(publication: Publication, batch: Batch) -> None:
    """Bring one advisory's record up to its publication."""
    advisory = publication.advisory
    is_first = advisory.state != State.PUBLIC
    if is_first:
        advisory.move_to(State.PUBLIC, by=None, public_at=publication.public_at)
    Event.objects.record(
        advisory,
        kind="published" if is_first else "issued-again",
        by=None,
        detail={"revision": publication.version, "reason": str(publication.revision.reason)},
    )
    what = What.PUBLISHED if is_first else What.REISSUED
    for audience in (Audience.TEAM, Audience.MEMBERS):
        tidings.tell(advisory, what, audience, revision=publication.revision, batch=batch)
    steps = PublicationStep.objects.filter(publication=publication, kind=StepKind.RECORD)
    steps.update(state=StepState.DONE, done_at=Now())
