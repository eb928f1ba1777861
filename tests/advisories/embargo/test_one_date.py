"""The instant of a release and the agreed ends of what is in it: one date, through whichever door it is moved."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from advisories import numbering
from advisories.embargo import agreeing, consenting, negotiating, one_date, outside_clocks
from advisories.embargo.consents import SILENT, Standing
from advisories.embargo.negotiating import NotTheShortest
from advisories.embargo.outside_clocks import Began, BreaksClocks, Confirmed
from advisories.lifecycle import State
from advisories.models import Advisory, Consent, Embargo, Event, Overrun, Party, Proposal, ProposalState, Side
from advisories.policies import current_policy
from advisories.release import scheduling
from advisories.release.batching import BatchState
from tests.make import (
    make_accepted_report,
    make_advisory,
    make_embargo,
    make_guest,
    make_proposal,
    make_publication,
)

DAY = timedelta(days=1)


@pytest.fixture
def agreed_at(advisory: Advisory, team: User) -> datetime:
    """The end that is agreed for `advisory`."""
    make_accepted_report(advisory, team)
    end_at = make_embargo(advisory, team).end_at
    assert end_at
    consent = Consent.objects.get(side=Side.FINDER)
    consenting.sign(consent, SILENT.version, end_at, by=None)
    return end_at


@pytest.fixture
def advisory(db: None) -> Advisory:
    return make_advisory(state=State.READY)


@pytest.fixture
def other(db: None) -> Advisory:
    return make_advisory(state=State.READY)


def test_a_release_that_moves_takes_the_agreed_end_along_and_the_finder_is_asked_again(
    advisory: Advisory, agreed_at: datetime, team: User
) -> None:
    batch = scheduling.plan([advisory], agreed_at, by=team)
    assert [(one.end_at, one.asked_again) for one in one_date.bound_to([advisory])] == [(agreed_at, 1)]
    scheduling.move(batch, agreed_at + DAY, reason="A partner asked.", by=team)
    assert Embargo.of(advisory).end_at == batch.planned_at == agreed_at + DAY
    consent = Consent.objects.get(side=Side.FINDER)
    assert (consent.standing, consent.asked_end_at) == (Standing.LAPSED, agreed_at + DAY)
    assert Proposal.objects.get(end_at=agreed_at + DAY).reason == "A partner asked."


def test_an_end_that_was_proposed_already_is_the_one_that_is_agreed_when_the_release_moves_there(
    advisory: Advisory, agreed_at: datetime, team: User
) -> None:
    batch = scheduling.plan([advisory], agreed_at, by=team)
    finder = Party.finder(advisory.reports.get())
    proposal = make_proposal(advisory, 20, party=finder)
    scheduling.move(batch, proposal.end_at, reason="As the finder asks.", by=team)
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.ACCEPTED
    assert Consent.objects.get(side=Side.FINDER).standing == Standing.SIGNATORY, "they had agreed to exactly this"


def test_a_release_is_not_moved_past_a_sooner_end_that_somebody_has_proposed(
    advisory: Advisory, agreed_at: datetime, team: User
) -> None:
    batch = scheduling.plan([advisory], agreed_at, by=team)
    make_proposal(advisory, 16)
    with pytest.raises(NotTheShortest):
        scheduling.move(batch, agreed_at + 9 * DAY, reason="Later.", by=team)
    batch.refresh_from_db()
    assert (batch.planned_at, batch.moves.count(), Embargo.of(advisory).end_at) == (agreed_at, 0, agreed_at)


def test_a_release_of_one_follows_the_end_that_is_agreed(advisory: Advisory, agreed_at: datetime, team: User) -> None:
    batch = scheduling.plan([advisory], agreed_at, by=team)
    proposal = make_proposal(advisory, 20)
    assert agreeing.agree(proposal, by=team) is None
    batch.refresh_from_db()
    assert batch.planned_at == Embargo.of(advisory).end_at == proposal.end_at
    assert batch.moves.get().reason == "Another end of the embargo was agreed."


def test_a_release_of_several_waits_for_a_decision_and_moves_with_one_action(
    advisory: Advisory, other: Advisory, agreed_at: datetime, team: User
) -> None:
    batch = scheduling.plan([advisory, other], agreed_at, by=team)
    proposal = make_proposal(advisory, 20)
    assert agreeing.agree(proposal, by=team) == batch
    batch.refresh_from_db()
    assert batch.planned_at == agreed_at
    scheduling.move(batch, agreed_at, reason="The others cannot wait.", by=team)
    assert Embargo.of(advisory).end_at == agreed_at
    assert batch.moves.count() == 0, "the release stayed where it was"


def test_what_leaves_a_release_takes_its_agreed_end_to_the_other_date(
    advisory: Advisory, other: Advisory, agreed_at: datetime, team: User
) -> None:
    batch = scheduling.plan([advisory, other], agreed_at, by=team)
    made = scheduling.split(batch, [advisory], agreed_at + 3 * DAY, reason="Not ready.", by=team)
    assert Embargo.of(advisory).end_at == made.planned_at == agreed_at + 3 * DAY


def test_a_release_that_breaks_a_clock_is_planned_with_a_reason_that_is_kept(advisory: Advisory, team: User) -> None:
    rule = current_policy().clocks[0]
    clock = outside_clocks.start(advisory, rule.key, Began(timezone.now()), by=team)
    late = timezone.now() + 400 * DAY
    with pytest.raises(BreaksClocks):
        scheduling.plan([advisory], late, by=team)
    with pytest.raises(BreaksClocks):
        scheduling.plan([advisory], late, by=team, confirmed=Confirmed(frozenset({clock.pk}), " "))
    confirmed = Confirmed(frozenset({clock.pk}), "The list has agreed.")
    batch = scheduling.plan([advisory], late, by=team, confirmed=confirmed)
    row = Overrun.objects.get()
    assert (row.batch, row.planned_at, row.clock, row.reason, row.by) == (
        batch, late, clock, "The list has agreed.", team,
    )  # fmt: skip
    assert Event.objects.about(advisory).get(kind="clocks-overridden").detail == {
        "batch": str(batch.pk),
        "clocks": [str(clock.pk)],
    }
    assert list(Overrun.objects.visible_to(team)) == [row]
    assert not Overrun.objects.visible_to(make_guest(advisory)).exists()


def test_another_issue_of_what_is_public_breaks_no_clock(advisory: Advisory, agreed_at: datetime, team: User) -> None:
    outside_clocks.start(advisory, current_policy().clocks[0].key, Began(timezone.now()), by=team)
    make_publication(advisory, timezone.now())
    advisory.refresh_from_db()
    batch = scheduling.plan([advisory], timezone.now() + 400 * DAY, by=team)
    scheduling.move(batch, batch.planned_at + DAY, reason="A partner asked.", by=team)
    assert not Overrun.objects.exists()


def test_a_clock_that_a_moved_release_breaks_is_kept_once_with_the_end_that_followed(
    advisory: Advisory, agreed_at: datetime, team: User
) -> None:
    batch = scheduling.plan([advisory], agreed_at, by=team)
    clock = outside_clocks.start(advisory, current_policy().clocks[0].key, Began(timezone.now()), by=team)
    late, confirmed = agreed_at + 400 * DAY, Confirmed(frozenset({clock.pk}), "The list has agreed.")
    scheduling.move(batch, late, reason="Later.", by=team, confirmed=confirmed)
    row = Overrun.objects.get()
    assert row.proposal is not None
    assert (row.batch, row.proposal.end_at, row.reason) == (None, late, "The list has agreed.")


@pytest.mark.parametrize("way", ["unused", "merged", "taken out"])
def test_a_release_that_lost_its_only_advisory_is_cancelled_with_the_reason(
    advisory: Advisory, other: Advisory, team: User, way: str
) -> None:
    advisory = make_advisory(state=State.DRAFTING)
    batch = scheduling.plan([advisory], timezone.now() + 7 * DAY, by=team)
    if way == "unused":
        numbering.mark_unused(advisory, because="It was a bug of another project.", by=team)
    elif way == "merged":
        numbering.merge(advisory, other, because="It was a bug of another project.", by=team)
    else:
        scheduling.remove(batch, advisory, by=team)
    batch.refresh_from_db()
    assert batch.state == BatchState.CANCELLED
    assert batch.cancelled_for.startswith(f"{advisory}, the only one in it, ")
    assert way == "taken out" or "another project" in batch.cancelled_for
    assert Event.objects.about(batch).filter(kind="batch-cancelled").exists()
    assert batch.entries.get().left_at


def test_an_agreed_end_that_is_another_date_voids_what_is_armed(
    advisory: Advisory, other: Advisory, agreed_at: datetime, team: User
) -> None:
    from advisories.models import Batch
    from advisories.models.arming import Arming

    batch = scheduling.plan([advisory, other], agreed_at, by=team)
    Arming.objects.create(batch=batch, digest="0" * 64, public_at=agreed_at)
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.ARMED)
    negotiating.accept(make_proposal(advisory, 20), by=team)
    batch.refresh_from_db()
    assert batch.state == BatchState.FROZEN
    assert Arming.objects.get().void_reason == "Another end of the embargo was agreed"
