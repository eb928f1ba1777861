"""Unchanged inputs never compute twice, and changed ones always do."""

import pytest
from pytest_django import Settings

from releases.checking import requesting as checking
from releases.checking import running
from releases.models import Branch, BranchRun, Cell, Check, RunState, StoredVerdict, Tree
from tests.make import check_of, checked, fetched, make_series, verdicts
from tests.upstream import Upstream, fix, numbered

SAFE = fix(numbered("queue"), numbered("queue", l25="queue is safe"))
BOUNDED = fix(numbered("queue", l10="queue is long"), numbered("queue", l10="queue is bounded"))


@pytest.fixture
def branch(tree: Tree) -> Branch:
    return fetched(tree)


@pytest.mark.parametrize("patch", [SAFE, BOUNDED], ids=["applies", "needs prerequisites"])
def test_a_branch_that_moves_elsewhere_is_looked_up(branch: Branch, upstream: Upstream, patch: bytes) -> None:
    series = make_series(branch, patch)
    checked(branch)
    before = check_of(series, branch, "stable")
    computed = StoredVerdict.objects.count()
    upstream.commit("stable-1.0", {"README": b"Read me\n"}, "Document")
    upstream.commit("staging-1.0", {"README": b"Read me\n"}, "Document")
    branch = fetched(branch.tree)
    checked(branch)
    after = check_of(series, branch, "stable")
    assert after.base_commit != before.base_commit
    assert (after.verdict_id, after.was_computed) == (before.verdict_id, False)
    assert StoredVerdict.objects.count() == computed


def test_that_it_applies_to_the_release_does_not_depend_on_what_staging_does(
    branch: Branch, upstream: Upstream
) -> None:
    series = make_series(branch, SAFE)
    checked(branch)
    before = list(StoredVerdict.objects.order_by("pk"))
    upstream.commit("staging-1.0", {"queue.c": numbered("queue", l25="queue is new")}, "Renew queues")
    branch = fetched(branch.tree)
    checked(branch)
    computed = check_of(series, branch, "staging").verdict
    assert computed.kind == "conflicts"
    assert list(StoredVerdict.objects.filter(kind="applies").order_by("pk")) == before


def test_a_branch_that_moves_under_the_series_is_computed_again(branch: Branch, upstream: Upstream) -> None:
    series = make_series(branch, SAFE)
    checked(branch)
    upstream.commit("stable-1.0", {"queue.c": numbered("queue", l25="queue is new")}, "Renew queues")
    branch = fetched(branch.tree)
    checked(branch)
    assert check_of(series, branch, "stable").was_computed
    assert verdicts(series, branch)["stable"] == "conflicts"


def test_a_window_that_grows_by_what_helps_is_searched_again(branch: Branch, upstream: Upstream) -> None:
    new = numbered("queue", l10="queue is long", l25="queue is new")
    series = make_series(branch, fix(new, new.replace(b"is new", b"is safe")))
    checked(branch)
    assert verdicts(series, branch)["release"] == "conflicts"
    upstream.commit("staging-1.0", {"queue.c": new}, "Renew queues")
    branch = fetched(branch.tree)
    checked(branch)
    assert verdicts(series, branch)["release"] == "needs prerequisites"


def test_another_pass_over_the_same_writes_no_check(branch: Branch) -> None:
    make_series(branch, SAFE)
    checked(branch)
    before = Check.objects.count()
    run = checking.request(branch)
    assert Cell.objects.filter(is_due=True).count() == 3
    running.work_on(run.pk)
    assert Check.objects.count() == before
    assert not Cell.objects.filter(is_due=True).exists()


def test_another_limit_computes_again(branch: Branch, settings: Settings) -> None:
    series = make_series(branch, SAFE)
    checked(branch)
    settings.ENGINE_LIMITS = {**settings.ENGINE_LIMITS, "patch_bytes": 10}
    assert checking.request_where_inputs_moved() == 1
    checked(branch)
    assert set(verdicts(series, branch).values()) == {"invalid"}
    assert BranchRun.objects.filter(state=RunState.DONE).count() == 2
