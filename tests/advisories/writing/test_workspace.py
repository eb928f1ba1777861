"""The advisory as a place of work: what its page shows to whom, the preview, and writing at the same time."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from advisories.affected import Needs, Status
from advisories.lifecycle import State
from advisories.models import Advisory, Affected, CommentAudience, Identifier, Seat, Standing, TypedText, Vector
from advisories.models.seat import Right
from advisories.release import ticking
from advisories.reporting import triage
from advisories.reporting.reports import ReportState
from advisories.writing import commenting, drafting
from tests.advisories.writing.browsers import guest_of
from tests.make import (
    make_accepted_report,
    make_advisory,
    make_guest,
    make_publication,
    make_report,
    make_user,
    signed_in,
)

VECTOR = "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H"


def shown(client: Client, advisory: Advisory, query: str = "") -> str:
    return client.get(f"/advisories/{advisory.number}/{query}").content.decode()


def said(html: str) -> str:
    """The words of a page, tags taken out."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_readers_get_no_workspace(db: None) -> None:
    advisory = make_advisory(state=State.PUBLIC, notes="For members.", impact="Large.")
    page = shown(Client(), advisory)
    assert "Large." in page
    assert "For members." not in page
    assert "Checklist" not in page


def test_guests_see_the_workspace_and_nothing_to_change_it_with(db: None) -> None:
    advisory = make_advisory(impact="Large.")
    page = shown(guest_of(advisory, Right.READ), advisory)
    assert "Checklist" in page
    assert "/edit" not in page
    assert "Send</button>" not in page


def test_the_page_says_what_the_text_lacks(team: Client) -> None:
    page = shown(team, make_advisory())
    assert "The section “impact” is empty." in page
    assert "Nothing is said about which branches are affected." in page


def test_a_finder_who_was_not_asked_for_a_credit_is_missing(team: Client) -> None:
    advisory, report = make_advisory(), make_report()
    report.advisory = advisory
    report.save()
    assert "It isn&#x27;t decided how Ada Finder is credited." in shown(team, advisory)


def test_duplicates_of_its_reports_are_among_its_reports(team: Client, writer: User) -> None:
    advisory = make_advisory()
    first, second = make_accepted_report(advisory, writer), make_report(title="The same once more")
    triage.assign(second, writer, by=writer)
    triage.decide(second, ReportState.DUPLICATE, by=writer, grounds="Known.", duplicate_of=first)
    page = said(shown(team, advisory))
    assert "The same once more" in page
    assert f"a duplicate of {first.reference}" in page


def test_the_page_asks_the_same_number_of_questions_however_much_there_is(team: Client, writer: User) -> None:
    advisory = make_advisory()
    fill(advisory, writer)
    page = f"/advisories/{advisory.number}/"
    team.get(page)
    with CaptureQueriesContext(connection) as few:
        team.get(page)
    for _ in range(3):
        fill(advisory, writer)
    with CaptureQueriesContext(connection) as many:
        team.get(page)
    assert len(many) == len(few)
    assert len(many) <= 30


def fill(advisory: Advisory, writer: User) -> None:
    other, person = make_advisory(split_from=advisory), make_user()
    Seat.objects.create(advisory=advisory, user=person)
    Identifier.objects.create(advisory=advisory, value=f"CVE-2026-{other.number + 1000}", state=Standing.ASSIGNED)
    Vector.objects.create(advisory=advisory, vector=VECTOR, source=str(other.number))
    Affected.objects.create(
        advisory=advisory, position=1, tree=f"tree-{other.number}", ranges="1.0.x", status=Status.AFFECTED,
        condition_on=other, condition_needs=Needs.FIX_ABSENT,
    )  # fmt: skip
    commenting.write(advisory, "Words", [("a.txt", b"a")], audience=CommentAudience.SEATS, by=person)
    undone = [line.item.key for line in ticking.lines_of(ticking.kind_for(advisory), list(advisory.ticks.all()))]
    ticking.tick(advisory, undone[advisory.ticks.count()], by=person)
    report = make_report()
    report.advisory = advisory
    report.save()


