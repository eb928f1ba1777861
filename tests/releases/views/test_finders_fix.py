"""The fix on a finder's private page: what is shown of it, what is not, and what the finder says of which revision."""

import hashlib
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, User
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
from releases.finders import answering, sharing
from releases.models import Branch, FixAnswer, FixLook, Found, Series, SeriesRevision, SharedFix
from tests.make import (
    make_accepted_report,
    make_advisory,
    make_branch,
    make_publication,
    make_report,
    make_tree,
    make_user,
)
from tests.releases.views.rows import APPLIES, CONFLICTS, NEEDS_TWO, PATCH, check_on, needs_series, revise, series_for
from tests.upstream import fix, numbered

BETTER = fix(numbered("queue"), numbered("queue", l20="queue is well bounded"))


@pytest.fixture
def team(db: None) -> User:
    return make_user("one@sluice.example", Role.SECURITY)


@pytest.fixture
def advisory(db: None) -> Advisory:
    return make_advisory(number=12, state=State.READY, notes="Unspeakable notes")


@pytest.fixture
def report(advisory: Advisory, team: User) -> Report:
    return make_accepted_report(advisory, team, address="ada@research.example")


@pytest.fixture
def series(branches: list[Branch], advisory: Advisory) -> Series:
    return series_for(branches, advisory)


@pytest.fixture
def shared(series: Series, report: Report, team: User) -> SharedFix:
    return sharing.share(series.advisory, report, by=team)


@pytest.fixture
def link(report: Report) -> str:
    return f"/report/{ReportDoor.open_for(report, DoorKind.PAGE)}/"


def page(link: str) -> str:
    answer = Client().get(f"{link}fix/")
    assert answer.status_code == 200
    return answer.content.decode()


def keys(text: str) -> list[str]:
    """What the page calls its series."""
    return re.findall(r'<article class="fix-series stack" id="(\w+)"', text)


def say(link: str, key: str, digest: str, found: str = "fixes", comment: str = "") -> int:
    data = {"found": found, "comment": comment, "digest": digest}
    return Client().post(f"{link}fix/{key}/answer", data).status_code


def test_nothing_shared_is_said_and_looks_like_no_page(series: Series, report: Report, link: str) -> None:
    assert "No fix has been shared with you yet" in Client().get(link).content.decode()
    assert Client().get(f"{link}fix/").status_code == 404


def test_the_finder_reads_the_patches_with_their_digests(shared: SharedFix, series: Series, link: str) -> None:
    text = page(link)
    assert hashlib.sha256(PATCH).hexdigest() in text
    assert "bounded" in text
    assert "sluice 1.8, 1.7" in text
    assert "Check the fix" in Client().get(link).content.decode()


def test_nothing_of_ours_is_told_besides(shared: SharedFix, series: Series, link: str) -> None:
    text = page(link)
    patch = series.current.patches.get() if series.current else None
    assert patch is not None
    for secret in (
        "fix.patch",
        "Cleaner",
        "Unspeakable",
        "SSA-12",
        "one@sluice.example",
        str(series.pk),
        str(patch.pk),
    ):
        assert secret not in text


def test_a_series_of_another_advisory_is_not_shown(shared: SharedFix, branches: list[Branch], link: str) -> None:
    other = series_for(branches, make_advisory(state=State.READY), BETTER)
    assert "well bounded" not in page(link)
    assert len(keys(page(link))) == 1
    assert other.current is not None


def test_a_branch_that_it_is_not_for_is_not_named(
    shared: SharedFix, series: Series, branches: list[Branch], link: str
) -> None:
    series.branches.set(branches[:1])
    assert "1.8" not in page(link)


def test_the_files_come_byte_for_byte(shared: SharedFix, series: Series, link: str) -> None:
    [key] = keys(page(link))
    patch, mbox = (Client().get(f"{link}fix/{key}/{name}") for name in ("1.patch", "series.mbox"))
    assert patch.content == PATCH
    assert patch["Content-Disposition"] == 'attachment; filename="sluice-1.8-s1-1.patch"'
    assert hashlib.sha256(mbox.content).hexdigest() in page(link)


def test_verdicts_are_told_in_plain_words(shared: SharedFix, series: Series, branches: list[Branch], link: str) -> None:
    check_on(series, branches[0], APPLIES)
    check_on(series, branches[0], CONFLICTS, "stable")
    check_on(series, branches[1], NEEDS_TWO)
    text = page(link)
    assert "Applies to R-1.7.3." in text
    assert "Does not apply to stable-1.7." in text
    assert "Applies to R-1.8.3 with 2 prerequisites." in text
    assert f"git cherry-pick -x {'a' * 40}" in text


def test_a_verdict_that_leans_on_another_secret_is_as_if_there_were_none(
    shared: SharedFix, series: Series, branches: list[Branch], link: str
) -> None:
    before = page(link)
    hidden = series_for(branches, make_advisory(number=999, state=State.READY))
    check_on(series, branches[0], needs_series(hidden), leans_on=[hidden.advisory])
    assert page(link) == before


def test_a_fix_that_is_public_may_come_first(
    shared: SharedFix, series: Series, branches: list[Branch], link: str
) -> None:
    public = series_for(branches, make_advisory(number=7, state=State.PUBLIC))
    check_on(series, branches[0], needs_series(public), leans_on=[public.advisory])
    assert "the fix of SSA-7" in page(link)


def test_a_verdict_on_an_earlier_revision_is_not_told(
    shared: SharedFix, series: Series, branches: list[Branch], link: str
) -> None:
    check_on(series, branches[0], APPLIES)
    revise(series, BETTER)
    assert "Applies to" not in page(link)


def test_the_next_revision_says_what_changed_since_the_one_seen(shared: SharedFix, series: Series, link: str) -> None:
    page(link)
    revise(series, PATCH + b"\n")
    revise(series, BETTER)
    text = page(link)
    assert "What changed since s1, which you saw last" in text
    assert "well" in text
    assert page(link).count("What changed since s1") == 1


def test_a_revision_that_was_never_shown_stays_unseen(shared: SharedFix, series: Series, link: str) -> None:
    unseen = revise(series, PATCH + b"\n")
    revise(series, BETTER)
    page(link)
    assert not FixLook.objects.filter(revision=unseen).exists()
    assert SeriesRevision.objects.told_to_finder(shared.report).get() == series.current


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


def test_once_it_is_public_the_page_leads_there(shared: SharedFix, advisory: Advisory, link: str) -> None:
    [key] = keys(page(link))
    make_publication(advisory, timezone.now() - timedelta(seconds=1))
    assert Client().get(f"{link}fix/")["Location"] == "/advisories/12/public"
    assert Client().get(f"{link}fix/{key}/1.patch").status_code == 404


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


def test_however_many_series_there_are_it_asks_as_often(
    shared: SharedFix, series: Series, branches: list[Branch], link: str
) -> None:
    answering.note_looks(shared.report)
    counts = []
    for place in range(2):
        page(link)
        with CaptureQueriesContext(connection) as queries:
            page(link)
        counts.append(len(queries))
        series_for(branches, series.advisory, fix(numbered("timer"), numbered("timer", l9=f"timer {place}"), "timer.c"))
    assert counts[0] == counts[1]


def test_trees_come_in_their_order(shared: SharedFix, branches: list[Branch], link: str, advisory: Advisory) -> None:
    other = make_tree(slug="another")
    series_for([make_branch(other, "4.1")], advisory, BETTER)
    text = page(link)
    assert text.index("another 4.1") < text.index("sluice 1.8")
