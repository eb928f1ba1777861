"""A finder, the team and whoever brings patches, at once: an answer is about what was shown, or it is refused."""

import pytest

from accounts.models import Role, User
from advisories.lifecycle import State
from advisories.models import Event, Notice, OutgoingMail, Report
from releases import uploading
from releases.finders import answering, sharing
from releases.models import FixAnswer, Found, Series, SharedFix
from tests.make import make_accepted_report, make_advisory, make_branch, make_series, make_tree, make_user
from tests.releases.views.rows import PATCH
from tests.upstream import fix, numbered
from tests.walk.racing import race, refusals

pytestmark = pytest.mark.django_db(transaction=True)

BETTER = fix(numbered("queue"), numbered("queue", l20="queue is well bounded"))


def reported() -> tuple[Series, Report, User]:
    """A series, the report of somebody with an address, and one of the team."""
    team = make_user("one@sluice.example", Role.SECURITY)
    advisory = make_advisory(state=State.READY)
    series = make_series(make_branch(make_tree(), "1.0"), PATCH, advisory=advisory)
    return series, make_accepted_report(advisory, team, address="ada@research.example"), team


def test_an_answer_given_while_the_series_is_replaced_is_about_the_old_one_or_refused() -> None:
    series, report, team = reported()
    sharing.share(series.advisory, report, by=team)
    shown = series.revisions.get()
    outcomes = race(
        lambda: answering.answer(report, shown, shown.digest, Found.FIXES, ""),
        lambda: uploading.upload_revision(series, files=[("1.patch", BETTER)], by=None, checks_now=False),
    )
    kept = [answer.revision for answer in FixAnswer.objects.select_related("revision")]
    assert (kept, refusals(outcomes)) in (([shown], []), ([], [answering.Replaced]))


def test_said_twice_at_once_it_is_said_once() -> None:
    series, report, team = reported()
    sharing.share(series.advisory, report, by=team)
    shown = series.revisions.get()
    outcomes = race(*(lambda: answering.answer(report, shown, shown.digest, Found.FIXES, "Yes.") for _ in range(3)))
    assert not refusals(outcomes)
    assert FixAnswer.objects.count() == Event.objects.filter(kind="fix-answered").count() == 1


def test_shared_by_two_at_once_it_is_shared_once() -> None:
    series, report, team = reported()
    outcomes = race(*(lambda: sharing.share(series.advisory, report, by=team) for _ in range(2)))
    assert not refusals(outcomes)
    assert SharedFix.objects.count() == OutgoingMail.objects.filter(kind=Notice.FIX).count() == 1
    assert Event.objects.filter(kind="fix-shared").count() == 1


def test_an_answer_given_while_sharing_ends_is_kept_or_refused() -> None:
    series, report, team = reported()
    shared = sharing.share(series.advisory, report, by=team)
    shown = series.revisions.get()
    outcomes = race(
        lambda: answering.answer(report, shown, shown.digest, Found.FIXES, ""),
        lambda: sharing.withdraw(shared, by=team),
    )
    assert FixAnswer.objects.count() == 1 - len(refusals(outcomes))
    assert set(refusals(outcomes)) <= {answering.NotShared}