def test_the_preview_shows_each_audience_its_sections(team: Client) -> None:
    advisory = make_advisory(impact="Old.")
    typed = {"title": "Words", "impact": "**New.**", "notes": "For members."}
    address, htmx = f"/advisories/{advisory.number}/preview", {"HX-Request": "true"}
    as_reader = team.post(address, typed | {"audience": "reader"}, headers=htmx).content.decode()
    as_member = team.post(address, typed | {"audience": "member"}, headers=htmx).content.decode()
    assert "<strong>New.</strong>" in as_reader
    assert "<strong>New.</strong>" in as_member
    assert "For members." not in as_reader
    assert "For members." in as_member
    advisory.refresh_from_db()
    assert advisory.impact == "Old."


def test_without_scripts_the_preview_is_the_form_with_everything_typed(team: Client) -> None:
    advisory = make_advisory()
    page = team.post(f"/advisories/{advisory.number}/preview", {"title": "Words", "impact": "Typed."}).content.decode()
    assert "<textarea" in page
    assert page.count("Typed.") == 2


def test_a_preview_of_text_that_nobody_renders_says_so(team: Client) -> None:
    advisory = make_advisory()
    answer = team.post(
        f"/advisories/{advisory.number}/preview", {"impact": "[" * 65_537}, headers={"HX-Request": "true"}
    )
    assert "cannot be shown" in answer.content.decode()


