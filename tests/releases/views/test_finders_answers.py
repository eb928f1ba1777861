"""Sharing the fix with its finder, what they say of which revision, and what ends with it."""

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from advisories.lifecycle import State
from advisories.models import (
    About,
    Advisory,
    DoorKind,
    Event,
    Notice,
    Notification,
    OutgoingMail,
    Report,
    ReportDoor,
)
from advisories.reporting import posting, triage
from advisories.reporting.reports import ReportState
from releases import uploading
from releases.finders import sharing
from releases.models import FixAnswer, Found, Series, SharedFix
from tests.make import (
    make_accepted_report,
    make_advisory,
    make_report,
)
from tests.releases.views.finding import BETTER, keys, page, say
from tests.releases.views.rows import PATCH, revise


def test_an_answer_is_kept_and_the_team_is_told(shared: SharedFix, series: Series, link: str, team: User) -> None:
    [key] = keys(page(link))
    assert series.current is not None
    assert say(link, key, series.current.digest, "fails", "It still crashes.") == 302
    said = FixAnswer.objects.get()
    assert (said.revision, said.found, said.comment) == (series.current, Found.FAILS, "It still crashes.")
    assert Notification.objects.filter(user=team, what=About.POST).exists()
    event = Event.objects.get(kind="fix-answered")
    assert event.detail["digest"] == series.current.digest
    assert "It still crashes." in page(link)


def test_the_same_answer_twice_is_said_once(shared: SharedFix, series: Series, link: str) -> None:
    [key] = keys(page(link))
    assert series.current is not None
    assert {say(link, key, series.current.digest) for _ in range(2)} == {302}
    assert FixAnswer.objects.count() == Event.objects.filter(kind="fix-answered").count() == 1


def test_another_answer_takes_the_place_of_the_first(shared: SharedFix, series: Series, link: str) -> None:
    [key] = keys(page(link))
    assert series.current is not None
    say(link, key, series.current.digest)
    say(link, key, series.current.digest, "fails", "On ARM it doesn't.")
    assert FixAnswer.objects.standing().get().found == Found.FAILS
    assert FixAnswer.objects.count() == 2


def test_it_does_not_wants_to_know_why(shared: SharedFix, series: Series, link: str) -> None:
    [key] = keys(page(link))
    assert series.current is not None
    assert say(link, key, series.current.digest, "fails") == 422
    assert not FixAnswer.objects.exists()


def test_an_answer_on_what_was_replaced_meanwhile_is_refused_with_both(
    shared: SharedFix, series: Series, link: str
) -> None:
    [key] = keys(page(link))
    shown = series.current
    now = revise(series, BETTER)
    assert shown is not None
    data = {"found": "fixes", "comment": "Tried on 1.7.", "digest": shown.digest}
    answer = Client().post(f"{link}fix/{key}/answer", data)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert all(digest in text for digest in (shown.digest, now.digest, "Tried on 1.7."))
    assert not FixAnswer.objects.exists()


def test_a_form_that_lacks_something_is_told_of_the_new_revision_too(
    shared: SharedFix, series: Series, link: str
) -> None:
    [key] = keys(page(link))
    revise(series, BETTER)
    assert say(link, key, "0" * 64, "") == 409


def test_an_older_answer_stays_and_the_finder_is_asked_anew(shared: SharedFix, series: Series, link: str) -> None:
    [key] = keys(page(link))
    assert series.current is not None
    say(link, key, series.current.digest, comment="Fine.")
    revise(series, BETTER)
    text = page(link)
    assert "on s1, which was replaced since" in text
    assert "please look again" in text
    assert "Check the fix" in Client().get(link).content.decode()


def test_withdrawing_closes_everything_at_once(shared: SharedFix, series: Series, link: str, team: User) -> None:
    [key] = keys(page(link))
    sharing.withdraw(shared, by=team)
    sharing.withdraw(shared, by=team)
    for name in ("", f"{key}/1.patch", f"{key}/series.mbox"):
        assert Client().get(f"{link}fix/{name}").status_code == 404
    assert series.current is not None
    assert say(link, key, series.current.digest) == 404
    assert "No fix has been shared" in Client().get(link).content.decode()
    assert Event.objects.filter(kind="fix-no-longer-shared").count() == 1


def test_a_letter_that_has_not_left_when_sharing_ends_stays_here(shared: SharedFix, team: User) -> None:
    sharing.withdraw(shared, by=team)
    assert not posting.send(OutgoingMail.objects.get(kind=Notice.FIX).pk)
    assert mail.outbox == []


def test_another_finders_link_opens_nothing(shared: SharedFix, advisory: Advisory, link: str, team: User) -> None:
    [key] = keys(page(link))
    other = make_accepted_report(advisory, team)
    theirs = f"/report/{ReportDoor.open_for(other, DoorKind.PAGE)}/"
    assert Client().get(f"{theirs}fix/").status_code == 404
    sharing.share(advisory, other, by=team)
    assert Client().get(f"{theirs}fix/{key}/1.patch").status_code == 404


def test_the_finder_of_a_duplicate_can_be_shared_with(series: Series, report: Report, team: User) -> None:
    again = make_report(address="")
    triage.assign(again, team, by=team)
    triage.decide(again, ReportState.DUPLICATE, by=team, grounds="Known.", duplicate_of=report)
    sharing.share(series.advisory, again, by=team)
    assert "bounded" in page(f"/report/{ReportDoor.open_for(again, DoorKind.PAGE)}/")


def test_a_report_that_goes_elsewhere_takes_nothing_along(shared: SharedFix, link: str) -> None:
    Report.objects.filter(pk=shared.report_id).update(advisory=make_advisory(state=State.READY))
    assert Client().get(f"{link}fix/").status_code == 404


def test_the_letter_says_nothing_of_it(shared: SharedFix) -> None:
    letter = OutgoingMail.objects.get(kind=Notice.FIX)
    assert posting.send(letter.pk)
    [sent] = mail.outbox
    assert sent.subject == f"[SSA report {shared.report.reference}] There is something for you to check"
    assert "SSA-12" not in sent.message().as_string()


def test_each_revision_is_told_in_one_letter_that_waits(shared: SharedFix, series: Series) -> None:
    posting.send(OutgoingMail.objects.get(kind=Notice.FIX).pk)
    for content in (BETTER, PATCH):
        uploading.upload_revision(series, files=[("1.patch", content)], by=None, checks_now=False)
    assert OutgoingMail.objects.filter(kind=Notice.FIX).count() == 2


def test_sharing_twice_is_sharing_once(shared: SharedFix, report: Report, advisory: Advisory, team: User) -> None:
    assert sharing.share(advisory, report, by=team) == shared
    assert Event.objects.filter(kind="fix-shared").count() == 1


def test_what_is_not_theirs_or_not_there_is_not_shared(report: Report, advisory: Advisory, team: User) -> None:
    with pytest.raises(sharing.NothingToShare):
        sharing.share(advisory, report, by=team)
    with pytest.raises(sharing.NotTheirs):
        sharing.share(make_advisory(state=State.READY), report, by=team)


def test_the_database_refuses_what_must_not_be(shared: SharedFix, series: Series, team: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        SharedFix.objects.create(report=shared.report, advisory=shared.advisory, shared_by=team)
    with pytest.raises(IntegrityError), transaction.atomic():
        FixAnswer.objects.create(report=shared.report, revision=series.revisions.get(), found=Found.FAILS)
    with pytest.raises(IntegrityError), transaction.atomic():
        SharedFix.objects.update(withdrawn_at=timezone.now())
