"""Releases before the last have their lists too: owed as rows, made one after the other, and told honestly."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from pytest_django import Settings

from accounts.models import Role
from advisories.exporting import planning
from advisories.exporting import sweeping as exporting
from advisories.lifecycle import State
from releases.checking import earlier, sweeping
from releases.lacking.reading import lacking
from releases.lacking.values import Lacking, Standing
from releases.models import Backlog, Branch, PointRelease
from releases.models.backlog import MOST_ATTEMPTS
from tests.make import checked, fetched, make_advisory, make_branch, make_series, make_tree, make_user
from tests.releases.applying import tree_after_am
from tests.releases.views.rows import release_on, series_for
from tests.upstream import Upstream, fix, numbered

LONG = "queue is long"


def with_three_releases(upstream: Upstream) -> Branch:
    """R-1.0.1 has the longer queue that the second fix rests on; R-1.0.2 has the first fix besides."""
    upstream.branch("stable-1.0", "staging-1.0")
    upstream.tag("R-1.0.1", "stable-1.0")
    upstream.commit(
        "stable-1.0", {"timer.c": numbered("timer", l30="timer is late", l5="timer is safe")}, "Save timers"
    )
    upstream.tag("R-1.0.2", "stable-1.0")
    upstream.branch("staging-1.0", "stable-1.0")
    branch = fetched(make_tree(upstream))
    timers = fix(numbered("timer"), numbered("timer", l5="timer is safe"), "timer.c", subject="Save timers")
    queues = fix(numbered("queue", l10=LONG), numbered("queue", l10=LONG, l11="queue is bounded"))
    for number, patch in enumerate((timers, queues), start=1):
        make_series(branch, patch, advisory=make_advisory(number=number, state=State.PUBLIC))
    return branch


def told(branch: Branch, number: int) -> Lacking:
    return lacking(PointRelease.objects.select_related("branch__tree").get(branch=branch, number=number))


@pytest.mark.django_db
def test_each_release_has_a_list_of_its_own_that_git_applies(upstream: Upstream, tmp_path: Path) -> None:
    branch = with_three_releases(upstream)
    checked(branch)
    assert told(branch, 1).standing is Standing.COMING
    assert earlier.make_owed(branch) == 2
    first, second, last = (told(branch, number) for number in (0, 1, 2))
    steps = [
        [(step.fix.number if step.fix else 0, step.commit.subject if step.commit else "") for step in one.steps]
        for one in (first, second, last)
    ]
    assert steps == [[(0, "Lengthen queues"), (1, "Save timers"), (2, "")], [(1, "Save timers"), (2, "")], [(2, "")]]
    assert [fix.number for fix in last.there] == [1]
    for one in (first, second):
        mbox = Client().get(f"/trees/sluice/1.0/{one.version}/fixes.mbox").content
        reached = tree_after_am(upstream.url, one.release.tag, mbox, tmp_path / one.version)
        assert reached == one.verified_tree
        assert one.is_whole


@pytest.mark.django_db
def test_a_list_is_owed_again_only_when_something_public_or_upstream_moved(upstream: Upstream) -> None:
    branch = with_three_releases(upstream)
    checked(branch)
    earlier.make_owed(branch)
    make_series(branch, fix(numbered("queue"), numbered("queue", l30="x")), advisory=make_advisory(state=State.READY))
    checked(branch)
    assert not Backlog.objects.owed().exists()
    assert told(branch, 0).standing is Standing.MADE
    make_series(branch, fix(numbered("queue"), numbered("queue", l35="y")), advisory=make_advisory(state=State.PUBLIC))
    checked(branch)
    before = told(branch, 0)
    assert (before.standing, len(before.fixes), len(before.waiting)) == (Standing.COMING, 2, 1)
    assert not before.is_whole
    assert earlier.make_owed(branch) == 2
    assert len(told(branch, 0).fixes) == 3


@pytest.mark.django_db
def test_a_fix_that_leans_on_a_hidden_one_is_in_no_earlier_list(upstream: Upstream) -> None:
    branch = with_three_releases(upstream)
    hidden = make_series(
        branch, fix(numbered("queue"), numbered("queue", l30="x")), advisory=make_advisory(state=State.READY)
    )
    leaning = fix(numbered("queue", l30="x"), numbered("queue", l30="x", l31="z"))
    make_series(branch, leaning, advisory=make_advisory(number=9, state=State.PUBLIC), depends_on=[hidden])
    checked(branch)
    earlier.make_owed(branch)
    one = told(branch, 1)
    assert ([fix.number for fix in one.fixes], [fix.number for fix in one.waiting]) == ([1, 2], [9])
    assert not one.by_hand


@pytest.mark.django_db
def test_what_nothing_helps_says_why_on_an_earlier_release(upstream: Upstream) -> None:
    branch = with_three_releases(upstream)
    patch = fix(numbered("queue", l20="nobody wrote this"), numbered("queue", l20="nor this"))
    make_series(branch, patch, advisory=make_advisory(number=7, state=State.PUBLIC))
    checked(branch)
    earlier.make_owed(branch)
    [left] = told(branch, 0).by_hand
    assert left.number == 7
    page = Client().get("/trees/sluice/1.0/1.0.0/").text
    assert escape(left.reason) in page
    for words in ("Where SSA-7 stops", "Hunk 1 doesn&#x27;t fit", "nobody wrote this"):
        assert words in page


@pytest.mark.django_db
def test_a_list_is_made_by_one_worker_and_written_by_who_still_holds_it(upstream: Upstream) -> None:
    branch = with_three_releases(upstream)
    checked(branch)
    row = Backlog.objects.owed()[0]
    assert Backlog.objects.claim(row.pk, lease=timedelta(minutes=1))
    assert not earlier.work_on(row.pk)
    first = Backlog.objects.held(row.pk, 1)
    Backlog.objects.filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(minutes=1))
    assert earlier.work_on(row.pk)
    assert first.update(steps=["late"]) == 0


@pytest.mark.django_db
def test_the_exported_site_follows_once_all_lists_are_made(
    upstream: Upstream, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EXPORT_DIR = tmp_path / "site"
    monkeypatch.setattr(planning, "hour", lambda now: "the same for as long as a test takes")
    branch = with_three_releases(upstream)
    checked(branch)
    assert exporting.sweep()
    told = tmp_path / "site/current/trees/sluice/1.0/1.0.0"
    assert "being made" in (told / "fixes.json").read_text()
    [one, *_] = Backlog.objects.owed()
    earlier.work_on(one.pk)
    assert not exporting.sweep()
    earlier.make_owed(branch)
    assert exporting.sweep()
    assert {"fixes.json", "fixes.mbox", "fixes.quilt.tar.gz"} <= {file.name for file in told.iterdir()}
    assert not exporting.sweep()


@pytest.mark.django_db
def test_what_cannot_be_done_now_is_put_off_and_does_not_wear_out(upstream: Upstream) -> None:
    branch = with_three_releases(upstream)
    checked(branch)
    row = Backlog.objects.owed()[0]
    PointRelease.objects.filter(pk=row.release_id).update(commit="9" * 40)
    assert earlier.work_on(row.pk)
    row.refresh_from_db()
    assert (row.attempt, row.attempts_allowed, row.lease_until) == (1, MOST_ATTEMPTS + 1, None)
    assert not earlier.work_on(row.pk)


@pytest.fixture
def branch(db: None) -> Branch:
    branch = make_branch(make_tree(), "1.7")
    release_on(branch, 3)
    release_on(branch, 4)
    series_for([branch], make_advisory(number=1, state=State.PUBLIC))
    return branch


def owed(branch: Branch, **fields: object) -> Backlog:
    release = PointRelease.objects.get(branch=branch, number=3)
    return Backlog.objects.create(release=release, base_commit="4" * 40, wanted="5" * 64, **fields)


def page(path: str = "") -> str:
    return Client().get(f"/trees/sluice/1.7/1.7.3/{path}").text


def test_a_list_that_nobody_has_made_yet_is_said_to_be_coming(branch: Branch) -> None:
    owed(branch)
    assert "This list is being made" in page()
    said = json.loads(page("fixes.json"))
    assert (said["state"], said["is_whole"], said["last"]) == ("being made", False, "1.7.4")
    assert Client().get("/trees/sluice/1.7/1.7.3/fixes.mbox").status_code == 404


def test_a_list_that_wore_its_workers_out_says_so_until_something_moves(branch: Branch) -> None:
    row = owed(branch, attempt=MOST_ATTEMPTS)
    assert "This list could not be made" in page()
    assert not earlier.work_on(row.pk)
    earlier.ask_for(branch, {})
    assert "This list is being made" in page()


def test_whoever_asks_for_another_check_has_given_up_lists_tried_again(branch: Branch, client: Client) -> None:
    row = owed(branch, attempt=MOST_ATTEMPTS)
    client.force_login(make_user("", Role.RELEASE_MANAGER))
    assert client.post("/trees/sluice/1.7/check").status_code == 302
    assert Backlog.objects.claimable().filter(pk=row.pk).exists()


def test_a_branch_without_security_support_keeps_no_lists_of_earlier_releases(branch: Branch) -> None:
    owed(branch)
    Branch.objects.update(security_supported_until=date(2025, 3, 1))
    branch.refresh_from_db()
    said = page()
    assert "Security support of 1.7 ended on 1 March 2025" in said
    assert "what 1.7.4 lacks" in said
    earlier.ask_for(branch, {})
    assert not Backlog.objects.exists()


def test_a_branch_that_is_not_followed_has_no_list_and_owes_none(branch: Branch) -> None:
    owed(branch)
    Branch.objects.update(is_followed=False)
    assert "follow this branch" in page()
    assert not earlier.ring()


def test_only_the_newest_releases_keep_lists(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("releases.models.branch.MOST_LISTED", 1)
    monkeypatch.setattr("releases.lacking.reading.MOST_LISTED", 1)
    earlier.ask_for(branch, {})
    assert not Backlog.objects.exists()
    assert "There is no list of this release" in page()


def test_the_bell_rings_for_one_list_at_a_time(branch: Branch) -> None:
    release_on(branch, 5)
    earlier.ask_for(branch, {})
    assert Backlog.objects.owed().count() == 2
    assert earlier.ring()
    assert not earlier.ring()
    Backlog.objects.update(rung_at=timezone.now() - timedelta(minutes=5))
    newest = Backlog.objects.get(release__number=4)
    Backlog.objects.filter(pk=newest.pk).update(attempt=1, lease_until=timezone.now() + timedelta(minutes=1))
    assert not earlier.ring()
    Backlog.objects.update(lease_until=None)
    sweeping.sweep()
    assert Backlog.objects.filter(pk=newest.pk, rung_at__gt=timezone.now() - timedelta(minutes=1)).exists()


def test_a_row_that_is_neither_made_nor_wanted_is_refused(branch: Branch) -> None:
    row = owed(branch)
    with pytest.raises(IntegrityError):
        Backlog.objects.filter(pk=row.pk).update(wanted="")
