"""Negotiating an embargo: single rules, and any sequence of steps."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from advisories.embargo.rules import (
    IN_FORCE,
    STEPS,
    AlreadyOut,
    Embargo,
    EmbargoState,
    EmbargoStepNotAllowed,
    EndNotAhead,
    EndReason,
    NoSuchProposal,
    NotReachedYet,
    Proposal,
    answer_by,
    merge,
    split,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def proposal(key: str, days: int, answer_in: int = 2, now: datetime = NOW) -> Proposal:
    return Proposal(key, "somebody", now + days * DAY, now + answer_in * DAY)


def proposed(*proposals: Proposal, on: Embargo | None = None) -> Embargo:
    embargo = on or Embargo()
    for one in proposals:
        embargo = embargo.propose(one, now=NOW, is_public=False, is_exploited=False)
    return embargo


def accepted(embargo: Embargo, now: datetime = NOW) -> Embargo:
    return embargo.accept(now=now, is_public=False, is_exploited=False)


def active(days: int) -> Embargo:
    return accepted(proposed(proposal("first", days)))


def test_the_shortest_proposal_wins_and_longer_ones_become_revisions() -> None:
    embargo = accepted(proposed(proposal("long", 30), proposal("short", 10)))
    assert embargo.end_at == NOW + 10 * DAY
    assert embargo.state is EmbargoState.REVISING
    assert [one.key for one in embargo.proposals] == ["long"]


def test_a_revision_under_discussion_leaves_the_agreed_end_standing() -> None:
    embargo = proposed(proposal("later", 30), on=active(10))
    assert embargo.is_in_force
    assert embargo.end_at == NOW + 10 * DAY


def test_an_accepted_revision_moves_the_end() -> None:
    assert accepted(proposed(proposal("later", 30), on=active(10))).end_at == NOW + 30 * DAY


def test_a_rejected_revision_changes_nothing() -> None:
    assert proposed(proposal("later", 30), on=active(10)).reject("later") == active(10)


def test_a_rejected_first_proposal_leaves_no_embargo() -> None:
    assert proposed(proposal("a", 10)).reject("a") == Embargo()


def test_silence_agrees_to_nothing() -> None:
    assert proposed(proposal("a", 10, answer_in=2)).expire(now=NOW + 2 * DAY) == Embargo()


def test_a_proposal_with_time_left_does_not_expire() -> None:
    embargo = proposed(proposal("a", 10, answer_in=2), proposal("b", 10, answer_in=5))
    assert [one.key for one in embargo.expire(now=NOW + 3 * DAY).proposals] == ["b"]


@pytest.mark.parametrize(("is_public", "is_exploited"), [(True, False), (False, True), (True, True)])
def test_what_is_out_gets_no_embargo(is_public: bool, is_exploited: bool) -> None:
    with pytest.raises(AlreadyOut):
        Embargo().propose(proposal("a", 10), now=NOW, is_public=is_public, is_exploited=is_exploited)
    with pytest.raises(AlreadyOut):
        proposed(proposal("a", 10)).accept(now=NOW, is_public=is_public, is_exploited=is_exploited)


@pytest.mark.parametrize(("end_in", "answer_in"), [(-1, -2), (5, 0), (5, -1), (5, 5), (5, 6)])
def test_answers_come_after_now_and_before_the_end(end_in: int, answer_in: int) -> None:
    with pytest.raises(EndNotAhead):
        proposed(proposal("a", end_in, answer_in))


def test_a_proposal_whose_end_has_passed_cannot_be_accepted() -> None:
    with pytest.raises(NoSuchProposal):
        accepted(proposed(proposal("a", 3)), now=NOW + 3 * DAY)


def test_a_key_is_proposed_once() -> None:
    with pytest.raises(NoSuchProposal):
        proposed(proposal("a", 10), proposal("a", 20))


def test_what_is_not_open_cannot_be_rejected() -> None:
    with pytest.raises(NoSuchProposal):
        active(10).reject("first")


def test_a_proposed_embargo_is_dropped_when_the_issue_comes_out() -> None:
    assert proposed(proposal("a", 10)).drop() == Embargo()


def test_an_active_embargo_is_ended_and_not_dropped() -> None:
    with pytest.raises(EmbargoStepNotAllowed):
        active(10).drop()


def test_only_its_end_is_waited_for() -> None:
    with pytest.raises(NotReachedYet):
        active(10).end(EndReason.REACHED, now=NOW + 9 * DAY)
    assert active(10).end(EndReason.LEAKED, now=NOW).reason is EndReason.LEAKED


def test_the_end_is_reached_at_its_instant() -> None:
    assert active(10).end(EndReason.REACHED, now=NOW + 10 * DAY).ended_at == NOW + 10 * DAY


def test_what_has_ended_stays_so() -> None:
    over = active(10).end(EndReason.EXPLOITED, now=NOW)
    with pytest.raises(EmbargoStepNotAllowed):
        proposed(proposal("again", 5), on=over)
    with pytest.raises(EmbargoStepNotAllowed):
        over.end(EndReason.LEAKED, now=NOW)


def test_merged_advisories_end_at_the_earliest_end() -> None:
    assert merge([active(20), active(10), Embargo()], now=NOW).end_at == NOW + 10 * DAY


def test_merged_advisories_may_end_at_an_end_that_all_agreed_on() -> None:
    merged = merge([active(20), active(10)], now=NOW, renegotiated_end_at=NOW + 15 * DAY)
    assert merged == Embargo(EmbargoState.ACTIVE, NOW + 15 * DAY)


def test_an_end_in_the_past_cannot_be_renegotiated() -> None:
    with pytest.raises(EndNotAhead):
        merge([active(20)], now=NOW, renegotiated_end_at=NOW)


def test_merging_with_what_is_out_ends_the_embargo() -> None:
    out = active(5).end(EndReason.LEAKED, now=NOW)
    assert merge([active(20), out], now=NOW).reason is EndReason.LEAKED


def test_open_proposals_survive_a_merge() -> None:
    one = proposed(proposal("a", 30), on=active(10))
    other = proposed(proposal("b", 8))
    merged = merge([one, other], now=NOW)
    assert [each.key for each in merged.proposals] == ["b", "a"]
    assert merged.state is EmbargoState.REVISING


def test_children_inherit_everything() -> None:
    parent = proposed(proposal("later", 30), on=active(10))
    assert split(parent, 3) == (parent, parent, parent)


def test_a_split_makes_at_least_two() -> None:
    with pytest.raises(ValueError, match="at least two"):
        split(active(10), 1)


def test_the_time_to_answer_is_a_week_or_half_of_what_is_left() -> None:
    assert answer_by(NOW + 30 * DAY, now=NOW) == NOW + 7 * DAY
    assert answer_by(NOW + 4 * DAY, now=NOW) == NOW + 2 * DAY


@given(ends=st.lists(st.integers(1, 90), min_size=1, max_size=6))
def test_a_merge_never_ends_later_than_any_of_its_parts(ends: list[int]) -> None:
    merged = merge([active(max(3, end)) for end in ends], now=NOW)
    assert merged.end_at == NOW + max(3, min(ends)) * DAY


class Negotiation(RuleBasedStateMachine):
    """Any sequence of steps by people who try everything, while time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.embargo = Embargo()
        self.now = NOW
        self.is_public = False
        self.count = 0

    @rule(end_after=st.integers(0, 30), answer_in=st.integers(0, 10))
    def propose(self, end_after: int, answer_in: int) -> None:
        before = self.embargo
        self.count += 1
        one = proposal(str(self.count), answer_in + end_after, answer_in, now=self.now)
        try:
            self.embargo = before.propose(one, now=self.now, is_public=self.is_public, is_exploited=False)
        except (AlreadyOut, EndNotAhead, EmbargoStepNotAllowed):
            return
        assert not self.is_public
        assert self.embargo.end_at == before.end_at
        self.check_step(before)

    @precondition(lambda self: self.embargo.proposals)
    @rule()
    def accept(self) -> None:
        before = self.embargo
        try:
            self.embargo = before.accept(now=self.now, is_public=self.is_public, is_exploited=False)
        except (AlreadyOut, NoSuchProposal):
            return
        assert not self.is_public
        assert self.embargo.end_at == min(one.end_at for one in before.proposals if one.end_at > self.now)
        assert self.embargo.end_at > self.now

    @precondition(lambda self: self.embargo.proposals)
    @rule(data=st.data())
    def reject(self, data: st.DataObject) -> None:
        before = self.embargo
        self.embargo = before.reject(data.draw(st.sampled_from(before.proposals)).key)
        assert self.embargo.end_at == before.end_at
        self.check_step(before)

    @rule(days=st.integers(0, 8))
    def wait(self, days: int) -> None:
        before = self.embargo
        self.now += days * DAY
        self.embargo = before.expire(now=self.now)
        assert self.embargo.end_at == before.end_at
        self.check_step(before)

    @rule(reason=st.sampled_from(EndReason))
    def end(self, reason: EndReason) -> None:
        before = self.embargo
        try:
            self.embargo = before.end(reason, now=self.now)
        except NotReachedYet:
            return
        except EmbargoStepNotAllowed:
            assert not before.is_in_force
            return
        assert before.is_in_force

    @precondition(lambda self: not self.is_public and self.count > 4)
    @rule()
    def come_out(self) -> None:
        self.is_public = True

    def check_step(self, before: Embargo) -> None:
        assert self.embargo.state is before.state or self.embargo.state in STEPS[before.state]

    @invariant()
    def an_end_is_there_exactly_when_one_was_agreed(self) -> None:
        agreed = self.embargo.state in IN_FORCE | {EmbargoState.ENDED}
        assert (self.embargo.end_at is not None) == agreed

    @invariant()
    def proposals_are_open_exactly_where_something_is_discussed(self) -> None:
        discussed = self.embargo.state in {EmbargoState.PROPOSED, EmbargoState.REVISING}
        assert bool(self.embargo.proposals) == discussed

    @invariant()
    def only_an_ended_embargo_has_a_reason(self) -> None:
        is_over = self.embargo.state is EmbargoState.ENDED
        assert (self.embargo.reason is not None) == is_over == (self.embargo.ended_at is not None)

    @invariant()
    def the_shortest_comes_first(self) -> None:
        ends = [one.end_at for one in self.embargo.proposals]
        assert ends == sorted(ends)


TestNegotiation = Negotiation.TestCase
