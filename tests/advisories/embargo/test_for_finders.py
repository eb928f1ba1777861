"""Dates on a finder's private page: agree, decline, propose, promise; and nothing of anybody else's."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from advisories.calendar.clocks import FixedEnd
from advisories.embargo import negotiating, outside_clocks
from advisories.embargo.rules import EndReason
from advisories.models import Advisory, Consent, DoorKind, Embargo, Out, Party, Proposal, Report, ReportDoor
from advisories.reporting import triage
from advisories.reporting.reports import ReportState
from tests.make import (
    make_accepted_report,
    make_advisory,
    make_embargo,
    make_guest,
    make_proposal,
    make_report,
)

DAY = timedelta(days=1)


@pytest.fixture
def report(advisory: Advisory, team: User) -> Report:
    return make_accepted_report(advisory, team)


@pytest.fixture
def finder(db: None) -> Client:
    """A browser without a cookie that checks cross-site tokens as a real one is checked."""
    return Client(enforce_csrf_checks=True)


def door(report: Report) -> str:
    return f"/report/{ReportDoor.open_for(report, DoorKind.PAGE)}/"


def shown(finder: Client, report: Report) -> str:
    return finder.get(door(report)).content.decode()


def typed(days: float = 10, **values: str) -> dict[str, str]:
    at = timezone.now() + days * DAY
    return {"date": f"{at:%Y-%m-%d}", "time": f"{at:%H:%M}", "zone": "UTC", "reason": ""} | values


def duplicate_of(original: Report, team: User) -> Report:
    second = make_report("The same", address="eve@research.example")
    triage.assign(second, team, by=team)
    triage.decide(second, ReportState.DUPLICATE, by=team, grounds="Somebody was first.", duplicate_of=original)
    return second


def test_without_an_advisory_there_is_no_date(finder: Client, db: None) -> None:
    report = make_report()
    assert "Date of publication" not in shown(finder, report)
    assert finder.post(f"{door(report)}dates", typed()).status_code == 404


def test_the_agreed_date_is_shown_in_utc_and_in_its_zone(
    finder: Client, report: Report, advisory: Advisory, team: User
) -> None:
    negotiating.accept(make_proposal(advisory, zone="Asia/Tokyo"), by=team)
    page = shown(finder, report)
    assert f"{Embargo.of(advisory).end_at:%H:%M} UTC" in page
    assert "Asia/Tokyo" in page


@pytest.mark.parametrize("verdict", ["accept", "decline"])
def test_a_finder_answers_a_proposal(finder: Client, report: Report, advisory: Advisory, verdict: str) -> None:
    proposal = make_proposal(advisory)
    finder.post(f"{door(report)}dates/{proposal.pk}/answer", {"verdict": verdict})
    assert proposal.answers.get(side="finder").verdict == verdict


def test_a_finder_proposes_another_date_instead(finder: Client, report: Report, advisory: Advisory) -> None:
    proposal = make_proposal(advisory, 30)
    finder.post(f"{door(report)}dates", typed(10, instead_of=str(proposal.pk), reason="I give a talk"))
    counter = Proposal.objects.get(side="finder")
    assert proposal.answers.get(side="finder").counter == counter
    assert "I give a talk" in shown(finder, report)


def test_a_finder_takes_a_proposal_back(finder: Client, report: Report, advisory: Advisory) -> None:
    proposal = make_proposal(advisory, party=Party.finder(report))
    finder.post(f"{door(report)}dates/{proposal.pk}/withdraw")
    assert not Proposal.objects.open().exists()


def test_a_finder_takes_nobody_else_s_back(finder: Client, report: Report, advisory: Advisory) -> None:
    proposal = make_proposal(advisory)
    assert finder.post(f"{door(report)}dates/{proposal.pk}/withdraw").status_code == 422
    assert Proposal.objects.open().exists()


def test_a_mistyped_date_comes_back_with_what_was_typed(finder: Client, report: Report) -> None:
    answer = finder.post(
        f"{door(report)}dates", typed(date="2027-03-28", time="02:30", zone="Europe/Berlin", reason="Talk")
    )
    assert answer.status_code == 422
    assert "does not exist" in answer.content.decode()
    assert "Talk" in answer.content.decode()


def test_a_finder_promises_exactly_what_was_shown(
    finder: Client, report: Report, advisory: Advisory, team: User
) -> None:
    make_embargo(advisory, team)
    consent = Consent.objects.get(report=report)
    values = {"says": "sign", "wording": "silent-1", "end_at": consent.asked_end_at.isoformat()}
    assert consent.asked_end_at.isoformat() in shown(finder, report)
    finder.post(f"{door(report)}consent", values)
    consent.refresh_from_db()
    assert consent.standing == "signatory"
    finder.post(f"{door(report)}consent", {"says": "decline"})
    consent.refresh_from_db()
    assert (consent.standing, consent.is_bound) == ("declined", True)


def test_what_is_refused_is_said_on_the_page(finder: Client, report: Report, advisory: Advisory, team: User) -> None:
    embargo = make_embargo(advisory, team)
    negotiating.end(embargo, EndReason.LEAKED, by=team)
    answer = finder.post(f"{door(report)}dates", typed())
    assert answer.status_code == 422
    assert "public or exploited already" in answer.content.decode()


def test_the_finder_of_a_duplicate_has_a_consent_of_their_own(
    finder: Client, report: Report, advisory: Advisory, team: User
) -> None:
    second = duplicate_of(report, team)
    make_embargo(advisory, team)
    consent = Consent.objects.get(report=second)
    values = {"says": "sign", "wording": "silent-1", "end_at": consent.asked_end_at.isoformat()}
    finder.post(f"{door(second)}consent", values)
    assert Consent.objects.get(report=second).standing == "signatory"
    assert Consent.objects.get(report=report).standing == "invited"


def test_a_finder_learns_nothing_of_others(finder: Client, report: Report, advisory: Advisory, team: User) -> None:
    guest = make_guest(advisory, "vendor@silicon.example")
    make_proposal(advisory, 20, party=Party.guest(guest), reason="Unspeakable reason")
    make_proposal(advisory, 25, party=Party.finder(duplicate_of(report, team)), reason="Unspeakable too")
    end = FixedEnd("Unspeakable vendor", timezone.now() + 20 * DAY, "Unspeakable mail")
    outside_clocks.fix(advisory, end, by=team, note="Unspeakable note")
    page = shown(finder, report)
    assert page.count("another participant") == 2
    for secret in ("Unspeakable", "silicon", "eve@", advisory.label, advisory.title):
        assert secret not in page


def test_a_finder_of_another_issue_sees_and_moves_nothing(
    finder: Client, report: Report, advisory: Advisory, team: User
) -> None:
    other = make_accepted_report(make_advisory(), team, address="ben@research.example")
    proposal = make_proposal(advisory, 20, zone="Asia/Tokyo")
    assert "Answers until" not in shown(finder, other)
    assert "No date is agreed yet" in shown(finder, other)
    for verb in ("answer", "withdraw"):
        assert finder.post(f"{door(other)}dates/{proposal.pk}/{verb}", {"verdict": "accept"}).status_code == 404
    finder.post(f"{door(other)}dates", typed(instead_of=str(proposal.pk)))
    assert not proposal.answers.filter(side="finder").exists()
    assert finder.post(f"{door(other)}consent", {"says": "decline"}).status_code == 404


def test_a_finder_whose_report_was_turned_down_sees_no_date(
    finder: Client, report: Report, advisory: Advisory, team: User
) -> None:
    make_embargo(advisory, team)
    triage.decide(report, ReportState.TRIAGING, by=team, grounds="New facts.")
    triage.decide(report, ReportState.INVALID, by=team, grounds="It cannot happen.")
    assert "Date of publication" not in shown(finder, report)


def test_a_link_that_was_never_given_opens_nothing(finder: Client, report: Report, advisory: Advisory) -> None:
    proposal = make_proposal(advisory)
    for path in ("dates", f"dates/{proposal.pk}/answer", f"dates/{proposal.pk}/withdraw", "consent"):
        assert finder.post(f"/report/guess/{path}", {"verdict": "accept"}).status_code == 404


def test_what_is_out_takes_no_date_from_a_finder(
    finder: Client, report: Report, advisory: Advisory, team: User
) -> None:
    negotiating.note_out(Embargo.of(advisory), Out.PUBLIC, by=team)
    assert "The issue is out already" in shown(finder, report)


@pytest.mark.parametrize("many", [1, 6])
def test_the_page_takes_the_same_queries_for_one_proposal_and_for_many(
    many: int, finder: Client, report: Report, advisory: Advisory, team: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    make_embargo(advisory, team, 5)
    for days in range(many):
        make_proposal(advisory, 10 + days)
    address = door(report)
    with django_assert_num_queries(QUERIES):
        finder.get(address)


QUERIES = 11
