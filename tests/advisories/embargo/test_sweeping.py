"""What time does: proposals run out, what was published is over. Running it twice does no harm."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Role, User
from advisories.embargo import sweeping
from advisories.models import Advisory, Embargo, Event, Notice, OutgoingMail, Proposal, ProposalState
from tests.make import make_accepted_report, make_advisory, make_embargo, make_proposal, make_publication, make_user

DAY = timedelta(days=1)


@pytest.fixture
def team(db: None) -> User:
    return make_user("security@sluice.example", Role.SECURITY)


@pytest.fixture
def advisory(db: None) -> Advisory:
    return make_advisory()


def test_silence_lets_a_proposal_expire_once(advisory: Advisory, team: User) -> None:
    make_accepted_report(advisory, team)
    proposal = make_proposal(advisory, 30)
    OutgoingMail.objects.all().delete()
    later = proposal.answer_by + timedelta(seconds=1)
    assert sweeping.sweep(now=later) == 1
    assert sweeping.sweep(now=later) == 0
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.EXPIRED
    assert Embargo.of(advisory).state == "none"
    assert Event.objects.filter(kind="embargo-expired").count() == 1
    assert OutgoingMail.objects.filter(kind=Notice.DATES).count() == 1


def test_a_revision_that_expires_leaves_the_agreed_end(advisory: Advisory, team: User) -> None:
    agreed = make_embargo(advisory, team, 60)
    later = make_proposal(advisory, 90)
    sweeping.sweep(now=later.answer_by)
    embargo = Embargo.of(advisory)
    assert (embargo.state, embargo.end_at) == ("active", agreed.end_at)


def test_a_proposal_with_time_left_stays(advisory: Advisory) -> None:
    short = make_proposal(advisory, 30, answer_by=timezone.now() + DAY)
    make_proposal(advisory, 30, answer_by=timezone.now() + 5 * DAY)
    sweeping.sweep(now=timezone.now() + 2 * DAY)
    assert list(Proposal.objects.open().values_list("pk", flat=True)) != [short.pk]
    assert Proposal.objects.open().count() == 1


def test_what_is_published_at_its_end_has_reached_it(advisory: Advisory, team: User) -> None:
    embargo = make_embargo(advisory, team)
    past = timezone.now() - timedelta(minutes=1)
    Embargo.objects.update(end_at=past)
    make_publication(advisory, past)
    assert sweeping.sweep() == 1
    assert sweeping.sweep() == 0
    embargo.refresh_from_db()
    assert (embargo.state, embargo.reason) == ("ended", "reached")


def test_what_is_published_sooner_was_agreed_earlier(advisory: Advisory, team: User) -> None:
    embargo = make_embargo(advisory, team)
    make_publication(advisory, timezone.now() - DAY)
    sweeping.sweep()
    embargo.refresh_from_db()
    assert embargo.reason == "agreed earlier"


def test_an_end_that_was_reached_without_publication_goes_on(advisory: Advisory, team: User) -> None:
    make_embargo(advisory, team)
    Embargo.objects.update(end_at=timezone.now() - DAY)
    sweeping.sweep()
    assert Embargo.of(advisory).is_in_force
