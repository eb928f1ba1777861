"""The pages of a negotiation: who may do what, dates as people type them, and the warning before a date is saved."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role, User
from advisories.embargo import negotiating, outside_clocks
from advisories.embargo.outside_clocks import Began
from advisories.embargo.reading import negotiation_of, rail_of
from advisories.lifecycle import State
from advisories.models import Advisory, Consent, Embargo, Out, Overrun, Party, Proposal, Seat, StartedClock
from advisories.models.seat import Right
from advisories.policy import Policy
from tests.make import (
    make_accepted_report,
    make_advisory,
    make_embargo,
    make_guest,
    make_proposal,
    make_publication,
    make_user,
)

DAY = timedelta(days=1)
HERE = "/advisories/7/embargo/"


@pytest.fixture
def person(db: None) -> User:
    return make_user("security@sluice.example", Role.SECURITY)


@pytest.fixture
def team(person: User) -> Client:
    return browser(person)


@pytest.fixture
def advisory(db: None) -> Advisory:
    return make_advisory(number=7, state=State.READY)


def browser(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def typed(days: float = 10, **values: str) -> dict[str, str]:
    at = timezone.now() + days * DAY
    return {"date": f"{at:%Y-%m-%d}", "time": f"{at:%H:%M}", "zone": "UTC", "reason": ""} | values


def shown(client: Client, address: str = HERE) -> str:
    return client.get(address).content.decode()


def in_the_next(month: int, day: int) -> str:
    """A day of next year, so that it is always ahead."""
    return f"{timezone.now().year + 1}-{month:02}-{day:02}"


# Who may do what: 404 to those who may not know, 403 to those who may only read, and what each step answers otherwise.

PEOPLE: dict[str, Callable[[Advisory], User | None]] = {
    "stranger": lambda advisory: None,
    "nobody": lambda advisory: make_user("nobody@sluice.example"),
    "operator": lambda advisory: make_user("operator@sluice.example", is_superuser=True),
    "release manager": lambda advisory: make_user("manager@sluice.example", Role.RELEASE_MANAGER),
    "guest of another": lambda advisory: make_guest(make_advisory(), "other@vendor.example"),
    "ended": lambda advisory: ended(advisory),
    "reading guest": lambda advisory: make_guest(advisory, right=Right.READ),
    "guest": lambda advisory: make_guest(advisory),
    "uploading guest": lambda advisory: make_guest(advisory, right=Right.UPLOAD),
    "team": lambda advisory: make_user("member@sluice.example", Role.SECURITY),
    "coordinator": lambda advisory: make_user("coordinator@sluice.example", Role.COORDINATOR),
}
READS = {"reading guest": 200, "guest": 200, "uploading guest": 200, "team": 200, "coordinator": 200}
TAKES_PART = {"reading guest": 403, "guest": 302, "uploading guest": 302, "team": 302, "coordinator": 302}
TEAM_ONLY = {"reading guest": 403, "guest": 403, "uploading guest": 403, "team": 302, "coordinator": 302}
ASKED = {"reading guest": 403, "guest": 404, "uploading guest": 404, "team": 403, "coordinator": 403}
ACTIONS: dict[str, tuple[str, dict[str, str], dict[str, int]]] = {
    "read": ("", {}, READS),
    "propose": ("propose", {"proposed": "yes"}, TAKES_PART),
    "answer": ("proposals/{pk}/answer", {"verdict": "accept"}, TAKES_PART),
    "withdraw": ("proposals/{pk}/withdraw", {"x": ""}, TAKES_PART),
    "agree": ("proposals/{pk}/accept", {"x": ""}, TEAM_ONLY),
    "turn down": ("proposals/{pk}/reject", {"x": ""}, TEAM_ONLY),
    "consent": ("consent", {"says": "decline"}, ASKED),
    "start a clock": ("clocks/start", {"start": "yes"}, TEAM_ONLY),
    "fix an end": ("clocks/fix", {"fix": "yes"}, TEAM_ONLY),
    "stop a clock": ("clocks/{clock}/stop", {"x": ""}, TEAM_ONLY),
    "say it is out": ("out", {"out": "public"}, TEAM_ONLY),
}


def ended(advisory: Advisory) -> User:
    user = make_guest(advisory, "former@vendor.example")
    Seat.objects.filter(user=user).update(until_at=timezone.now())
    return user


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("who", PEOPLE)
def test_everyone_does_what_is_theirs_and_nothing_else(who: str, action: str, advisory: Advisory, person: User) -> None:
    clock = outside_clocks.start(advisory, "ninety-days", Began(timezone.now() - DAY), by=person)
    proposal = make_proposal(advisory, 20)
    path, values, expected = ACTIONS[action]
    user = PEOPLE[who](advisory)
    client = browser(user)
    address = HERE + path.format(pk=proposal.pk, clock=clock.pk)
    data = values | typed() | {f"{form}-{key}": value for form in ("start", "fix") for key, value in typed(-1).items()}
    data |= {"start-rule": "linux-distros", "fix-owner": "A vendor"}
    answer = client.post(address, data) if values else client.get(address)
    outcome = "sign-in" if "/sign-in" in answer.headers.get("Location", "") else answer.status_code
    assert outcome == ("sign-in" if who == "stranger" else expected.get(who, 404))


def test_readers_of_a_published_advisory_see_nothing_of_its_negotiation(advisory: Advisory, person: User) -> None:
    make_embargo(advisory, person)
    make_publication(advisory, timezone.now() - DAY)
    reader = browser(make_user("reader@sluice.example"))
    assert reader.get("/advisories/7/").status_code == 200
    assert reader.get(HERE).status_code == 404


def test_a_proposal_of_another_advisory_is_not_found_here(team: Client, advisory: Advisory) -> None:
    elsewhere = make_proposal(make_advisory())
    for verb in ("accept", "reject", "withdraw", "answer"):
        assert team.post(f"{HERE}proposals/{elsewhere.pk}/{verb}", {"verdict": "accept"}).status_code == 404


# Dates as people type them.


def test_a_date_is_meant_in_its_zone(team: Client, advisory: Advisory) -> None:
    team.post(f"{HERE}propose", typed(date=in_the_next(7, 1), time="14:00", zone="Europe/Berlin"))
    proposal = Proposal.objects.get()
    assert proposal.end_at == datetime(timezone.now().year + 1, 7, 1, 12, 0, tzinfo=UTC)
    page = shown(team)
    assert "1 Jul" in page
    assert "12:00 UTC" in page
    assert "14:00 Europe/Berlin" in page


def test_a_time_that_clocks_skip_is_refused(team: Client, advisory: Advisory) -> None:
    answer = team.post(f"{HERE}propose", typed(date="2027-03-28", time="02:30", zone="Europe/Berlin"))
    assert answer.status_code == 422
    assert "02:30 does not exist on 28 March 2027 in Europe/Berlin" in answer.content.decode()
    assert not Proposal.objects.exists()


def test_of_a_time_that_exists_twice_it_is_asked_which_is_meant(team: Client, advisory: Advisory) -> None:
    twice = typed(date="2027-10-31", time="02:30", zone="Europe/Berlin")
    asked = team.post(f"{HERE}propose", twice)
    assert asked.status_code == 422
    assert "The first, 00:30 UTC" in asked.content.decode()
    assert "The second, 01:30 UTC" in asked.content.decode()
    team.post(f"{HERE}propose", twice | {"fold": "second"})
    assert Proposal.objects.get().end_at == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong",
    [
        {"date": "yesterday"},
        {"time": "25:00"},
        {"zone": "Mars/Olympus"},
        {"date": "2020-01-01"},
        {"date": "0001-01-01", "zone": "Pacific/Auckland"},
        {"date": "9999-12-31", "time": "23:59", "zone": "Pacific/Honolulu"},
        {"answer_days": "40"},
        {"fold": "third"},
    ],
)
def test_what_cannot_be_a_date_comes_back_as_it_was_typed(
    team: Client, advisory: Advisory, wrong: dict[str, str]
) -> None:
    answer = team.post(f"{HERE}propose", typed(reason="My words") | wrong)
    assert answer.status_code == 422
    assert "My words" in answer.content.decode()
    assert not Proposal.objects.exists()


# The warning before a date is saved.


def test_before_saving_a_page_lists_every_clock_the_date_breaks(team: Client, advisory: Advisory, person: User) -> None:
    first = outside_clocks.start(advisory, "linux-distros", Began(timezone.now() - DAY), by=person)
    second = outside_clocks.start(advisory, "kernel-security", Began(timezone.now() - DAY), by=person)
    wanted = typed(30, reason="More time")
    warning = team.post(f"{HERE}propose", wanted)
    page = warning.content.decode()
    assert warning.status_code == 422
    for part in ("Nothing is saved yet", "linux-distros list", "Linux kernel security team", "https://docs.kernel.org"):
        assert part in page
    assert not Proposal.objects.exists()
    half = team.post(f"{HERE}propose", wanted | {"confirming": "1", "clocks": str(first.pk), "despite": "So be it"})
    assert "Tick each clock" in half.content.decode()
    assert not Proposal.objects.exists()
    clocks = [str(first.pk), str(second.pk)]
    without = team.post(f"{HERE}propose", wanted | {"confirming": "1", "clocks": clocks, "despite": ""})
    assert without.status_code == 422
    done = team.post(f"{HERE}propose", wanted | {"confirming": "1", "clocks": clocks, "despite": "So be it"})
    assert done.status_code == 302
    assert Overrun.objects.count() == 2
    assert "So be it" in shown(team)


def test_the_warning_keeps_what_was_typed(team: Client, advisory: Advisory, person: User) -> None:
    outside_clocks.start(advisory, "linux-distros", Began(timezone.now() - DAY), by=person)
    page = team.post(f"{HERE}propose", typed(30, reason="More time")).content.decode()
    assert '<input type="hidden" name="reason" value="More time"' in page


def test_choosing_another_date_on_the_warning_loses_nothing_that_was_typed(
    team: Client, advisory: Advisory, person: User
) -> None:
    clock = outside_clocks.start(advisory, "linux-distros", Began(timezone.now() - DAY), by=person)
    given = typed(30, reason="More time") | {"confirming": "1", "clocks": str(clock.pk), "despite": "So be it"}
    back = team.post(f"{HERE}propose", given | {"another": "date"})
    page = back.content.decode()
    assert (back.status_code, Proposal.objects.exists()) == (200, False)
    assert all(said in page for said in ("More time</textarea>", 'name="despite" value="So be it"'))
    again = team.post(f"{HERE}propose", typed(40, reason="More time") | {"despite": "So be it"}).content.decode()
    assert again.count("So be it") == 1, "the warning of the other date begins with what was typed on the first"


def test_agreeing_shows_the_clocks_and_asks(team: Client, advisory: Advisory, person: User) -> None:
    proposal = make_proposal(advisory, 30)
    clock = outside_clocks.start(advisory, "linux-distros", Began(timezone.now() - DAY), by=person)
    address = f"{HERE}proposals/{proposal.pk}/accept"
    assert "linux-distros list allows 14 days" in shown(team, address)
    assert team.post(address).status_code == 422
    assert not Embargo.of(advisory).is_in_force
    # Whatever a browser sends beside it: PostgreSQL keeps no text with NUL, and takes no such number.
    sent = [str(clock.pk), "9" * 5000]
    team.post(address, {"confirming": "1", "clocks": sent, "despite": "They\0 agreed."})
    assert Embargo.of(advisory).is_in_force


# What the page shows.


def test_the_page_shows_the_shortest_first_with_everyone_s_answers(
    team: Client, advisory: Advisory, person: User
) -> None:
    make_accepted_report(advisory, person)
    guest = make_guest(advisory)
    longer, shorter = make_proposal(advisory, 30), make_proposal(advisory, 10, party=Party.guest(guest))
    page = negotiation_of(advisory, person, Policy("SSA"))
    assert [(one.pk, one.is_shortest) for one in page.proposals] == [(shorter.pk, True), (longer.pk, False)]
    answers = [(answer.who, answer.label) for answer in page.proposals[0].answers]
    assert answers[0] == (str(guest), "Agrees")
    assert ("Ada Finder (finder)", "No answer yet") in answers


def test_a_guest_is_not_told_who_found_it(advisory: Advisory, person: User) -> None:
    make_accepted_report(advisory, person)
    make_proposal(advisory)
    assert "Ada Finder" not in shown(browser(make_guest(advisory)))


def test_a_guest_answers_and_consents_to_what_the_page_showed(team: Client, advisory: Advisory) -> None:
    guest = make_guest(advisory)
    client = browser(guest)
    proposal = make_proposal(advisory)
    client.post(f"{HERE}proposals/{proposal.pk}/answer", {"verdict": "decline"})
    team.post(f"{HERE}proposals/{proposal.pk}/accept")
    consent = Consent.objects.get(side="guest")
    assert consent.standing == "invited"
    end_at = f"{consent.asked_end_at:%Y-%m-%dT%H:%M:%S.%f%z}"
    assert consent.asked_end_at.isoformat() in shown(client)
    client.post(f"{HERE}consent", {"says": "sign", "wording": "silent-1", "end_at": end_at})
    consent.refresh_from_db()
    assert consent.standing == "signatory"


def test_consent_to_what_the_page_did_not_show_is_refused(advisory: Advisory, person: User) -> None:
    client = browser(make_guest(advisory))
    make_embargo(advisory, person)
    values = {"says": "sign", "wording": "silent-1", "end_at": "2030-01-01T00:00:00+00:00"}
    answer = client.post(f"{HERE}consent", values, follow=True)
    assert "has changed since you read it" in answer.content.decode()


def test_what_is_out_takes_no_proposal_and_says_what_to_do(team: Client, advisory: Advisory, person: User) -> None:
    negotiating.note_out(make_embargo(advisory, person), Out.EXPLOITED, by=person)
    page = shown(team)
    assert "The issue is exploited already" in page
    assert "End the embargo and publish" in page
    assert 'embargo/propose"' not in page
    answer = team.post(f"{HERE}propose", typed())
    assert answer.status_code == 422
    assert not Proposal.objects.open().exists()


def test_who_comes_second_is_told_and_changes_nothing(team: Client, advisory: Advisory, person: User) -> None:
    proposal = make_proposal(advisory)
    negotiating.reject(proposal, by=person)
    answer = team.post(f"{HERE}proposals/{proposal.pk}/reject", follow=True)
    assert "not open any more" in answer.content.decode()


def test_a_clock_is_started_and_taken_back(team: Client, advisory: Advisory) -> None:
    values = {f"start-{key}": value for key, value in typed(-1).items()} | {"start-rule": "ninety-days"}
    team.post(f"{HERE}clocks/start", values)
    assert "90 days from the report" in shown(team)
    team.post(f"{HERE}clocks/{StartedClock.objects.get().pk}/stop")
    assert not StartedClock.objects.running().exists()


def test_a_fixed_end_that_the_agreed_one_breaks_is_marked(team: Client, advisory: Advisory, person: User) -> None:
    make_embargo(advisory, person, 14)
    values = {f"fix-{key}": value for key, value in typed(20).items()} | {"fix-owner": "A hardware vendor"}
    team.post(f"{HERE}clocks/fix", values)
    page = shown(team)
    assert "The agreed end breaks 1 outside clock" in page
    assert "A hardware vendor" in page


def test_the_rail_is_for_those_who_work_on_it(advisory: Advisory, person: User) -> None:
    policy = Policy("SSA")
    assert rail_of(advisory, make_user("manager@sluice.example", Role.RELEASE_MANAGER), policy) is None
    empty = rail_of(advisory, person, policy)
    assert empty is not None
    assert (empty.state, empty.end) == ("none", None)
    embargo = make_embargo(advisory, person)
    make_proposal(advisory, 30)
    rail = rail_of(advisory, make_guest(advisory), policy)
    assert rail is not None
    assert rail.end is not None
    assert (rail.end.at, rail.open_proposals) == (embargo.end_at, 1)


@pytest.mark.parametrize("many", [1, 6])
def test_the_page_takes_the_same_queries_for_one_proposal_and_for_many(
    many: int, team: Client, advisory: Advisory, person: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_accepted_report(advisory, person)
    guest = make_guest(advisory)
    make_embargo(advisory, person, 5)
    for days in range(many):
        make_proposal(advisory, 10 + days, party=Party.guest(guest))
    outside_clocks.start(advisory, "ninety-days", Began(timezone.now() - DAY), by=person)
    with django_assert_num_queries(QUERIES):
        team.get(HERE)


QUERIES = 21
