"""Triage: the queue with its clocks, what the team does with a report, likely duplicates, and who may do any of it."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Role, User
from advisories.models import Advisory, Credit, Event, Message, Notice, OutgoingMail, Report
from advisories.policy import Urgency
from advisories.reporting import incoming, intake, triage
from advisories.reporting.intake import Told
from advisories.reporting.reports import DuplicateOfItself, ReportState
from tests.make import make_advisory, make_report, make_seat, make_user


@pytest.fixture
def person(db: None) -> User:
    return make_user("security@sluice.example", Role.SECURITY)


@pytest.fixture
def team(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def taken(person: User) -> Report:
    """A report that somebody looks at."""
    report = make_report()
    triage.assign(report, person, by=person)
    return report


def queue(team: Client, asked: str = "") -> list[str]:
    """The references on the queue's page, in order."""
    return re.findall(r'href="/triage/([0-9a-f]{6})/"', team.get(f"/triage/{asked}").content.decode())


def test_the_queue_goes_by_urgency_and_then_by_what_is_due(team: Client, person: User) -> None:
    late, low, critical = make_report("Late"), make_report("Low"), make_report("Critical")
    Report.objects.filter(pk=late.pk).update(received_at=timezone.now() - timedelta(days=30))
    triage.judge(low, Urgency.LOW, by=person)
    triage.judge(critical, Urgency.CRITICAL, by=person)
    assert queue(team) == [critical.reference, late.reference, low.reference]


def test_what_is_overdue_is_said_in_words(team: Client, taken: Report, person: User) -> None:
    triage.judge(taken, Urgency.CRITICAL, by=person)
    Report.objects.update(received_at=timezone.now() - timedelta(days=3, hours=1))
    assert "First answer overdue by 2 days" in team.get("/triage/").content.decode()


def test_an_answer_stops_the_first_clock_and_starts_the_next(team: Client, taken: Report) -> None:
    team.post(f"{taken.get_absolute_url()}answer", {"text": "We are on it."})
    shown = team.get("/triage/").content.decode()
    assert "Update due in" in shown
    assert OutgoingMail.objects.filter(kind=Notice.ANSWERED).exists()


def test_a_note_stops_no_clock_and_tells_nobody(team: Client, taken: Report) -> None:
    team.post(f"{taken.get_absolute_url()}answer", {"text": "Looks old.", "is_internal": "on"})
    taken.refresh_from_db()
    assert taken.told_at is None
    assert not OutgoingMail.objects.filter(kind=Notice.ANSWERED).exists()


def test_what_looks_automatic_comes_last(team: Client, db: None) -> None:
    suspect = intake.open_report(Told("Pills", "Buy"), is_suspect=True)
    Report.objects.update(received_at=timezone.now() - timedelta(days=30))
    real = make_report()
    assert queue(team) == [real.reference, suspect.reference]


def test_a_closed_report_leaves_the_queue_until_its_finder_writes(team: Client, taken: Report, person: User) -> None:
    triage.decide(taken, ReportState.INVALID, by=person, grounds="No effect.")
    assert queue(team) == []
    assert queue(team, "?all") == [taken.reference]
    intake.continue_thread(taken, "But it has one.")
    assert queue(team) == [taken.reference]


