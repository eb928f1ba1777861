"""Outside clocks on rows: what a date breaks is confirmed before it is saved, and the desk is warned in time."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Role, User
from advisories.calendar.clocks import FixedEnd
from advisories.embargo import negotiating, outside_clocks
from advisories.embargo.negotiating import End
from advisories.embargo.outside_clocks import Began, BreaksClocks, Confirmed, UnknownClock, warnings_for
from advisories.embargo.rules import EndNotAhead
from advisories.models import Advisory, Embargo, Event, Overrun, Party, Proposal, StaleEmbargo, StartedClock
from advisories.policy import Policy
from tests.make import make_accepted_report, make_advisory, make_embargo, make_guest, make_proposal, make_user

DAY = timedelta(days=1)


@pytest.fixture
def team(db: None) -> User:
    return make_user("security@sluice.example", Role.SECURITY)


@pytest.fixture
def advisory(db: None) -> Advisory:
    return make_advisory()


def start(advisory: Advisory, team: User, days_ago: float = 1, rule: str = "linux-distros") -> StartedClock:
    return outside_clocks.start(advisory, rule, Began(timezone.now() - days_ago * DAY), by=team)


def sentences(viewer: User) -> list[str]:
    return [warning.sentence for warning in warnings_for(viewer, Policy("SSA"))]


def test_a_date_that_breaks_a_clock_is_not_saved_unconfirmed(advisory: Advisory, team: User) -> None:
    clock = start(advisory, team)
    with pytest.raises(BreaksClocks) as warning:
        make_proposal(advisory, 20, party=Party.team(team))
    assert [one.clock_id for one in warning.value.broken] == [clock.pk]
    assert "openwall" in warning.value.broken[0].source
    assert not Proposal.objects.exists()


def test_confirming_takes_every_clock_and_a_reason(advisory: Advisory, team: User) -> None:
    first, second = start(advisory, team), start(advisory, team, rule="kernel-security")
    end = End(timezone.now() + 20 * DAY)
    for half in (Confirmed(frozenset({first.pk}), "Because."), Confirmed(frozenset({first.pk, second.pk}), " ")):
        with pytest.raises(BreaksClocks):
            negotiating.propose(advisory, end, party=Party.team(team), confirmed=half)
    whole = Confirmed(frozenset({first.pk, second.pk}), "They agreed.")
    negotiating.propose(advisory, end, party=Party.team(team), confirmed=whole)
    assert set(Overrun.objects.values_list("clock", "reason", "by")) == {
        (clock.pk, "They agreed.", team.pk) for clock in (first, second)
    }
    assert Event.objects.get(kind="clocks-overridden").detail["clocks"] == [str(first.pk), str(second.pk)]


def test_a_clock_that_started_since_is_asked_about_before_agreeing(advisory: Advisory, team: User) -> None:
    proposal = make_proposal(advisory, 20)
    clock = start(advisory, team)
    with pytest.raises(BreaksClocks):
        negotiating.accept(proposal, by=team)
    negotiating.accept(proposal, by=team, confirmed=Confirmed(frozenset({clock.pk}), "They agreed."))
    assert Embargo.of(advisory).is_in_force


def test_a_finder_proposes_without_learning_of_clocks(advisory: Advisory, team: User) -> None:
    start(advisory, team)
    report = make_accepted_report(advisory, team)
    assert make_proposal(advisory, 20, party=Party.finder(report)).pk
    assert not Overrun.objects.exists()


def test_whoever_fixed_an_end_is_broken_by_any_other(advisory: Advisory, team: User) -> None:
    end_at = timezone.now() + 10 * DAY
    outside_clocks.fix(advisory, FixedEnd("A hardware vendor", end_at, "their mail"), by=team)
    for days in (9, 11):
        with pytest.raises(BreaksClocks, match="breaks"):
            make_proposal(advisory, days, party=Party.team(team))
    negotiating.propose(advisory, End(end_at), party=Party.team(team))


def test_starting_a_clock_shows_to_whoever_was_about_to_agree(advisory: Advisory, team: User) -> None:
    make_proposal(advisory)
    seen = Embargo.of(advisory)
    start(advisory, team)
    with pytest.raises(StaleEmbargo):
        seen.write(seen.value())


def test_a_clock_runs_once(advisory: Advisory, team: User) -> None:
    start(advisory, team)
    with pytest.raises(UnknownClock):
        start(advisory, team)


def test_a_clock_taken_back_may_start_again_and_stays_on_the_record(advisory: Advisory, team: User) -> None:
    clock = start(advisory, team)
    assert outside_clocks.stop(clock, by=team)
    assert not outside_clocks.stop(clock, by=team)
    start(advisory, team)
    assert StartedClock.objects.count() == 2


def test_a_clock_the_policy_does_not_have_does_not_start(advisory: Advisory, team: User) -> None:
    with pytest.raises(UnknownClock):
        start(advisory, team, rule="sundial")


def test_a_clock_does_not_start_in_the_future(advisory: Advisory, team: User) -> None:
    with pytest.raises(EndNotAhead):
        start(advisory, team, days_ago=-1)


def test_a_clock_whose_rule_left_the_policy_is_passed_over(advisory: Advisory, team: User) -> None:
    clock = start(advisory, team)
    assert outside_clocks.broken_by([clock], timezone.now() + 99 * DAY, Policy("SSA", clocks=())) == ()


@pytest.mark.parametrize("wrong", [{"rule_key": ""}, {"owner": "Somebody"}, {"end_at": timezone.now()}])
def test_the_database_refuses_a_clock_that_is_neither_or_both(
    advisory: Advisory, team: User, wrong: dict[str, object]
) -> None:
    start(advisory, team)
    with pytest.raises(IntegrityError), transaction.atomic():
        StartedClock.objects.update(**wrong)


def test_a_limit_that_is_near_is_said_on_the_desk(advisory: Advisory, team: User) -> None:
    start(advisory, team, days_ago=12)
    assert sentences(team) == ["The limit of linux-distros list is reached in 2 days."]


def test_a_limit_that_has_passed_is_said_on_the_desk(advisory: Advisory, team: User) -> None:
    start(advisory, team, days_ago=17)
    assert sentences(team) == ["The limit of linux-distros list was reached 3 days ago."]
    assert warnings_for(team, Policy("SSA"))[0].is_past


def test_an_agreed_end_beyond_a_limit_is_said_on_the_desk(advisory: Advisory, team: User) -> None:
    make_embargo(advisory, team, 30)
    start(advisory, team)
    (sentence,) = sentences(team)
    assert sentence.startswith("The agreed end breaks a clock: linux-distros list allows 14 days")


def test_a_limit_that_is_far_is_not_said(advisory: Advisory, team: User) -> None:
    start(advisory, team)
    assert sentences(team) == []


def test_warnings_are_told_to_those_who_work_on_the_advisory(advisory: Advisory, team: User) -> None:
    start(advisory, team, days_ago=12)
    assert sentences(make_guest(advisory))
    assert not sentences(make_guest(make_advisory(), "other@vendor.example"))
    assert not sentences(make_user("manager@sluice.example", Role.RELEASE_MANAGER))
    assert not warnings_for(AnonymousUser(), Policy("SSA"))