def test_the_second_writer_gets_both_texts_and_decides(team: Client, writer: User) -> None:
    advisory = make_advisory(title="Words", impact="Small.")
    drafting.keep_text(advisory, {"impact": "Theirs.", "credits": "Ada."}, read_version=1, by=writer)
    address = f"/advisories/{advisory.number}/edit"
    mine = {"title": "Words", "impact": "Mine.", "mitigation": "Unplug it.", "read_version": 1}
    answer = team.post(address, mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Theirs." in page
    assert "Mine." in page
    assert 'name="mitigation" value="Unplug it."' in page
    assert 'name="credits" value="Ada."' in page
    decided = {"title": "Words", "mitigation": "Unplug it.", "credits": "Ada.", "mine-impact": "Mine.", "impact": "x"}
    assert team.post(address, decided | {"take-impact": "mine", "read_version": 2}).status_code == 302
    advisory.refresh_from_db()
    assert (advisory.impact, advisory.mitigation, advisory.credits) == ("Mine.", "Unplug it.", "Ada.")


@pytest.mark.parametrize(("choice", "kept"), [("theirs", "Theirs."), ("mine", "Mine."), ("text", "Both.")])
def test_either_text_or_a_third_is_kept(team: Client, writer: User, choice: str, kept: str) -> None:
    advisory = make_advisory(title="Words", impact="Small.")
    drafting.keep_text(advisory, {"impact": "Theirs."}, read_version=1, by=writer)
    decided = {"title": "Words", "impact": "Both.", "mine-impact": "Mine.", "take-impact": choice, "read_version": 2}
    team.post(f"/advisories/{advisory.number}/edit", decided)
    advisory.refresh_from_db()
    assert advisory.impact == kept


def test_a_text_outlives_the_session_in_which_it_was_typed(writer: User) -> None:
    advisory = make_advisory(title="Words")
    typed = {"title": "Words", "impact": "Long thought about.", "read_version": 1}
    browser = Client()
    answer = browser.post(f"/advisories/{advisory.number}/edit", typed)
    assert answer["Location"].startswith("/sign-in?next=")
    back = answer["Location"].split("next=")[1].replace("%3F", "?").replace("%3D", "=")
    assert browser.get(back).status_code == 302
    browser.force_login(writer)
    page = browser.get(back).content.decode()
    assert "Long thought about." in page
    assert "It is not saved yet" in page


def test_a_link_to_what_a_stranger_typed_puts_no_words_before_a_writer(writer: User) -> None:
    advisory = make_advisory(title="Words")
    answer = Client().post(f"/advisories/{advisory.number}/edit", {"title": "Words", "impact": "Put before you."})
    back = answer["Location"].split("next=")[1].replace("%3F", "?").replace("%3D", "=")
    page = signed_in(writer).get(back)
    assert page.status_code == 200
    assert "Put before you." not in page.content.decode()


def test_a_text_typed_in_an_earlier_session_is_handed_back_instead_of_refused(writer: User) -> None:
    advisory = make_advisory(title="Words")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(writer)
    address = f"/advisories/{advisory.number}/edit"
    typed = {"title": "Words", "impact": "Long thought about.", "csrfmiddlewaretoken": "of another session"}
    answer = strict.post(address, typed)
    assert answer.status_code == 302
    assert "Long thought about." in strict.get(answer["Location"]).content.decode()
    advisory.refresh_from_db()
    assert advisory.impact == ""
    elsewhere = strict.post(address, typed, headers={"Sec-Fetch-Site": "cross-site"})
    assert elsewhere.status_code == 403


def test_what_was_typed_at_one_advisory_is_not_handed_out_at_another(writer: User) -> None:
    one, other = make_advisory(), make_advisory()
    browser = Client()
    answer = browser.post(f"/advisories/{one.number}/edit", {"impact": "Long thought about."})
    token = answer["Location"].split("kept%3D")[1]
    browser.force_login(writer)
    assert "Long thought" in browser.get(f"/advisories/{one.number}/edit?kept={token}").content.decode()
    assert "Long thought" not in browser.get(f"/advisories/{other.number}/edit?kept={token}").content.decode()


def test_what_nobody_came_back_for_is_forgotten_within_a_week(db: None) -> None:
    Client().post("/advisories/1/edit", {"impact": "Forgotten."})
    TypedText.objects.update(made_at=timezone.now() - timedelta(days=8))
    Client().post("/advisories/1/edit", {"impact": "Fresh."})
    assert [row.fields["impact"] for row in TypedText.objects.all()] == [["Fresh."]]


def test_strangers_cannot_fill_the_database_with_texts(db: None) -> None:
    for _ in range(40):
        Client().post("/advisories/1/edit", {"impact": "Words."})
    assert TypedText.objects.count() == 30


def test_a_comment_outlives_its_session_too(db: None) -> None:
    advisory = make_advisory()
    guest = make_guest(advisory)
    browser = Client()
    answer = browser.post(f"/advisories/{advisory.number}/thread", {"text": "Long thought about."})
    back = answer["Location"].split("next=")[1].replace("%3F", "?").replace("%3D", "=")
    browser.force_login(guest)
    assert "Long thought about." in browser.get(back).content.decode()


def test_a_version_is_answered_for(team: Client) -> None:
    advisory = make_advisory()
    Affected.objects.create(
        advisory=advisory, position=1, tree="sluice", ranges="1.0.x - 1.2.x", status=Status.AFFECTED
    )
    assert "sluice 1.1.4: Affected" in said(shown(team, advisory, "?version=1.1.4"))
    assert "sluice 2.0.x: Unknown" in said(shown(team, advisory, "?version=2.0"))
    assert "is not a version" in shown(team, advisory, "?version=newest")


def test_who_may_not_know_the_other_advisory_is_told_unknown_and_no_condition(db: None) -> None:
    advisory, other = make_advisory(number=12), make_advisory(number=70378)
    Affected.objects.create(
        advisory=advisory, position=1, tree="sluice", ranges="1.0.x", status=Status.AFFECTED,
        condition_on=other, condition_needs=Needs.FIX_ABSENT,
    )  # fmt: skip
    make_publication(advisory, timezone.now())
    page = shown(Client(), advisory, "?version=1.0.1")
    assert "70378" not in page
    assert "sluice 1.0.1: Unknown" in said(page)


def test_a_reserved_identifier_is_not_told_to_readers(db: None, writer: User) -> None:
    advisory = make_advisory()
    Identifier.objects.create(advisory=advisory, value="CVE-2026-7777", state=Standing.RESERVED)
    Identifier.objects.create(advisory=advisory, value="CVE-2026-8888", state=Standing.ASSIGNED)
    make_publication(advisory, timezone.now())
    assert "CVE-2026-7777" not in shown(Client(), advisory)
    assert "CVE-2026-8888" in shown(Client(), advisory)
    assert "CVE-2026-7777" in shown(signed_in(writer), advisory)


def test_readers_are_shown_what_was_published_and_not_what_is_being_written(team: Client) -> None:
    advisory = make_advisory(state=State.PUBLIC, title="Words", impact="As published.")
    team.post(f"/advisories/{advisory.number}/edit", {"title": "Other", "impact": "Unfinished.", "read_version": 1})
    page = shown(Client(), advisory)
    assert "As published." in page
    assert "Unfinished." not in page
    assert "Other" not in page
    assert "Unfinished." in shown(team, advisory)
