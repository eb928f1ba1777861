"""Negotiating on the rows: what each step keeps, whom it tells, and what it refuses."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Role, User
from advisories.embargo import negotiating
from advisories.embargo.negotiating import EmbargoFacts, End, NotTheirs, NotTheShortest
from advisories.embargo.rules import (
    AlreadyOut,
    EmbargoState,
    EmbargoStepNotAllowed,
    EndNotAhead,
    EndReason,
    NoSuchProposal,
    NotReachedYet,
)
from advisories.lifecycle import State
from advisories.models import (
    Advisory,
    Embargo,
    Event,
    Notice,
    Out,
    OutgoingMail,
    Party,
    Proposal,
    ProposalState,
    Report,
    StaleEmbargo,
    Verdict,
)
from advisories.policy import Announced, Policy
from advisories.reporting import triage
from advisories.reporting.reports import ReportState
from tests.make import (
    make_accepted_report,
    make_advisory,
    make_embargo,
    make_guest,
    make_proposal,
    make_report,
    make_user,
)

DAY = timedelta(days=1)


def make_report_of(original: Report, team: User) -> Report:
    second = make_report("The same", address="eve@research.example")
    triage.assign(second, team, by=team)
    triage.decide(second, ReportState.DUPLICATE, by=team, grounds="Somebody was first.", duplicate_of=original)
    return second


def letters() -> int:
    return OutgoingMail.objects.filter(kind=Notice.DATES).count()


def kinds() -> list[str]:
    return [event.kind for event in Event.objects.order_by("sequence") if not event.kind.startswith("report")]


def test_a_first_proposal_opens_the_negotiation(advisory: Advisory) -> None:
    make_proposal(advisory, 14)
    embargo = Embargo.of(advisory)
    assert (embargo.state, embargo.end_at) == (EmbargoState.PROPOSED.value, None)
    assert kinds() == ["embargo-proposed"]


def test_the_shortest_becomes_the_end_and_the_longer_one_stays_as_a_revision(advisory: Advisory, team: User) -> None:
    longer, shorter = make_proposal(advisory, 30), make_proposal(advisory, 10)
    negotiating.accept(shorter, by=team)
    embargo = Embargo.of(advisory)
    assert embargo.state == EmbargoState.REVISING.value
    assert embargo.end_at == shorter.end_at
    assert [proposal.pk for proposal in embargo.proposals.open()] == [longer.pk]


def test_a_longer_one_is_not_agreed_on_before_the_shortest(advisory: Advisory, team: User) -> None:
    longer, _ = make_proposal(advisory, 30), make_proposal(advisory, 10)
    with pytest.raises(NotTheShortest):
        negotiating.accept(longer, by=team)
    assert Embargo.of(advisory).state == EmbargoState.PROPOSED.value


def test_an_agreed_revision_moves_the_end(advisory: Advisory, team: User) -> None:
    make_embargo(advisory, team, 10)
    later = make_proposal(advisory, 20)
    negotiating.accept(later, by=team)
    assert Embargo.of(advisory).end_at == later.end_at


def test_a_rejected_revision_leaves_the_old_end(advisory: Advisory, team: User) -> None:
    agreed = make_embargo(advisory, team, 10)
    later = make_proposal(advisory, 20)
    negotiating.reject(later, by=team)
    embargo = Embargo.of(advisory)
    assert (embargo.state, embargo.end_at) == (EmbargoState.ACTIVE.value, agreed.end_at)
    later.refresh_from_db()
    assert later.state == ProposalState.REJECTED


def test_a_rejected_first_proposal_leaves_no_embargo(advisory: Advisory, team: User) -> None:
    negotiating.reject(make_proposal(advisory), by=team)
    assert Embargo.of(advisory).state == EmbargoState.NONE.value


def test_agreeing_keeps_the_zone_in_which_the_date_was_typed(advisory: Advisory, team: User) -> None:
    negotiating.accept(make_proposal(advisory, zone="Europe/Berlin"), by=team)
    assert Embargo.of(advisory).zone == "Europe/Berlin"


def test_a_proposal_is_not_settled_twice(advisory: Advisory, team: User) -> None:
    proposal = make_proposal(advisory)
    negotiating.accept(proposal, by=team)
    for again in (negotiating.accept, negotiating.reject):
        with pytest.raises(NoSuchProposal):
            again(proposal, by=team)


def test_a_step_on_what_somebody_else_changed_meanwhile_changes_nothing(advisory: Advisory) -> None:
    make_proposal(advisory)
    seen = Embargo.of(advisory)
    make_proposal(advisory, 20)
    with pytest.raises(StaleEmbargo):
        seen.write(seen.value())


def test_only_whoever_made_a_proposal_takes_it_back(advisory: Advisory, team: User) -> None:
    guest = make_guest(advisory)
    proposal = make_proposal(advisory, party=Party.guest(guest))
    with pytest.raises(NotTheirs):
        negotiating.withdraw(proposal, party=Party.team(team))
    negotiating.withdraw(proposal, party=Party.guest(guest))
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.WITHDRAWN


def test_a_proposal_of_the_team_is_any_member_s_to_take_back(advisory: Advisory, team: User) -> None:
    proposal = make_proposal(advisory, party=Party.team(team))
    negotiating.withdraw(proposal, party=Party.team(make_user("second@sluice.example", Role.SECURITY)))
    assert not Proposal.objects.open().exists()


def test_whoever_proposes_agrees_to_it(advisory: Advisory) -> None:
    guest = make_guest(advisory)
    proposal = make_proposal(advisory, party=Party.guest(guest))
    assert [(one.user, one.verdict) for one in proposal.answers.all()] == [(guest, Verdict.ACCEPT)]


def test_thinking_again_replaces_an_answer(advisory: Advisory) -> None:
    proposal, guest = make_proposal(advisory), Party.guest(make_guest(advisory))
    negotiating.answer(proposal, Verdict.ACCEPT, party=guest)
    negotiating.answer(proposal, Verdict.DECLINE, party=guest)
    assert [one.verdict for one in proposal.answers.filter(side="guest")] == [Verdict.DECLINE]


def test_another_date_is_an_answer_that_names_it(advisory: Advisory) -> None:
    proposal, guest = make_proposal(advisory, 30), Party.guest(make_guest(advisory))
    end = End(timezone.now() + 10 * DAY)
    counter = negotiating.propose(advisory, end, party=guest, instead_of=proposal)
    given = proposal.answers.get(side="guest")
    assert (given.verdict, given.counter) == (Verdict.COUNTER, counter)


def test_a_settled_proposal_takes_no_answer(advisory: Advisory, team: User) -> None:
    proposal, guest = make_proposal(advisory), Party.guest(make_guest(advisory))
    negotiating.reject(proposal, by=team)
    with pytest.raises(NoSuchProposal):
        negotiating.answer(proposal, Verdict.ACCEPT, party=guest)


def test_a_proposal_of_another_advisory_is_not_answered_by_one_here(advisory: Advisory) -> None:
    elsewhere = make_proposal(make_advisory())
    with pytest.raises(NoSuchProposal):
        negotiating.propose(advisory, End(timezone.now() + 9 * DAY), party=Party.team(), instead_of=elsewhere)
    assert Proposal.objects.count() == 1


@pytest.mark.parametrize("days", [-1, 0])
def test_an_end_in_the_past_is_refused(advisory: Advisory, days: int) -> None:
    with pytest.raises(EndNotAhead):
        make_proposal(advisory, days)


def test_what_is_public_gets_no_embargo(db: None) -> None:
    with pytest.raises(AlreadyOut):
        make_proposal(make_advisory(state=State.PUBLIC))


def test_what_is_exploited_gets_no_new_date_and_keeps_the_agreed_one(advisory: Advisory, team: User) -> None:
    embargo = make_embargo(advisory, team)
    negotiating.note_out(embargo, Out.EXPLOITED, by=team)
    with pytest.raises(AlreadyOut):
        make_proposal(advisory, 20)
    assert Embargo.of(advisory).is_in_force


def test_what_was_only_proposed_falls_away_when_the_issue_is_out(advisory: Advisory, team: User) -> None:
    make_proposal(advisory)
    negotiating.note_out(Embargo.of(advisory), Out.PUBLIC, by=team)
    assert Embargo.of(advisory).state == EmbargoState.NONE.value
    assert not Proposal.objects.open().exists()


def test_what_was_proposed_before_it_came_out_is_not_agreed_on_after(advisory: Advisory, team: User) -> None:
    make_embargo(advisory, team)
    later = make_proposal(advisory, 20)
    negotiating.note_out(Embargo.of(advisory), Out.PUBLIC, by=team)
    with pytest.raises(AlreadyOut):
        negotiating.accept(later, by=team)


@pytest.mark.parametrize(("reason", "out"), [(EndReason.LEAKED, "public"), (EndReason.EXPLOITED, "exploited"),
                                            (EndReason.AGREED_EARLIER, ""), (EndReason.OUTSIDE_CLOCK, "")])  # fmt: skip
def test_an_early_end_keeps_its_reason(advisory: Advisory, team: User, reason: EndReason, out: str) -> None:
    embargo = make_embargo(advisory, team)
    open_one = make_proposal(advisory, 30)
    negotiating.end(Embargo.of(advisory), reason, by=team)
    embargo.refresh_from_db()
    open_one.refresh_from_db()
    assert (embargo.state, embargo.reason, embargo.out) == ("ended", reason.value, out)
    assert embargo.ended_at is not None
    assert open_one.state == ProposalState.WITHDRAWN


def test_an_embargo_ends_once(advisory: Advisory, team: User) -> None:
    negotiating.end(make_embargo(advisory, team), EndReason.LEAKED, by=team)
    with pytest.raises(EmbargoStepNotAllowed):
        negotiating.end(Embargo.of(advisory), EndReason.EXPLOITED, by=team)


def test_an_end_that_has_not_come_was_not_reached(advisory: Advisory, team: User) -> None:
    with pytest.raises(NotReachedYet):
        negotiating.end(make_embargo(advisory, team), EndReason.REACHED, by=team)


def test_every_step_is_on_the_record_and_holds_no_word_and_no_date(advisory: Advisory, team: User) -> None:
    proposal = make_proposal(advisory, reason="Unspeakable reason")
    negotiating.accept(proposal, by=team)
    negotiating.end(Embargo.of(advisory), EndReason.LEAKED, by=team)
    assert kinds() == ["embargo-proposed", "embargo-agreed", "embargo-ended"]
    details = str(list(Event.objects.values_list("detail", flat=True)))
    assert "Unspeakable" not in details
    assert str(proposal.end_at.year) not in details


def test_finders_are_told_by_letters_that_name_no_date(advisory: Advisory, team: User) -> None:
    make_accepted_report(advisory, team)
    make_proposal(advisory)
    letter = OutgoingMail.objects.get(kind=Notice.DATES)
    assert (letter.to_address, letter.get_kind_display()) == ("ada@research.example", "Something has changed")


def test_whoever_makes_a_change_is_not_told_of_it(advisory: Advisory, team: User) -> None:
    own = make_accepted_report(advisory, team)
    make_accepted_report(advisory, team, address="ben@research.example")
    make_proposal(advisory, party=Party.finder(own))
    assert [letter.to_address for letter in OutgoingMail.objects.filter(kind=Notice.DATES)] == ["ben@research.example"]


def test_the_finder_of_a_duplicate_has_a_say(advisory: Advisory, team: User) -> None:
    original = make_accepted_report(advisory, team)
    second = make_report_of(original, team)
    make_proposal(advisory)
    assert set(OutgoingMail.objects.filter(kind=Notice.DATES).values_list("report", flat=True)) == {
        original.pk,
        second.pk,
    }


def test_the_finder_of_what_was_turned_down_has_none(advisory: Advisory, team: User) -> None:
    report = make_accepted_report(advisory, team)
    triage.decide(report, ReportState.TRIAGING, by=team, grounds="New facts.")
    triage.decide(report, ReportState.INVALID, by=team, grounds="It cannot happen.")
    make_proposal(advisory)
    assert letters() == 0


def test_facts_follow_the_embargo(advisory: Advisory, team: User) -> None:
    assert negotiating.embargo_facts(advisory) == EmbargoFacts()
    assert not Embargo.objects.exists()
    embargo = make_embargo(advisory, team)
    assert negotiating.embargo_facts(advisory) == EmbargoFacts(EmbargoState.ACTIVE, embargo.end_at)
    negotiating.note_out(embargo, Out.PUBLIC, by=team)
    assert negotiating.embargo_facts(advisory).is_out


def test_an_advisory_that_readers_see_is_out(db: None) -> None:
    assert negotiating.embargo_facts(make_advisory(state=State.PUBLIC)).is_out


def test_an_end_is_announced_only_where_the_policy_announces_dates(advisory: Advisory, team: User) -> None:
    embargo = make_embargo(advisory, team)
    assert negotiating.announced_end(advisory, Policy("SSA")) is None
    assert negotiating.announced_end(advisory, Policy("SSA", announced=frozenset({Announced.NUMBERS}))) is None
    dates = Policy("SSA", announced=frozenset({Announced.DATES}))
    assert negotiating.announced_end(advisory, dates) == embargo.end_at


def test_a_proposed_end_is_never_announced(advisory: Advisory) -> None:
    make_proposal(advisory)
    assert negotiating.announced_end(advisory, Policy("SSA", announced=frozenset({Announced.DATES}))) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "active"},
        {"state": "ended", "end_at": datetime(2030, 1, 1, tzinfo=UTC)},
        {"state": "none", "end_at": datetime(2030, 1, 1, tzinfo=UTC)},
        {"state": "asleep"},
        {"reason": "leaked"},
        {"out": "perhaps"},
    ],
)
def test_the_database_refuses_an_embargo_that_contradicts_itself(advisory: Advisory, wrong: dict[str, object]) -> None:
    Embargo.of(advisory)
    with pytest.raises(IntegrityError), transaction.atomic():
        Embargo.objects.update(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "accepted"},
        {"state": "open", "closed_at": datetime(2030, 1, 1, tzinfo=UTC)},
        {"answer_by": datetime(2099, 1, 1, tzinfo=UTC)},
        {"side": "guest"},
        {"side": "finder"},
    ],
)
def test_the_database_refuses_a_proposal_that_contradicts_itself(advisory: Advisory, wrong: dict[str, object]) -> None:
    make_proposal(advisory)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.update(**wrong)
