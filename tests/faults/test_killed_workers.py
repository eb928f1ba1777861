"""Real workers, killed and started again: the right verdict in the end, and an honest state meanwhile."""

import pytest
from django.db.models.functions import Now

from releases.checking import requesting as checking
from releases.models import Branch, BranchRun, Cell, Check, RunState, StoredVerdict, Tree
from tests.conftest import VAR
from tests.faults.worker import wait_until, worker
from tests.make import fetched, make_series, make_tree
from tests.upstream import Upstream, fix, numbered

pytestmark = pytest.mark.django_db(transaction=True)
SERIES = 25


@pytest.fixture
def tree(transactional_db: None, upstream: Upstream) -> Tree:
    return make_tree(upstream, fetch_every_s=5)


@pytest.fixture
def branch(tree: Tree) -> Branch:
    return fetched(tree)


def test_a_killed_worker_s_run_is_taken_up_and_nothing_is_done_twice(branch: Branch) -> None:
    for number in range(SERIES):
        make_series(branch, fix(numbered("queue"), numbered("queue", l25=f"queue is safe {number}")))
    with worker(VAR) as first:
        wait_until(lambda: BranchRun.objects.filter(cells_done__gte=3), first)
        first.kill()
    run = BranchRun.objects.order_by("pk")[0]
    assert run.cells_done < run.cells_total
    assert run.state == RunState.RUNNING
    assert Cell.objects.filter(is_due=True).exists()
    with worker(VAR) as second:
        wait_until(lambda: not BranchRun.objects.unfinished().exists(), second)
    run.refresh_from_db()
    assert (run.state, run.attempt) == (RunState.DONE, 2)
    assert not Cell.objects.filter(is_due=True).exists()
    assert set(StoredVerdict.objects.values_list("kind", flat=True)) == {"applies"}
    assert Check.objects.count() == SERIES * 3


def test_a_lost_message_is_rung_for_again(branch: Branch) -> None:
    run = checking.request(branch, ring=False)
    with worker(VAR) as ringing:
        wait_until(lambda: BranchRun.objects.filter(pk=run.pk, state=RunState.DONE), ringing)


def test_a_worker_left_alone_fetches_and_checks_what_moves(tree: Tree, upstream: Upstream) -> None:
    with worker(VAR) as alone:
        wait_until(lambda: Branch.objects.exists(), alone)
        branch = Branch.objects.get()
        series = make_series(branch, fix(numbered("queue"), numbered("queue", l25="queue is safe")))
        cell = Cell.objects.filter(series=series, baseline="stable")
        wait_until(lambda: cell.filter(check_made__verdict__kind="applies"), alone)
        upstream.commit("stable-1.0", {"queue.c": numbered("queue", l25="queue is new")}, "Renew queues")
        Tree.objects.update(fetch_due_at=Now())
        wait_until(lambda: cell.filter(check_made__verdict__kind="conflicts"), alone)
        alone.kill()
