"""Runs under trouble: taken over, worn out, put off, given up; by the same code that a worker runs."""

import shutil
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from advisories.lifecycle import State
from releases.checking import cells, running, sweeping
from releases.checking import requesting as checking
from releases.checking.leases import LostLease
from releases.mirroring.mirrors import mirror_of
from releases.models import Branch, BranchRun, Cell, Check, RunState, Series, StoredVerdict, Tree
from releases.models.run import MOST_ATTEMPTS
from tests.make import checked, fetched, make_advisory, make_series, make_tree, verdicts
from tests.upstream import Upstream, fix, numbered

SAFE = fix(numbered("queue"), numbered("queue", l25="queue is safe"))
LEASE = timedelta(minutes=1)


@pytest.fixture
def branch(tree: Tree) -> Branch:
    return fetched(tree)


def let_the_lease_run_out() -> None:
    BranchRun.objects.filter(state=RunState.RUNNING).update(lease_until=Now() - timedelta(seconds=1))


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_on_one_run_do_it_once(upstream: Upstream) -> None:
    branch = fetched(make_tree(upstream))
    series = make_series(branch, SAFE)
    run = BranchRun.objects.get(state=RunState.QUEUED)
    start = threading.Barrier(3)
    outcomes: list[bool] = []

    def work() -> None:
        start.wait()
        outcomes.append(running.work_on(run.pk))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False, False, True]
    assert verdicts(series, branch) == {"release": "applies", "stable": "applies", "staging": "applies"}
    assert Check.objects.count() == 3


def test_a_worker_that_lost_its_lease_writes_nothing(branch: Branch) -> None:
    series = make_series(branch, SAFE)
    run = BranchRun.objects.get(state=RunState.QUEUED)
    assert BranchRun.objects.claim(run.pk, lease=LEASE)
    slow = BranchRun.objects.get(pk=run.pk)
    let_the_lease_run_out()
    assert running.work_on(run.pk)
    with pytest.raises(LostLease):
        cells.hold(slow, done=99)
    assert BranchRun.objects.get(pk=run.pk).cells_done == 3
    assert verdicts(series, branch)["release"] == "applies"


def test_a_run_whose_lease_holds_is_not_taken(branch: Branch) -> None:
    run = checking.request(branch)
    assert BranchRun.objects.claim(run.pk, lease=LEASE)
    assert not running.work_on(run.pk)
    assert sweeping.ring_again() == 0


def test_a_run_that_kills_its_worker_every_time_is_given_up_with_words(branch: Branch) -> None:
    make_series(branch, SAFE)
    run = BranchRun.objects.get(state=RunState.QUEUED)
    for _ in range(MOST_ATTEMPTS):
        assert BranchRun.objects.claim(run.pk, lease=LEASE)
        let_the_lease_run_out()
    assert not running.work_on(run.pk)
    sweeping.sweep()
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "too often" in run.trouble
    assert Cell.objects.filter(is_due=True).count() == 3
    assert not BranchRun.objects.unfinished().exists()


def test_a_run_given_up_is_tried_again_when_somebody_asks(branch: Branch) -> None:
    series = make_series(branch, SAFE)
    BranchRun.objects.update(state=RunState.FAILED)
    running.work_on(checking.request(branch).pk)
    assert verdicts(series, branch)["release"] == "applies"


def test_bells_that_were_lost_are_rung_again_but_not_at_once(branch: Branch) -> None:
    run = checking.request(branch)
    assert sweeping.ring_again() == 0
    BranchRun.objects.update(rung_at=Now() - timedelta(minutes=1))
    assert sweeping.ring_again() == 1
    assert sweeping.ring_again() == 0
    assert BranchRun.objects.claim(run.pk, lease=LEASE)
    let_the_lease_run_out()
    BranchRun.objects.update(rung_at=Now() - timedelta(minutes=1))
    assert sweeping.ring_again() == 1


