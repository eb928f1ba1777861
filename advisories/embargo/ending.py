"""Ending an embargo early: it leaked, it is exploited, an earlier end was agreed, or somebody else's clock ran out.

One order does all of it: what leaked leaves its batch, is frozen as it is, gets the approval of whoever gives the
order, and is public at once where nothing else is missing. Otherwise it waits for exactly that, and no longer.
"""

from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from advisories import clock
from advisories.canonical import digest, instant_text
from advisories.embargo import negotiating
from advisories.embargo.rules import EndReason
from advisories.lifecycle import State
from advisories.models import Advisory, Batch, BatchMove, Embargo, Event, Out, Reissue, What
from advisories.policies import current_policy
from advisories.policy import Policy
from advisories.release import disarming, releasing, scheduling, standing, tidings
from advisories.release.batching import Audience, BatchState, BatchStepNotAllowed, NoReason
from advisories.release.releasing import ChangedSince
from advisories.release.standing import BatchStanding, FixesOf

_BEFORE = timedelta(microseconds=1)
"""An order is carried out at its own instant, which counts as ahead of whoever gives it."""

_OUT = {EndReason.LEAKED: Out.PUBLIC, EndReason.EXPLOITED: Out.EXPLOITED}


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody has looked at and confirmed."""

    reason: EndReason
    words: str
    """What those who knew the date are told."""
    shown: str
    """What `shown` said of it when they looked."""
    leaked: tuple[int, ...] = ()
    """Keys of the advisories that it is about; none for all of the batch."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an order."""

    batch: Batch
    is_out: bool
    read: BatchStanding
    """What is still missing, where it isn't out."""


def shown(read: BatchStanding) -> str:
    """A digest of what would become public: what a page carries from showing the consequences to carrying them out."""
    said = [[one.advisory.number, one.draft] for one in read.advisories]
    return digest("penstock ending early 1", {"advisories": said, "recipients": list(read.recipients)})


@transaction.atomic
def end_early(batch: Batch, order: Order, fixes_of: FixesOf, *, by: User) -> Outcome:
    """Carry the order out. Raises `NoReason`, `ChangedSince`, `AlreadyOut`, `StaleBatch`, `BatchStepNotAllowed`,
    `StaleEmbargo`.
    """
    return _carry_out(batch, order, fixes_of, by, clock.now())


def _carry_out(batch: Batch, order: Order, fixes_of: FixesOf, by: User, at: datetime) -> Outcome:
    if not order.words.strip():
        raise NoReason("ending an embargo early needs a reason that people can be told")
    held = Batch.objects.in_hand(batch)
    if held.is_over or held.is_at_once:
        raise BatchStepNotAllowed(BatchState(held.state), "ended early")
    read = ahead(held, fixes_of)
    if order.shown != shown(read):
        raise ChangedSince(f"{held} is not what it was when you looked at the consequences; look again")
    leaked = [one.advisory for one in read.advisories if one.advisory.pk in order.leaked]
    if leaked and len(leaked) < len(read.advisories):
        held = scheduling.split(
            held, leaked, at, reason=order.words, by=by, now=at - _BEFORE, what=What.ENDED_EARLY, confirmed=None
        )  # fmt: skip
    else:
        _bring_forward(held, at, order.words, by)
    held.change(is_at_once=True, ended_early_for=order.reason.value)
    _freeze(held, fixes_of, order.words, by)
    for advisory in held.members:
        _end_embargo(advisory, order.reason, by)
        Event.objects.record(advisory, kind="ended-early", by=by, detail={"reason": order.reason.value})
    Event.objects.record(held, kind="batch-ended-early", by=by, detail={"reason": order.reason.value})
    read = standing.of_batch(held, fixes_of)
    is_out = bool(read.digest) and releasing.approve(held, read.digest, fixes_of, by=by)
    batch.refresh_from_db()
    return Outcome(held, is_out, standing.of_batch(held, fixes_of))


@transaction.atomic
def end_alone(advisory: Advisory, order: Order, fixes_of: FixesOf, *, by: User) -> Outcome:
    """The same for an advisory that is in no batch: it becomes a batch of one. Raises `NotPlannable` besides."""
    at = clock.now()
    batch = scheduling.plan([advisory], at, by=by, now=at - _BEFORE, confirmed=None)
    return _carry_out(batch, order, fixes_of, by, at)


def ahead(batch: Batch, fixes_of: FixesOf) -> BatchStanding:
    """How a batch would stand if its embargo ended now: members that were not told before are not told first."""
    at_once = copy(batch)
    at_once.is_at_once = True
    return standing.of_batch(at_once, fixes_of)


def alone(advisory: Advisory, fixes_of: FixesOf) -> BatchStanding:
    """How an advisory in no batch would stand if its embargo ended now; nothing is written."""
    at_once = Batch(pk=0, planned_at=clock.now(), is_at_once=True)
    [found] = standing.of_batches({at_once: [advisory]}, fixes_of, policy=current_policy())
    return found


def _bring_forward(held: Batch, at: datetime, words: str, by: User) -> None:
    """The whole batch goes now: its history says so, what was armed for later is void, those who knew are told."""
    before = held.as_value()
    disarming.unarm(held, f"The embargo ended early: {words}", by=by)
    # What was in no batch is planned for this very instant, which is no other date.
    is_moved = before.planned_at != at
    if is_moved:
        BatchMove.objects.create(batch=held, old_at=before.planned_at, new_at=at, reason=words.strip()[:500], by=by)
    held.change(state=before.disarm().state, planned_at=at)
    inside = held.members
    hearing = told(held, list(inside), current_policy())
    inside.exclude(state=State.PUBLIC).update(public_at=at)
    tidings.tell_of_batch(held, What.ENDED_EARLY, hearing, reason=words, but=by)
    if is_moved:
        detail = {"from": instant_text(before.planned_at), "to": instant_text(at)}
        Event.objects.record(held, kind="batch-moved", by=by, detail=detail)


def _end_embargo(advisory: Advisory, reason: EndReason, by: User) -> None:
    """End what was agreed; what was only proposed falls away where the issue is out."""
    embargo = Embargo.of(advisory)
    out = _OUT.get(reason)
    if embargo.is_in_force:
        negotiating.end(embargo, reason, by=by)
    elif out is not None and not embargo.out:
        negotiating.note_out(embargo, out, by=by)


def _freeze(held: Batch, fixes_of: FixesOf, words: str, by: User) -> None:
    """What goes out is what the draft says now: nobody waits for a revision in a leak."""
    read = standing.of_batch(held, fixes_of)
    if held.state == BatchState.OPEN or not all(one.is_current for one in read.advisories):
        changes = f"The embargo ended early. {words.strip()}"
        releasing.freeze_batch(held, fixes_of, by=by, reason=Reissue.STATUS, changes=changes)


def told(batch: Batch, members: list[Advisory], policy: Policy) -> frozenset[Audience]:
    """Who knows of the date, and so hears that the embargo is over; what members hold, they hold in any batch."""
    known = batch.as_value().told_the_date(policy)
    holds = any(one.state == State.PREDISCLOSED for one in members)
    return known | {Audience.MEMBERS} if holds else known
