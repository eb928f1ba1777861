"""The fix on a finder's private page: what is shown of it, and what is not."""

import hashlib
from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from advisories.lifecycle import State
from advisories.models import (
    Advisory,
    Report,
)
from releases.finders import answering
from releases.models import Branch, FixLook, Series, SeriesRevision, SharedFix
from tests.make import (
    make_advisory,
    make_branch,
    make_publication,
    make_tree,
)
from tests.releases.views.finding import BETTER, keys, page
from tests.releases.views.rows import APPLIES, CONFLICTS, NEEDS_TWO, PATCH, check_on, needs_series, revise, series_for
from tests.upstream import fix, numbered


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


def test_once_it_is_public_the_page_leads_there(shared: SharedFix, advisory: Advisory, link: str) -> None:
    [key] = keys(page(link))
    make_publication(advisory, timezone.now() - timedelta(seconds=1))
    assert Client().get(f"{link}fix/")["Location"] == "/advisories/12/public"
    assert Client().get(f"{link}fix/{key}/1.patch").status_code == 404


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
