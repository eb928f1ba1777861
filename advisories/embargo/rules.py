"""PURE: negotiating, keeping and ending an embargo.

The rules are those of CERT/CC's Vultron protocol (embargo management): one embargo is active at a time, its end is one
instant, the shortest proposal is taken first and longer ones are revisions of it, nothing public or exploited goes
under embargo, and what is merged ends at the earliest end unless it was renegotiated.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Self

ANSWER_WITHIN = timedelta(days=7)
"""How long a proposal waits for answers where nothing else is said (Vultron's default)."""


class EmbargoState(StrEnum):
    """Where the negotiation stands."""

    NONE = "none"
    PROPOSED = "proposed"
    ACTIVE = "active"
    REVISING = "under revision"
    ENDED = "ended"


class EndReason(StrEnum):
    """Why an embargo ended."""

    REACHED = "reached"
    AGREED_EARLIER = "agreed earlier"
    LEAKED = "leaked"
    EXPLOITED = "exploited"
    OUTSIDE_CLOCK = "outside clock"


STEPS: dict[EmbargoState, frozenset[EmbargoState]] = {
    EmbargoState.NONE: frozenset({EmbargoState.PROPOSED}),
    EmbargoState.PROPOSED: frozenset({EmbargoState.ACTIVE, EmbargoState.NONE}),
    EmbargoState.ACTIVE: frozenset({EmbargoState.REVISING, EmbargoState.ENDED}),
    EmbargoState.REVISING: frozenset({EmbargoState.ACTIVE, EmbargoState.ENDED}),
    EmbargoState.ENDED: frozenset(),
}
"""What was only proposed falls away instead of ending; what has ended stays so, and a second embargo is another."""

IN_FORCE = frozenset({EmbargoState.ACTIVE, EmbargoState.REVISING})
"""A revision under discussion leaves the agreed end standing."""


class EmbargoStepNotAllowed(Exception):
    """The negotiation has no such step."""

    def __init__(self, current: EmbargoState, target: EmbargoState) -> None:
        super().__init__(f"an embargo does not go from {current} to {target}")
        self.current = current
        self.target = target


class AlreadyOut(Exception):
    """What is public or exploited cannot go under embargo."""


class EndNotAhead(Exception):
    """An end or an answer-by date lies in the past, or answers would come after the end they are about."""


class NoSuchProposal(Exception):
    """The proposal is not open, or never was."""


class NotReachedYet(Exception):
    """The end has not come, so another reason is needed to end the embargo now."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """An end that somebody proposes, and until when answers are waited for."""

    key: str
    """The caller's name for it; opaque."""
    by: str
    end_at: datetime
    answer_by: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Embargo:
    """An embargo on one advisory. Every step gives another value; instants are aware."""

    state: EmbargoState = EmbargoState.NONE
    end_at: datetime | None = None
    """The agreed end, present from the first agreement on and kept after the end for the record."""
    proposals: tuple[Proposal, ...] = ()
    """Open ones only, the shortest first."""
    ended_at: datetime | None = None
    reason: EndReason | None = None

    @property
    def is_in_force(self) -> bool:
        """Say whether an agreed end binds."""
        return self.state in IN_FORCE

    def propose(self, proposal: Proposal, *, now: datetime, is_public: bool, is_exploited: bool) -> Self:
        """Add a proposal: the first opens the negotiation, one on an agreed end opens a revision.

        Raises `AlreadyOut`, `EndNotAhead`, or `EmbargoStepNotAllowed` after the end.
        """
        _refuse_what_is_out(is_public=is_public, is_exploited=is_exploited)
        if self.state is EmbargoState.ENDED:
            raise EmbargoStepNotAllowed(self.state, EmbargoState.PROPOSED)
        if not now < proposal.answer_by < proposal.end_at:
            raise EndNotAhead("answers must be due after now and before the proposed end")
        if any(other.key == proposal.key for other in self.proposals):
            raise NoSuchProposal(f"a proposal {proposal.key} is open already")
        target = EmbargoState.REVISING if self.is_in_force else EmbargoState.PROPOSED
        proposals = tuple(sorted((*self.proposals, proposal), key=lambda one: (one.end_at, one.key)))
        return self._in(target, proposals=proposals)

    def accept(self, *, now: datetime, is_public: bool, is_exploited: bool) -> Self:
        """Agree on the shortest open proposal whose end is still ahead; longer ones stay open, now as revisions.

        Proposals whose end has passed meanwhile fall away. Raises `AlreadyOut`, or `NoSuchProposal` where none is left.
        """
        _refuse_what_is_out(is_public=is_public, is_exploited=is_exploited)
        ahead = [proposal for proposal in self.proposals if proposal.end_at > now]
        if not ahead:
            raise NoSuchProposal("no open proposal has its end ahead")
        shortest, rest = ahead[0], tuple(ahead[1:])
        agreed = self._in(EmbargoState.ACTIVE, end_at=shortest.end_at, proposals=())
        return agreed._in(EmbargoState.REVISING, proposals=rest) if rest else agreed

    def reject(self, key: str) -> Self:
        """Turn one proposal down. What was agreed before stands. Raises `NoSuchProposal`."""
        rest = tuple(proposal for proposal in self.proposals if proposal.key != key)
        if len(rest) == len(self.proposals):
            raise NoSuchProposal(f"no proposal {key} is open")
        return self._without(rest)

    def expire(self, *, now: datetime) -> Self:
        """Drop proposals whose time to answer is over: silence agrees to nothing."""
        return self._without(tuple(proposal for proposal in self.proposals if proposal.answer_by > now))

    def end(self, reason: EndReason, *, now: datetime) -> Self:
        """End an embargo in force, once. Raises `NotReachedYet` where the reason is its end and that lies ahead."""
        if not self.is_in_force:
            raise EmbargoStepNotAllowed(self.state, EmbargoState.ENDED)
        if reason is EndReason.REACHED and self.end_at is not None and now < self.end_at:
            raise NotReachedYet("the agreed end has not come")
        return self._in(EmbargoState.ENDED, proposals=(), ended_at=now, reason=reason)

    def drop(self) -> Self:
        """Let a negotiation go that has agreed on nothing, as when the issue comes out during it."""
        return self._in(EmbargoState.NONE, proposals=())

    def _without(self, rest: tuple[Proposal, ...]) -> Self:
        if rest == self.proposals:
            return self
        if rest:
            return replace(self, proposals=rest)
        target = EmbargoState.ACTIVE if self.is_in_force else EmbargoState.NONE
        return self._in(target, proposals=())

    def _in(self, target: EmbargoState, **changes: object) -> Self:
        if target is not self.state and target not in STEPS[self.state]:
            raise EmbargoStepNotAllowed(self.state, target)
        return replace(self, state=target, **changes)  # type: ignore[arg-type]


def _refuse_what_is_out(*, is_public: bool, is_exploited: bool) -> None:
    if is_public or is_exploited:
        raise AlreadyOut(f"an issue that is already {'public' if is_public else 'exploited'} gets no embargo")


def answer_by(end_at: datetime, *, now: datetime) -> datetime:
    """Propose until when to wait for answers: a week, or half the time that is left where the end is nearer."""
    return now + min(ANSWER_WITHIN, (end_at.astimezone(UTC) - now.astimezone(UTC)) / 2)


def merge(embargoes: Sequence[Embargo], *, now: datetime, renegotiated_end_at: datetime | None = None) -> Embargo:
    """Give the embargo of what was several advisories: the earliest end, unless all agreed on another.

    Where one of them has ended, all have, since what they share is out. Open proposals of each stay open. Raises
    `EndNotAhead` for a renegotiated end that has passed.
    """
    if renegotiated_end_at is not None and renegotiated_end_at <= now:
        raise EndNotAhead("the renegotiated end has passed")
    ended = [embargo for embargo in embargoes if embargo.state is EmbargoState.ENDED]
    if ended:
        return min(ended, key=lambda embargo: embargo.ended_at or now)
    agreed = [embargo.end_at for embargo in embargoes if embargo.is_in_force and embargo.end_at is not None]
    open_ones = {proposal for embargo in embargoes for proposal in embargo.proposals}
    proposals = tuple(sorted(open_ones, key=lambda one: (one.end_at, one.key)))
    if renegotiated_end_at is not None:
        return Embargo(EmbargoState.ACTIVE, renegotiated_end_at)
    if agreed:
        state = EmbargoState.REVISING if proposals else EmbargoState.ACTIVE
        return Embargo(state, min(agreed), proposals)
    return Embargo(EmbargoState.PROPOSED if proposals else EmbargoState.NONE, None, proposals)


def split(embargo: Embargo, children: int) -> tuple[Embargo, ...]:
    """Give each of `children` advisories the embargo of the one they came from, agreed end and open proposals alike.

    Each may be revised on its own from there. A child may not be made public where that would reveal a sibling: whoever
    splits tells those who know the siblings.
    """
    if children < 2:
        raise ValueError("a split makes at least two")
    return (embargo,) * children
