"""Letting a release go: freezing, pre-disclosing, approving, and the arming that a quorum's approvals bring about.

What is armed goes out by the database's clock (`Publication.live`), with or without anything of ours running.
"""

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from advisories import clock
from advisories.canonical import instant_text
from advisories.embargo import afterwards
from advisories.lifecycle import State
from advisories.models import (
    Advisory,
    Approval,
    Arming,
    Batch,
    Event,
    Override,
    Publication,
    Reissue,
    Revision,
    What,
)  # fmt: skip
from advisories.release import batching, disarming, following, standing, tidings
from advisories.release.batching import Audience, BatchState
from advisories.release.freezing import NothingChanged, freeze
from advisories.release.missing import Missing, missing_for
from advisories.release.standing import FixesOf
from advisories.writing import drafting


class SomethingMissing(Exception):
    """The step lacks something; `missing` says what, per advisory."""

    def __init__(self, missing: dict[str, tuple[Missing, ...]]) -> None:
        super().__init__(" ".join(f"{label}: {one}" for label, found in missing.items() for one in found))
        self.missing = missing


class ChangedSince(Exception):
    """What would be approved is no longer what the person looked at."""


class NotOnTheTeam(Exception):
    """Only members of the team approve."""


@transaction.atomic
def freeze_batch(
    batch: Batch, fixes_of: FixesOf, *, by: User | None, reason: Reissue = Reissue.TEXT, changes: str = ""
) -> list[Revision]:
    """Freeze what changed since its last revision, and the batch with it. Gives the new revisions.

    On a batch that is frozen or pre-disclosed already this makes the next revisions (v2, …), voids what was armed and
    tells those who hold the ones before. Raises `NeedsReason`, `BatchStepNotAllowed`.
    """
    held = Batch.objects.in_hand(batch)
    value = held.as_value()
    if held.state == BatchState.ARMED:
        disarming.unarm(held, "Another revision was frozen", by=by)
        value = value.disarm()
    elif held.state == BatchState.OPEN:
        value = value.step_to(BatchState.FROZEN)
    elif held.is_over:
        raise batching.BatchStepNotAllowed(BatchState(held.state), BatchState.FROZEN)
    made = []
    audience = Audience.MEMBERS if held.was_predisclosed else Audience.READERS
    for advisory in held.members:
        try:
            made.append(freeze(advisory, fixes_of(advisory), audience=audience, by=by, reason=reason, changes=changes))
        except NothingChanged:
            continue
    held.change(state=value.state)
    for revision in made if held.was_predisclosed else ():
        tidings.tell(revision.advisory, What.REVISED, Audience.MEMBERS, revision=revision, batch=held, reason=changes)
    Event.objects.record(held, kind="batch-frozen", by=by, detail={"revisions": [_name(one) for one in made]})
    batch.refresh_from_db()
    return made


@transaction.atomic
def thaw(batch: Batch, *, by: User) -> None:
    """Open a frozen batch again. Raises `BatchStepNotAllowed` once anybody outside holds it."""
    held = Batch.objects.in_hand(batch)
    value = held.as_value().step_to(BatchState.OPEN)
    held.change(state=value.state)
    Event.objects.record(held, kind="batch-opened", by=by)
    batch.refresh_from_db()


@transaction.atomic
def predisclose(batch: Batch, fixes_of: FixesOf, *, by: User) -> None:
    """Give the frozen revisions to the members: rows to deliver, one for each advisory.

    Raises `SomethingMissing` with what is, `BatchStepNotAllowed`, `StaleBatch`.
    """
    held = Batch.objects.in_hand(batch)
    value = held.as_value().step_to(BatchState.PREDISCLOSED)
    read = standing.of_batch(held, fixes_of)
    lacks = {
        one.advisory.label: found for one in read.advisories if (found := missing_for(one.facts, State.PREDISCLOSED))
    }
    if lacks or not read.advisories:
        raise SomethingMissing(lacks)
    for one in read.advisories:
        if State(one.advisory.state) in (State.DRAFTING, State.READY):
            if one.advisory.state == State.DRAFTING:
                one.advisory.move_to(State.READY, by=by)
            one.advisory.move_to(State.PREDISCLOSED, by=by)
        tidings.tell(one.advisory, What.PREDISCLOSED, Audience.MEMBERS, revision=one.revision, batch=held)
    held.change(state=value.state, was_predisclosed=True)
    Event.objects.record(held, kind="batch-pre-disclosed", by=by)
    batch.refresh_from_db()