def test_without_mirror_and_upstream_a_run_waits_and_does_not_wear_out(branch: Branch, upstream: Upstream) -> None:
    series = make_series(branch, SAFE)
    run = BranchRun.objects.get(state=RunState.QUEUED)
    shutil.rmtree(mirror_of(branch.tree).path)
    away = upstream.path.with_name("away")
    shutil.move(upstream.path, away)
    for postponed in range(1, MOST_ATTEMPTS + 2):
        assert running.work_on(run.pk)
        run.refresh_from_db()
        assert (run.state, run.times_postponed) == (RunState.QUEUED, postponed)
        assert run.not_before is not None
        assert run.trouble
    assert Cell.objects.filter(is_due=True).count() == 3
    shutil.move(away, upstream.path)
    assert running.work_on(run.pk)
    assert verdicts(series, branch)["release"] == "applies"


def test_a_mirror_that_cannot_be_read_is_replaced_before_the_next_attempt(branch: Branch) -> None:
    series = make_series(branch, SAFE)
    run = BranchRun.objects.get(state=RunState.QUEUED)
    for path in (mirror_of(branch.tree).path / "objects").rglob("*"):
        if path.is_file():
            path.chmod(0o600)
            path.write_bytes(b"x" * 100)
    running.work_on(run.pk)
    run.refresh_from_db()
    if run.state == RunState.QUEUED:
        running.work_on(run.pk)
        run.refresh_from_db()
    assert run.state == RunState.DONE
    assert verdicts(series, branch)["release"] == "applies"


def test_commits_that_the_upstream_has_dropped_meanwhile_are_followed(branch: Branch, upstream: Upstream) -> None:
    """Another machine recorded the tips; this one has no mirror, and the upstream was rewritten in between."""
    series = make_series(branch, SAFE)
    shutil.rmtree(mirror_of(branch.tree).path)
    upstream.branch("stable-1.0", "R-1.0.0")
    rewritten = upstream.commit("stable-1.0", {"README": b"Another past\n"}, "Rewrite history")
    upstream.branch("staging-1.0", rewritten)
    upstream.git("reflog", "expire", "--expire=now", "--all")
    upstream.git("gc", "--prune=now", "--quiet")
    run = checked(branch)
    assert run.state == RunState.DONE
    assert verdicts(series, branch)["stable"] == "applies"
    assert Cell.objects.get(baseline="stable").check_made.base_commit == rewritten  # type: ignore[union-attr]


def test_an_unforeseen_error_fails_the_run_in_neutral_words(branch: Branch, caplog: pytest.LogCaptureFixture) -> None:
    make_series(branch, SAFE)
    Tree.objects.update(never_needed_pattern="(geheim")
    run = checking.request(branch)
    running.work_on(run.pk)
    run.refresh_from_db()
    assert (run.state, run.trouble) == (RunState.FAILED, "an unforeseen error; the worker's log says where")
    assert "geheim" not in caplog.text
    assert Cell.objects.filter(is_due=True, check_made=None).count() == 3


def test_one_series_that_breaks_the_engine_does_not_stop_the_others(branch: Branch) -> None:
    poison = make_series(branch, SAFE)
    public = make_advisory(state=State.PUBLIC)
    fine = make_series(branch, fix(numbered("queue"), numbered("queue", l26="queue is safe")), advisory=public)
    Series.objects.filter(pk=poison.pk).update(depends_on_commits=[["not an id"]])
    run = checking.request(branch)
    running.work_on(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "3 of 6 cells" in run.trouble
    assert verdicts(fine, branch)["release"] == "applies"
    assert verdicts(poison, branch)["release"] == ""


def test_two_branches_that_come_to_the_same_verdict_share_it(branch: Branch, upstream: Upstream) -> None:
    upstream.branch("stable-1.1", "stable-1.0")
    upstream.branch("staging-1.1", "staging-1.0")
    fetched(branch.tree)
    branches = list(branch.tree.branches.all())
    series = make_series(branches, SAFE)
    for one in branches:
        checked(one)
    assert {verdicts(series, one)["stable"] for one in branches} == {"applies"}
    assert StoredVerdict.objects.filter(kind="applies").count() == 2
