"""What follows a release once its instant has come: the record catches up, and the steps of each publication are done.

Readers need none of this: they see a publication from its instant on. A worker that was dead does it when it is back.
"""

from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now

from accounts import outbox
from accounts.models import Sending, User
from accounts.outbox import NotYet, Unsendable
from advisories.content import Fixes
from advisories.formats.doubts import NotWritable
from advisories.lifecycle import State
from advisories.models import (
    Advisory,
    Arming,
    Batch,
    BatchEntry,
    Event,
    Notice,
    Publication,
    PublicationStep,
    Reissue,
    Report,
    StepKind,
    What,
)
from advisories.notifying import notify_team
from advisories.release import announcing, confirming, tidings
from advisories.release.batching import Audience, BatchState
from advisories.release.freezing import freeze
from advisories.reporting import posting
from advisories.writing import drafting

_MOST_AT_ONCE = 100


def release_due() -> int:
    """Let the record catch up with every armed batch whose instant has come; how many that were. Safe to call twice."""
    due = Arming.objects.in_force().filter(public_at__lte=Now(), batch__state=BatchState.ARMED)
    return sum(_release(arming.batch_id) for arming in due)


@transaction.atomic
def _release(pk: int) -> bool:
    """Write down that a batch is out: states, events and tidings in one transaction; False where it was done."""
    batch = Batch.objects.in_hand(Batch(pk=pk), at_turn=False)
    arming = Arming.objects.in_force().filter(batch=batch, public_at__lte=Now()).first()
    if batch.state != BatchState.ARMED or arming is None:
        return False
    Batch.objects.filter(pk=pk).update(state=BatchState.RELEASED, turn=batch.turn + 1)
    out = list(Publication.objects.filter(arming=arming).select_related("advisory", "revision"))
    for publication in out:
        _tell_finders(publication)
    for publication in out:
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
    return Publication.objects.issue(
        advisory=advisory, revision=revision, number=advisory.number, version=revision.number,
        title=advisory.title, content=drafting.for_readers(revision.content), public_at=public_at,
    )  # fmt: skip


def due_steps() -> list[int]:
    """Steps that a worker should be told of, by primary key."""
    return list(PublicationStep.objects.due().values_list("pk", flat=True)[:_MOST_AT_ONCE])


def do_step(pk: int) -> bool:
    """Do one step unless somebody is at it or it is done; whether it is done now. Safe to call twice at once."""
    if not PublicationStep.objects.due().filter(pk=pk).exists():
        return False
    rows = PublicationStep.objects.select_related("publication__revision__advisory")
    return outbox.send(rows, pk, _do, tell=tell_of_trouble) is Sending.SENT


@transaction.atomic
def try_again(step: PublicationStep, *, by: User) -> None:
    """Queue a step now that was given up, or that waits after something went wrong; nothing where it is done."""
    if PublicationStep.objects.filter(pk=step.pk).exclude(trouble="").queue_again(Sending.FAILED, Sending.QUEUED):
        Event.objects.record(step.publication.advisory, kind="step-tried-again", by=by, detail={"kind": step.kind})


def tell_of_trouble(step: PublicationStep, stands: Sending) -> None:
    """Tell the team at once of what readers may lack, and of the rest once it is given up. In the caller's transaction.

    A mail server's bad night passes; a page or a file that is not what was approved does not.
    """
    is_news = step.kind != StepKind.MAIL and step.attempts == 1
    if is_news or stands is Sending.FAILED:
        advisory = step.publication.advisory
        notify_team(advisory)
        Event.objects.record(advisory, kind="step-failed", by=None, detail={"kind": step.kind})


def _do(step: PublicationStep) -> None:
    try:
        if step.kind == StepKind.MAIL:
            announcing.send(step.publication, step.target)
        else:
            confirming.confirm(step.publication, StepKind(step.kind))
    except announcing.NotSealed:
        raise NotYet("It waits for the signature.") from None
    except NotWritable:
        raise Unsendable("NotWritable") from None
    except confirming.NotConfirmed as found:
        raise Unsendable(str(found)) from None


def _tell_finders(publication: Publication) -> None:
    """Promise each finder of it a letter. Before the record, whose end nobody holds while waiting for a report."""
    kind = Notice.PUBLISHED if publication.advisory.state != State.PUBLIC else Notice.REISSUED
    for report in Report.objects.taking_part_in([publication.advisory]).select_related("finder").order_by("pk"):
        key = f"publication:{publication.pk}"
        posting.promise(report, kind, key=key, publication=publication, due_at=publication.public_at)


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
    steps.update(state=Sending.SENT, sent_at=Now())