def test_the_queue_asks_a_fixed_number_of_questions(
    team: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(4):
        make_report()
    with django_assert_max_num_queries(8):
        team.get("/triage/")


def test_taking_a_report_begins_triage(team: Client, person: User) -> None:
    report = make_report()
    team.post(f"{report.get_absolute_url()}assign", {"owner": person.pk})
    report.refresh_from_db()
    assert (report.owner, report.state) == (person, "triaging")


def test_only_people_on_the_team_own_reports(team: Client, taken: Report) -> None:
    other = make_user("manager@sluice.example", Role.RELEASE_MANAGER)
    team.post(f"{taken.get_absolute_url()}assign", {"owner": other.pk})
    taken.refresh_from_db()
    assert taken.owner != other


def test_a_decision_without_a_reason_is_refused_in_words(team: Client, taken: Report) -> None:
    answer = team.post(f"{taken.get_absolute_url()}decide", {"target": "invalid", "grounds": " "})
    assert answer.status_code == 422
    assert "is told why" in answer.content.decode()
    assert 'role="alert" tabindex="-1" autofocus' in answer.content.decode(), "it stands far down a long page"


def test_a_report_that_nobody_has_looked_at_is_not_looked_at_again(team: Client, taken: Report) -> None:
    new = make_report()
    assert ">Look at it</option>" in team.get(new.get_absolute_url()).content.decode()
    told = {"target": "invalid", "grounds": "No effect."}
    team.post(f"{taken.get_absolute_url()}decide", told)
    assert ">Look at it again</option>" in team.get(taken.get_absolute_url()).content.decode()


def test_a_reason_reaches_the_finder(team: Client, taken: Report) -> None:
    team.post(f"{taken.get_absolute_url()}decide", {"target": "out of scope", "grounds": "Not ours."})
    taken.refresh_from_db()
    assert (taken.state, [message.text for message in taken.messages.all()][-1]) == ("out of scope", "Not ours.")
    assert OutgoingMail.objects.filter(kind=Notice.DECIDED).count() == 1


def test_a_step_that_is_not_there_is_refused(team: Client, db: None) -> None:
    report = make_report()
    assert team.post(f"{report.get_absolute_url()}decide", {"target": "accepted"}).status_code == 422
    report.refresh_from_db()
    assert report.state == "received"


def test_a_duplicate_names_the_first_and_its_finder_keeps_credit_and_terms(
    team: Client, taken: Report, person: User
) -> None:
    first = make_report("The first")
    intake.choose_credit(taken, Credit.NAMED, "Ada of Example")
    triage.promise_terms(taken, "Not before March", by=person)
    told = {"target": "duplicate", "duplicate_of": first.reference, "grounds": "Known."}
    team.post(f"{taken.get_absolute_url()}decide", told)
    taken.refresh_from_db()
    assert taken.duplicate_of == first
    assert (taken.finder.credit_as, taken.finder.terms) == ("Ada of Example", "Not before March")
    assert "Ada of Example" in team.get(first.get_absolute_url()).content.decode()


def test_a_duplicate_of_a_duplicate_leads_to_the_first(taken: Report, person: User) -> None:
    first, second = make_report(), make_report()
    for report, other in ((second, first), (taken, second)):
        triage.assign(report, person, by=person)
        triage.decide(report, ReportState.DUPLICATE, by=person, grounds="Known.", duplicate_of=other)
    taken.refresh_from_db()
    assert taken.duplicate_of == first


def test_no_ring_of_duplicates_is_made(taken: Report, person: User) -> None:
    other = make_report()
    triage.assign(other, person, by=person)
    triage.decide(other, ReportState.DUPLICATE, by=person, grounds="Known.", duplicate_of=taken)
    with pytest.raises(DuplicateOfItself):
        triage.decide(taken, ReportState.DUPLICATE, by=person, grounds="Known.", duplicate_of=other)


def test_a_report_becomes_an_advisory_without_its_words(team: Client, taken: Report) -> None:
    team.post(f"{taken.get_absolute_url()}draft")
    taken.refresh_from_db()
    advisory = Advisory.objects.get()
    assert (taken.state, taken.advisory, advisory.title, advisory.description) == (
        "accepted", advisory, "Event queue overflows", "",
    )  # fmt: skip


def test_beginning_an_advisory_says_what_it_takes_before_a_number_is_gone(team: Client, taken: Report) -> None:
    make_advisory(number=41)
    asked = team.get(f"{taken.get_absolute_url()}draft")
    assert "SSA-42" in asked.content.decode()
    assert "its finder is told" in asked.content.decode()
    assert Advisory.objects.count() == 1


def test_a_report_with_an_advisory_is_not_asked_about_another(team: Client, taken: Report) -> None:
    address = f"{taken.get_absolute_url()}draft"
    team.post(address)
    assert team.get(address).headers["Location"] == taken.get_absolute_url()


def test_one_report_begins_one_advisory(team: Client, taken: Report) -> None:
    for _ in range(2):
        team.post(f"{taken.get_absolute_url()}draft")
    assert Advisory.objects.count() == 1


def test_several_reports_feed_one_advisory(team: Client, taken: Report, person: User) -> None:
    advisory, other = make_advisory(), make_report()
    triage.assign(other, person, by=person)
    for report in (taken, other):
        team.post(f"{report.get_absolute_url()}link", {"advisory": advisory.number})
    assert advisory.reports.count() == 2


def test_the_record_knows_every_step_and_no_words(taken: Report, person: User) -> None:
    triage.answer(taken, "Unspeakable", by=person)
    triage.decide(taken, ReportState.DEFERRED, by=person, grounds="Unspeakable")
    kinds = [event.kind for event in Event.objects.about(taken)]
    assert kinds == ["report-received", "report-assigned", "report-moved", "report-answered", "report-moved"]
    assert "Unspeakable" not in str(list(Event.objects.values()))


def test_a_report_that_reads_like_another_is_suggested(db: None) -> None:
    first = make_report("Event queue overflow", "Binding channels writes past the shared page of the guest")
    make_report("Console banner", "The version number is visible to everybody")
    second = make_report("Crash", "The event queue is written past its shared page when binding many channels")
    assert list(Report.objects.resembling(second)) == [first]


def test_a_search_finds_beginnings_of_words(team: Client, db: None) -> None:
    found = make_report("Event queue overflow", "Binding writes past the page")
    make_report("Console banner", "Visible version")
    assert queue(team, "?q=overfl+binding") == [found.reference]


@pytest.mark.parametrize("asked", ['"', "a* OR b", "')--", "NEAR(", "&|!", "\u00e9\u0301", "x" * 500])
def test_no_search_is_read_as_a_query_language(team: Client, asked: str) -> None:
    make_report()
    assert team.get("/triage/", {"q": asked}).status_code == 200


def test_what_a_finder_adds_is_found_too(team: Client, db: None) -> None:
    report = make_report()
    intake.continue_thread(report, "The hypercall is grantcopy")
    assert queue(team, "?q=grantcopy") == [report.reference]


def test_letters_kept_aside_are_listed_and_downloaded(team: Client) -> None:
    raw = b"From: MAILER-DAEMON@x.example\n\nReturned"
    letter = incoming.receive(raw)
    assert "A letter of ours that came back" in team.get("/triage/letters/").content.decode()
    assert team.get(f"/triage/letters/{letter.pk}/original.eml").content == raw


PAGES = ("", "answer", "assign", "judge", "decide", "terms", "withhold", "draft", "link", "files/1/proof.bin")
PEOPLE = ("anonymous", "nobody", "guest", "release manager", "operator", "security", "coordinator")
ROLES = {"security": Role.SECURITY, "coordinator": Role.COORDINATOR, "release manager": Role.RELEASE_MANAGER}


def browser_of(who: str, advisory: Advisory) -> Client:
    client = Client()
    if who == "anonymous":
        return client
    address = f"{who.replace(' ', '-')}@sluice.example"
    user = make_user(address, *[ROLES[who]] if who in ROLES else [], is_superuser=who == "operator")
    if who == "guest":
        make_seat(advisory, user)
    client.force_login(user)
    return client


@pytest.mark.parametrize("state", list(ReportState))
@pytest.mark.parametrize("who", PEOPLE)
def test_who_sees_and_does_what(db: None, who: str, state: ReportState) -> None:
    report, other = make_report(), make_report()
    advisory = make_advisory()
    original = other.pk if state is ReportState.DUPLICATE else None
    Report.objects.filter(pk=report.pk).update(state=state.value, duplicate_of=original, advisory=advisory)
    letter = incoming.receive(b"From: MAILER-DAEMON@x.example\n\nReturned")
    client = browser_of(who, advisory)
    is_team = who in ("security", "coordinator")
    for page in ("/triage/", "/triage/letters/"):
        assert client.get(page).status_code == (200 if is_team else 302 if who == "anonymous" else 403), page
    original_page = client.get(f"/triage/letters/{letter.pk}/original.eml")
    assert original_page.status_code == (200 if is_team else 302 if who == "anonymous" else 404)
    before = (Message.objects.count(), Event.objects.count())
    for page in PAGES:
        method = client.get if page in ("", PAGES[-1]) else client.post
        answers = {reference: method(f"/triage/{reference}/{page}").status_code for reference in
                   (report.reference, "999999")}  # fmt: skip
        if who == "anonymous":
            assert set(answers.values()) == {302}, page
        elif not is_team:
            assert set(answers.values()) == {404}, page
        else:
            assert answers["999999"] == 404, page
            assert answers[report.reference] in ((404,) if page == PAGES[-1] else (200, 302, 422)), page
    if not is_team:
        assert (Message.objects.count(), Event.objects.count()) == before


def test_a_report_is_named_on_no_page_of_others(db: None) -> None:
    report = make_report("Unspeakable title")
    for who in ("anonymous", "nobody", "release manager", "operator"):
        client = browser_of(who, make_advisory())
        for page in ("/", "/advisories/", "/board/", "/report/"):
            shown = client.get(page).content.decode()
            assert "Unspeakable" not in shown
            assert report.reference not in shown


def test_a_letter_that_lies_on_another_machine_is_said_to(team: Client, settings: Settings, tmp_path: Path) -> None:
    settings.MAIL_CAP_BYTES, settings.LARGE_MAIL_DIR = 10, tmp_path / "large"
    letter = incoming.receive(b"Subject: Large\n\nMany words.\n")
    settings.LARGE_MAIL_DIR = tmp_path / "elsewhere"
    answer = team.get(f"/triage/letters/{letter.pk}/original.eml", follow=True)
    assert answer.status_code == 200
    assert f"lies on the machine that takes mail in: {letter.file_name}" in answer.content.decode()
