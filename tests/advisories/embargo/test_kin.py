"""Embargoes of what is merged or split: dates, proposals, clocks and consents go along."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from advisories import numbering
from advisories.embargo import consenting, negotiating, outside_clocks
from advisories.embargo.outside_clocks import Began
from advisories.embargo.rules import EndReason
from advisories.models import Advisory, Embargo, Party, Verdict
from tests.make import make_accepted_report, make_advisory, make_embargo, make_guest, make_proposal

DAY = timedelta(days=1)


@pytest.fixture
def first(db: None) -> Advisory:
    return make_advisory()


@pytest.fixture
def second(db: None) -> Advisory:
    return make_advisory()


def test_the_earliest_end_stands_for_what_is_merged(first: Advisory, second: Advisory, team: User) -> None:
    make_embargo(first, team, 20)
    shorter = make_embargo(second, team, 10)
    joint = negotiating.merged_into(first, [second], by=team)
    assert joint.end_at == shorter.end_at
    assert Embargo.of(second) == joint


def test_an_end_that_all_agreed_on_takes_the_place_of_both(first: Advisory, second: Advisory, team: User) -> None:
    make_embargo(first, team, 20)
    make_embargo(second, team, 10)
    end_at = timezone.now() + 15 * DAY
    assert negotiating.merged_into(first, [second], by=team, renegotiated_end_at=end_at).end_at == end_at


def test_open_proposals_and_their_answers_move_along(first: Advisory, second: Advisory, team: User) -> None:
    make_embargo(first, team, 10)
    guest = Party.guest(make_guest(second))
    proposal = make_proposal(second, 30)
    negotiating.answer(proposal, Verdict.DECLINE, party=guest)
    joint = negotiating.merged_into(first, [second], by=team)
    moved = joint.proposals.open().get()
    assert joint.state == "under revision"
    assert (moved.pk, moved.answers.filter(verdict=Verdict.DECLINE).count()) == (proposal.pk, 1)


def test_where_one_has_ended_both_have(first: Advisory, second: Advisory, team: User) -> None:
    make_embargo(first, team)
    negotiating.end(make_embargo(second, team), EndReason.LEAKED, by=team)
    joint = negotiating.merged_into(first, [second], by=team)
    assert (joint.state, joint.reason, joint.out) == ("ended", "leaked", "public")


def test_of_two_clocks_of_one_kind_the_earlier_runs_on(first: Advisory, second: Advisory, team: User) -> None:
    now = timezone.now()
    outside_clocks.start(first, "linux-distros", Began(now - DAY), by=team)
    earlier = outside_clocks.start(second, "linux-distros", Began(now - 3 * DAY), by=team)
    joint = negotiating.merged_into(first, [second], by=team)
    assert [clock.pk for clock in joint.clocks.running()] == [earlier.pk]


def test_whoever_signed_another_date_is_asked_anew(first: Advisory, second: Advisory, team: User) -> None:
    make_accepted_report(first, team)
    make_embargo(first, team, 20)
    longer = Embargo.of(first)
    consent = longer.consents.get(side="finder")
    consenting.sign(consent, "silent-1", consent.asked_end_at, by=None)
    make_embargo(second, team, 10)
    negotiating.merged_into(first, [second], by=team)
    consent.refresh_from_db()
    assert (consent.standing, consent.asked_end_at) == ("lapsed", Embargo.of(first).end_at)
    assert consent.is_bound


def test_the_finder_of_what_was_merged_away_keeps_a_say(first: Advisory, second: Advisory, team: User) -> None:
    report = make_accepted_report(second, team)
    make_embargo(first, team)
    joint = negotiating.merged_into(first, [second], by=team)
    assert Embargo.objects.told_to_finder(report).get() == joint
    assert joint.consents.filter(report=report).exists()


def test_what_was_merged_twice_leads_to_the_last(first: Advisory, second: Advisory, team: User) -> None:
    third = make_advisory()
    make_embargo(first, team)
    negotiating.merged_into(second, [first], by=team)
    joint = negotiating.merged_into(third, [second], by=team)
    assert Embargo.of(first) == Embargo.of(second) == joint


def test_each_child_of_a_split_has_the_end_and_negotiates_alone(first: Advisory, second: Advisory, team: User) -> None:
    agreed = make_embargo(first, team, 10)
    make_proposal(first, 30)
    negotiating.split_to(first, [second], by=team)
    child = Embargo.of(second)
    assert (child.end_at, child.state) == (agreed.end_at, "under revision")
    negotiating.reject(child.proposals.open().get(), by=team)
    assert Embargo.of(first).state == "under revision"
    assert Embargo.of(second).state == "active"


def test_clocks_and_consents_are_kept_by_each_child(first: Advisory, second: Advisory, team: User) -> None:
    make_embargo(first, team)
    outside_clocks.start(first, "ninety-days", Began(timezone.now() - DAY), by=team)
    negotiating.split_to(first, [second], by=team)
    for advisory in (first, second):
        assert Embargo.of(advisory).clocks.running().count() == 1
        assert Embargo.of(advisory).consents.get(side="team").standing == "signatory"


def test_merging_an_advisory_merges_its_embargo(first: Advisory, second: Advisory, team: User) -> None:
    shorter = make_embargo(second, team, 10)
    make_embargo(first, team, 20)
    numbering.merge(second, first, because="The same flaw.", by=team)
    assert Embargo.of(second).advisory == first
    assert Embargo.of(first).end_at == shorter.end_at


def test_what_is_split_off_is_under_the_same_embargo(first: Advisory, team: User) -> None:
    agreed = make_embargo(first, team, 10)
    child = numbering.split(
        first, title="Another part", sections=(), reports=(), identifiers=(), with_affected=False, by=team
    )
    assert Embargo.of(child).end_at == agreed.end_at
