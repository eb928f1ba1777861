"""PURE: advisories that are released together: states, moves with their history, splitting and cancelling."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from advisories.policy import Announced, Policy


class BatchState(StrEnum):
    """Where a batch stands."""

    OPEN = "open"
    FROZEN = "frozen"
    PREDISCLOSED = "pre-disclosed"
    ARMED = "armed"
    RELEASED = "released"
    CANCELLED = "cancelled"


STEPS: dict[BatchState, frozenset[BatchState]] = {
    BatchState.OPEN: frozenset({BatchState.FROZEN, BatchState.CANCELLED}),
    BatchState.FROZEN: frozenset(
        {BatchState.OPEN, BatchState.PREDISCLOSED, BatchState.ARMED, BatchState.CANCELLED},
    ),
    BatchState.PREDISCLOSED: frozenset({BatchState.ARMED, BatchState.CANCELLED}),
    BatchState.ARMED: frozenset({BatchState.FROZEN, BatchState.PREDISCLOSED, BatchState.RELEASED}),
    BatchState.RELEASED: frozenset(),
    BatchState.CANCELLED: frozenset(),
}
"""What is already out is armed without pre-disclosure. From armed the way back is disarming: nothing else undoes it."""

MOVABLE = frozenset({BatchState.OPEN, BatchState.FROZEN, BatchState.PREDISCLOSED, BatchState.ARMED})


class Audience(StrEnum):
    """Groups that may have been told a date."""

    TEAM = "security team"
    RELEASE_MANAGERS = "release managers"
    MEMBERS = "pre-disclosure members"
    READERS = "readers"


class BatchStepNotAllowed(Exception):
    """A batch has no such step."""

    def __init__(self, current: BatchState, target: str) -> None:
        super().__init__(f"a batch that is {current} cannot be {target}")
        self.current = current
        self.target = target


class NotAhead(Exception):
    """A planned instant has passed already."""


class NoReason(Exception):
    """A change that people are told about needs a reason to tell."""


class CannotSplit(Exception):
    """A split leaves something on both sides and takes only what is there."""


@dataclass(frozen=True, slots=True)
class Move:
    """One change of the planned instant, kept for good."""

    old_at: datetime
    new_at: datetime
    reason: str
    by: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """Advisories planned for one instant. Every step gives another value; instants are aware."""

    planned_at: datetime
    advisories: frozenset[int]
    """Their numbers."""
    state: BatchState = BatchState.OPEN
    was_predisclosed: bool = False
    """Whether members hold it, which disarming has to know."""
    moves: tuple[Move, ...] = ()
    cancelled_for: str = ""

    def step_to(self, target: BatchState) -> Self:
        """Go on, or back from frozen to open. Raises `BatchStepNotAllowed`; use the named ways to disarm and cancel."""
        disarming = self.state is BatchState.ARMED and target is not BatchState.RELEASED
        if target not in STEPS[self.state] or target is BatchState.CANCELLED or disarming:
            raise BatchStepNotAllowed(self.state, target)
        told = self.was_predisclosed or target is BatchState.PREDISCLOSED
        return replace(self, state=target, was_predisclosed=told)

    def disarm(self) -> Self:
        """Take the arming away, whatever changed; what members hold, they hold. Does nothing where it is not armed."""
        if self.state is not BatchState.ARMED:
            return self
        return replace(self, state=BatchState.PREDISCLOSED if self.was_predisclosed else BatchState.FROZEN)

    def move(self, new_at: datetime, *, reason: str, by: int, now: datetime) -> Self:
        """Plan another instant and void the arming. Raises `NotAhead`, `NoReason`, `BatchStepNotAllowed`."""
        if self.state not in MOVABLE:
            raise BatchStepNotAllowed(self.state, "moved")
        if new_at <= now:
            raise NotAhead("the new date has passed already")
        if not reason.strip():
            raise NoReason("moving a date needs a reason that people can be told")
        if new_at == self.planned_at:
            return self
        move = Move(self.planned_at, new_at, reason, by, now)
        return replace(self.disarm(), planned_at=new_at, moves=(*self.moves, move))

    def split(
        self, leaving: frozenset[int], new_at: datetime, *, reason: str, by: int, now: datetime
    ) -> tuple[Self, Self]:
        """Take some advisories to another instant: what stays, and the new batch, which keeps the history of both.

        Both lose their arming, since what was approved was all of it. Raises as `move`, and `CannotSplit`.
        """
        if not leaving or not leaving < self.advisories:
            raise CannotSplit("a split takes some of the batch's advisories, and leaves some")
        gone = replace(self, advisories=leaving).disarm().move(new_at, reason=reason, by=by, now=now)
        return replace(self.disarm(), advisories=self.advisories - leaving), gone

    def cancel(self, reason: str) -> Self:
        """Give the date up. An armed batch has to be disarmed first. Raises `NoReason`, `BatchStepNotAllowed`."""
        if BatchState.CANCELLED not in STEPS[self.state]:
            raise BatchStepNotAllowed(self.state, BatchState.CANCELLED)
        if not reason.strip():
            raise NoReason("cancelling a date needs a reason that people can be told")
        return replace(self, state=BatchState.CANCELLED, cancelled_for=reason)

    def told_the_date(self, policy: Policy) -> frozenset[Audience]:
        """Say who knows the planned instant and so must hear of another; nobody else is told of the change."""
        told = {Audience.TEAM}
        if self.state is not BatchState.OPEN:
            told.add(Audience.RELEASE_MANAGERS)
        if self.was_predisclosed:
            told.add(Audience.MEMBERS)
        if Announced.DATES in policy.announced and self.state is not BatchState.OPEN:
            told.add(Audience.READERS)
        return frozenset(told)
