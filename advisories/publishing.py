"""What follows a release once its instant has come: the record catches up, and the steps of each publication are done.

Readers need none of this: they see a publication from its instant on. A worker that was dead does it when it is back.
"""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from accounts.models import User
from advisories import announcing, drafting, tidings
from advisories.batching import Audience, BatchState
from advisories.content import Fixes
from advisories.formats.doubts import NotWritable
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

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
MOST_TRIES = 24
"""About a day of trying, which outlasts a mail server's bad night."""
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
    return Publication.objects.issue(
        advisory=advisory, revision=revision, number=advisory.number, version=revision.number,
        title=advisory.title, content=drafting.for_readers(revision.content), public_at=public_at,
    )  # fmt: skip


def due_steps() -> list[int]:
    """Steps that a worker should be told of, by primary key."""
    return list(
        PublicationStep.objects.due().exclude(kind=StepKind.RECORD).values_list("pk", flat=True)[:_MOST_AT_ONCE]
    )


def do_step(pk: int) -> bool:
    """Do one step unless somebody is at it or it is done; whether it is done now. Safe to call twice at once."""
    if not PublicationStep.objects.due().filter(pk=pk).exists():
        return False
    if not PublicationStep.objects.filter(pk=pk).claim(LEASE):
        return False
    step = PublicationStep.objects.select_related("publication__revision__advisory").get(pk=pk)
    mine = PublicationStep.objects.filter(pk=pk, state=StepState.WAITING, tries=step.tries)
    try:
        announcing.send(step.publication, step.target)
    except announcing.NotSealed:
        mine.update(tries=F("tries") - 1, lease_until=Now() + PAUSE, trouble="It waits for the signature.")
        return False
    except (SMTPException, OSError, NotWritable) as error:
        _put_off(step, mine, type(error).__name__)
        return False
    return bool(mine.update(state=StepState.DONE, done_at=Now(), lease_until=None, trouble=""))


@transaction.atomic
def try_again(step: PublicationStep, *, by: User) -> None:
    """Queue a step once more that was given up."""
    failed = PublicationStep.objects.filter(pk=step.pk, state=StepState.FAILED)
    if failed.update(state=StepState.WAITING, tries=0, lease_until=None):
        Event.objects.record(step.publication.advisory, kind="step-tried-again", by=by, detail={"kind": step.kind})


def _put_off(step: PublicationStep, mine: QuerySet[PublicationStep], trouble: str) -> None:
    """Wait twice as long each time, up to an hour; give up in the end, where the team sees it."""
    is_over = step.tries >= MOST_TRIES
    wait = min(PAUSE * 2 ** (step.tries - 1), LONGEST_PAUSE)
    mine.update(
        state=StepState.FAILED if is_over else StepState.WAITING, lease_until=Now() + wait, trouble=trouble[:200]
    )
    logger.warning("step %s was not done: %s", step.pk, trouble)


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