@transaction.atomic
def approve(batch: Batch, digest: str, fixes_of: FixesOf, *, by: User) -> bool:
    """Approve exactly what was shown; arm the batch where that makes the quorum. Whether it is armed now.

    Raises `NotOnTheTeam`, and `ChangedSince` where what would go out is no longer what `digest` says.
    """
    held = Batch.objects.in_hand(batch, at_turn=False)
    if by.pk not in standing.team():
        raise NotOnTheTeam(f"{by} has no say in releases")
    read = standing.of_batch(held, fixes_of)
    if held.is_over or held.state == BatchState.OPEN or not read.digest or digest != read.digest:
        raise ChangedSince(f"{held} is not what it was when it was looked at; look again before you approve")
    if held.state == BatchState.ARMED:
        return True
    _made, is_new = Approval.objects.get_or_create(batch=held, by=by, digest=digest, withdrawn_at=None)
    if is_new:
        Event.objects.record(held, kind="release-approved", by=by, detail={"digest": digest})
    read = standing.of_batch(held, fixes_of)
    is_armed = read.may_be_armed and _has_time(held)
    if is_armed:
        _arm(held, read, by=by)
    batch.refresh_from_db()
    return is_armed


def arm_ready(fixes_of: FixesOf) -> int:
    """Arm what a quorum has approved and only a worker was still missing for, such as the signed text; how many.

    What was armed and held back since is looked at by people again. Safe to call twice.
    """
    given = Approval.objects.standing().values("batch")
    waiting = Batch.objects.filter(state__in=[BatchState.FROZEN, BatchState.PREDISCLOSED], pk__in=given)
    return sum(_arm_if_ready(batch, fixes_of) for batch in waiting)


@transaction.atomic
def _arm_if_ready(batch: Batch, fixes_of: FixesOf) -> bool:
    held = Batch.objects.in_hand(batch, at_turn=False)
    if held.state not in (BatchState.FROZEN, BatchState.PREDISCLOSED):
        return False
    read = standing.of_batch(held, fixes_of)
    was_held_back = Arming.objects.filter(batch=held, digest=read.digest).exists()
    if was_held_back or not read.digest or not read.may_be_armed or not _has_time(held):
        return False
    _arm(held, read, by=None)
    return True


@transaction.atomic
def withdraw_approval(batch: Batch, *, by: User) -> None:
    """Take one's approval back; what it armed is disarmed."""
    held = Batch.objects.in_hand(batch, at_turn=False)
    if not Approval.objects.standing().filter(batch=held, by=by).update(withdrawn_at=Now()):
        return
    if held.state == BatchState.ARMED:
        disarming.disarm(held, "An approval was taken back", by=by)
    Event.objects.record(held, kind="approval-withdrawn", by=by)
    batch.refresh_from_db()


@transaction.atomic
def override(advisory: Advisory, branch: str, fixes_of: FixesOf, *, reason: str, by: User) -> Override:
    """Decide to go out although the series is missing or fails on `branch`. Raises `NoReason`.

    No branch at all means every one that has no series: the fix is somebody else's to bring. It is about exactly the
    patches there are now.
    """
    if not reason.strip():
        raise batching.NoReason("going out in spite of a verdict needs a reason that is kept")
    disarming.disarm_for(advisory, "A verdict was overridden", by=by)
    made, _ = Override.objects.get_or_create(
        advisory=advisory,
        branch=branch,
        fixes_sha256=fixes_of(advisory).sha256,
        defaults={"reason": reason.strip()[:500], "by": by},
    )
    Event.objects.record(advisory, kind="verdict-overridden", by=by, detail={"branch": branch})
    return made


def _arm(held: Batch, read: standing.BatchStanding, *, by: User | None) -> Arming:
    """Make the rows that readers will see: nothing else is needed for them to be public at the instant."""
    public_at = max(held.planned_at, clock.now()) if held.is_at_once else held.planned_at
    made = Arming.objects.create(batch=held, digest=read.digest, public_at=public_at)
    steps = following.promised()
    for one in read.advisories:
        if one.revision is None:
            raise ChangedSince(f"{one.advisory} has no revision")
        publication = Publication.objects.issue(
            advisory=one.advisory,
            revision=one.revision,
            arming=made,
            number=one.advisory.number,
            version=one.revision.number,
            title=one.facts.title,
            content=drafting.for_readers(one.revision.content) | afterwards.told(one.advisory, held),
            public_at=public_at,
        )
        following.promise(publication, steps)
    held.change(state=BatchState.ARMED)
    Event.objects.record(
        held, kind="batch-armed", by=by, detail={"digest": read.digest, "public_at": instant_text(public_at)}
    )
    return made


def _has_time(held: Batch) -> bool:
    return held.is_at_once or held.planned_at > clock.now()


def _name(revision: Revision) -> str:
    return f"{revision.advisory.number} v{revision.number}"
