"""Planning a release: batches, their dates, and everything that may happen to a date before it comes.

Every action takes the batch's row in hand first, checks that nobody changed it since it was read, and writes change,
history and event in one transaction; whoever was told the old date hears of the new one.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from advisories.canonical import instant_text
from advisories.embargo import one_date
from advisories.embargo.outside_clocks import NOTHING_CONFIRMED, Confirmed
from advisories.lifecycle import State
from advisories.models import Advisory, Batch, BatchEntry, BatchMove, Embargo, Event, What
from advisories.policies import current_policy
from advisories.release import disarming, tidings
from advisories.release.batching import BatchState, NotAhead

PLANNABLE = frozenset({State.DRAFTING, State.READY, State.PREDISCLOSED, State.PUBLIC})
"""A public one is planned again to be re-issued."""


class NotPlannable(Exception):
    """The advisory cannot be in a batch as it stands."""


class AlreadyPlanned(NotPlannable):
    """The advisory is in a batch already."""


@transaction.atomic
def plan(
    advisories: Iterable[Advisory],
    planned_at: datetime,
    *,
    by: User | None,
    name: str = "",
    now: datetime | None = None,
    confirmed: Confirmed | None = NOTHING_CONFIRMED,
) -> Batch:
    """Begin a batch for an instant ahead (aware). Raises `NotAhead`, `NotPlannable`, `BreaksClocks`.

    An agreed end stays where it is: where it is another, both are shown until they are one. `confirmed` is None where
    nobody waits for clocks any more.
    """
    # In one order, so that two who plan the same ones don't wait for each other.
    members = sorted(advisories, key=lambda one: one.pk)
    if planned_at <= (now or timezone.now()):
        raise NotAhead("the planned instant has passed already")
    is_reissue = bool(members) and all(one.state == State.PUBLIC for one in members)
    batch = Batch.objects.create(name=name.strip(), planned_at=planned_at, begun_by=by, is_reissue=is_reissue)
    for advisory in members:
        _join(batch, advisory)
    if confirmed is not None:
        for embargo in Embargo.objects.filter(advisory__in=members, merged_into=None).select_related("advisory"):
            one_date.keep_overruns(batch, embargo, confirmed, by=by)
    Event.objects.record(batch, kind="batch-planned", by=by, detail={"advisories": [one.number for one in members]})
    return batch


@transaction.atomic
def add(batch: Batch, advisory: Advisory, *, by: User | None) -> None:
    """Take an advisory in while the batch is open. Raises `NotPlannable` and `StaleBatch`."""
    held = Batch.objects.in_hand(batch)
    if held.state != BatchState.OPEN:
        raise NotPlannable(f"{held} is {held.state}: only an open batch takes in another advisory")
    _join(held, advisory)
    held.change(is_reissue=False if advisory.state != State.PUBLIC else held.is_reissue)
    Event.objects.record(held, kind="batch-joined", by=by, detail={"advisory": advisory.number})
    batch.refresh_from_db()


@transaction.atomic
def remove(batch: Batch, advisory: Advisory, *, by: User | None) -> None:
    """Let an advisory leave while the batch is open, which is given up with its last one.

    Raises `NotPlannable` where it isn't in there.
    """
    held = Batch.objects.in_hand(batch)
    if held.state != BatchState.OPEN:
        raise NotPlannable(f"{held} is {held.state}: split it to take something out")
    if not BatchEntry.objects.current().filter(batch=held, advisory=advisory).update(left_at=Now()):
        raise NotPlannable(f"{advisory} is not in {held}")
    Advisory.objects.filter(pk=advisory.pk).exclude(state=State.PUBLIC).update(public_at=None)
    held.change()
    Event.objects.record(held, kind="batch-left", by=by, detail={"advisory": advisory.number})
    _cancel_if_empty(held, f"{advisory}, the only one in it, was taken out.", by=by)
    batch.refresh_from_db()


@transaction.atomic
def move(
    batch: Batch, new_at: datetime, *, reason: str, by: User, now: datetime | None = None,
    confirmed: Confirmed = NOTHING_CONFIRMED,
) -> None:  # fmt: skip
    """Plan another instant, void what was armed, and tell whoever was told the old date.

    The agreed ends of the embargoes in it follow, also where the instant is the same and only they differed. Raises
    `NotAhead`, `NoReason`, `BatchStepNotAllowed`, `StaleBatch`, `AlreadyOut`, and as `one_date.of_release` does.
    """
    held = Batch.objects.in_hand(batch)
    before = held.as_value()
    after = before.move(new_at, reason=reason, by=by.pk, now=now or timezone.now())
    members = list(held.members)
    one_date.hold(members)
    if after.planned_at == before.planned_at:
        one_date.of_release(held, members, reason=reason, by=by, confirmed=confirmed)
        return
    disarming.unarm(held, f"The date was moved: {reason}", by=by)
    BatchMove.objects.create(batch=held, old_at=before.planned_at, new_at=new_at, reason=reason.strip(), by=by)
    held.change(state=after.state, planned_at=new_at, is_at_once=False, ended_early_for="")
    _set_instants(held, new_at)
    one_date.of_release(held, members, reason=reason, by=by, confirmed=confirmed)
    tidings.tell_of_batch(held, What.DATE_MOVED, before.told_the_date(current_policy()), reason=reason, but=by)
    Event.objects.record(
        held, kind="batch-moved", by=by, detail={"from": instant_text(before.planned_at), "to": instant_text(new_at)}
    )
    batch.refresh_from_db()


@transaction.atomic
def split(
    batch: Batch,
    leaving: Iterable[Advisory],
    new_at: datetime,
    *,
    reason: str,
    by: User,
    now: datetime | None = None,
    what: What = What.DATE_MOVED,
    confirmed: Confirmed | None = NOTHING_CONFIRMED,
) -> Batch:
    """Take some advisories to a batch of their own at another instant, and tell of it as `what`.

    Their agreed ends follow; `confirmed` is None where they have ended. Raises as `move`, and `CannotSplit`.
    """
    held = Batch.objects.in_hand(batch)
    gone = list(leaving)
    one_date.hold(gone)
    before = held.as_value()
    _stays, goes = before.split(
        frozenset(one.pk for one in gone), new_at, reason=reason, by=by.pk, now=now or timezone.now()
    )
    disarming.unarm(held, f"Some of it was taken to another date: {reason}", by=by)
    other = Batch.objects.create(
        planned_at=new_at, state=goes.state, was_predisclosed=goes.was_predisclosed, begun_by=by,
        is_reissue=held.is_reissue,
    )  # fmt: skip
    for old in goes.moves[:-1]:
        BatchMove.objects.create(
            batch=other, old_at=old.old_at, new_at=old.new_at, reason=old.reason, by_id=old.by or None, at=old.at
        )
    if new_at != before.planned_at:
        BatchMove.objects.create(batch=other, old_at=before.planned_at, new_at=new_at, reason=reason.strip(), by=by)
    BatchEntry.objects.current().filter(batch=held, advisory__in=gone).update(left_at=Now())
    for advisory in gone:
        BatchEntry.objects.create(batch=other, advisory=advisory)
    held.change(state=before.disarm().state)
    _set_instants(other, new_at)
    if confirmed is not None:
        one_date.of_release(other, gone, reason=reason, by=by, confirmed=confirmed)
    tidings.tell_of_batch(other, what, before.told_the_date(current_policy()), reason=reason, but=by)
    numbers = [one.number for one in gone]
    Event.objects.record(held, kind="batch-split", by=by, detail={"into": str(other.pk), "advisories": numbers})
    Event.objects.record(other, kind="batch-planned", by=by, detail={"advisories": numbers, "split_from": str(held.pk)})
    batch.refresh_from_db()
    return other


@transaction.atomic
def cancel(batch: Batch, *, reason: str, by: User) -> None:
    """Give the date up; its advisories are free again. Raises `NoReason`, `BatchStepNotAllowed` while it is armed."""
    held = Batch.objects.in_hand(batch)
    before = held.as_value()
    before.cancel(reason)
    members = list(BatchEntry.objects.current().filter(batch=held).values_list("advisory", flat=True))
    tidings.tell_of_batch(held, What.CANCELLED, before.told_the_date(current_policy()), reason=reason, but=by)
    BatchEntry.objects.current().filter(batch=held).update(left_at=Now())
    Advisory.objects.filter(pk__in=members).exclude(state=State.PUBLIC).update(public_at=None)
    held.change(state=BatchState.CANCELLED, cancelled_for=reason.strip())
    Event.objects.record(held, kind="batch-cancelled", by=by)
    batch.refresh_from_db()


@transaction.atomic
def leave_for_good(advisory: Advisory, *, reason: str, by: User | None) -> None:
    """Take an advisory that ends out of the batch it is in, whatever that one's state; what was armed is void.

    The others keep their date; where there are none it is cancelled. Those who knew of it hear that this one doesn't
    come. Raises `AlreadyOut`.
    """
    for held in Batch.objects.around(advisory):
        told = held.as_value().told_the_date(current_policy())
        disarming.unarm(held, f"{advisory} left it", by=by)
        BatchEntry.objects.current().filter(batch=held, advisory=advisory).update(left_at=Now())
        held.change(state=held.as_value().disarm().state)
        for audience in sorted(told):
            tidings.tell(advisory, What.CANCELLED, audience, batch=held, reason=reason, but=by)
        Event.objects.record(held, kind="batch-left", by=by, detail={"advisory": advisory.number})
        _cancel_if_empty(held, f"{advisory}, the only one in it, left it: {reason.strip()}", by=by)


def _cancel_if_empty(held: Batch, reason: str, *, by: User | None) -> None:
    """A date with nothing to release at it is given up; what was in it has said so to everyone already."""
    if BatchEntry.objects.current().filter(batch=held).exists():
        return
    held.change(state=BatchState.CANCELLED, cancelled_for=reason[:500])
    Event.objects.record(held, kind="batch-cancelled", by=by)


def _join(batch: Batch, advisory: Advisory) -> None:
    if State(advisory.state) not in PLANNABLE:
        raise NotPlannable(f"{advisory} is {advisory.state} and goes out with no batch")
    try:
        with transaction.atomic():
            BatchEntry.objects.create(batch=batch, advisory=advisory)
    except IntegrityError:
        raise AlreadyPlanned(f"{advisory} is in a batch already") from None
    if advisory.state != State.PUBLIC:
        Advisory.objects.filter(pk=advisory.pk).update(public_at=batch.planned_at)


def _set_instants(batch: Batch, at: datetime) -> None:
    inside = Advisory.objects.filter(entries__batch=batch, entries__left_at__isnull=True)
    inside.exclude(state=State.PUBLIC).update(public_at=at)
