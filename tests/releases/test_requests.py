"""What makes checks due: everything a verdict depends on, without anybody having to tell."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from pytest_django import DjangoAssertNumQueries

from advisories.lifecycle import State
from advisories.models import Publication
from releases import uploading
from releases.checking import requesting as checking
from releases.models import Branch, BranchRun, Cell, Flag, PointRelease, RunState, Series, Tree
from tests.make import checked, fetched, make_advisory, make_branch, make_series, verdicts
from tests.upstream import Upstream, fix, numbered

SAFE = fix(numbered("queue"), numbered("queue", l25="queue is safe"))


@pytest.fixture
def branch(tree: Tree) -> Branch:
    return fetched(tree)


@pytest.fixture
def settled(branch: Branch) -> Series:
    """A series whose verdicts are up to date."""
    series = make_series(branch, SAFE)
    checked(branch)
    assert checking.request_where_inputs_moved() == 0
    return series


def test_a_new_series_is_due_on_its_branches(branch: Branch) -> None:
    make_series(branch, SAFE)
    assert Cell.objects.filter(is_due=True, check_made=None).count() == 3
    assert BranchRun.objects.get(state=RunState.QUEUED).branch == branch


def test_asking_twice_queues_one_run(branch: Branch) -> None:
    assert checking.request(branch) == checking.request(branch)


def test_a_request_during_a_run_queues_another(branch: Branch) -> None:
    first = checking.request(branch)
    assert BranchRun.objects.claim(first.pk, lease=timedelta(minutes=1))
    second = checking.request(branch)
    assert second != first
    assert not BranchRun.objects.claim(second.pk, lease=timedelta(minutes=1))


def test_a_moved_tip_is_due(settled: Series, branch: Branch, upstream: Upstream) -> None:
    upstream.commit("stable-1.0", {"README": b"Read me\n"})
    fetched(branch.tree)
    assert Cell.objects.filter(is_due=True).count() == 3


def test_a_new_point_release_is_due_and_becomes_the_baseline(
    settled: Series, branch: Branch, upstream: Upstream
) -> None:
    upstream.tag("R-1.0.1", "stable-1.0")
    fetched(branch.tree)
    checked(branch)
    release = PointRelease.objects.get(number=1)
    assert Cell.objects.get(baseline="release").check_made.base_commit == release.commit  # type: ignore[union-attr]


def test_a_revision_is_due(settled: Series, branch: Branch) -> None:
    uploading.upload_revision(
        settled, files=[("1.patch", fix(numbered("queue"), numbered("queue", l26="queue is safe")))], by=None
    )
    assert Cell.objects.filter(is_due=True).count() == 3
    checked(branch)
    checks = [cell.check_made.revision.number for cell in Cell.objects.all() if cell.check_made]
    assert checks == [2, 2, 2]


def test_an_advisory_that_carries_no_fixes_any_more_leaves_the_board(branch: Branch) -> None:
    series = make_series(branch, fix(b"", b"[core]\n", ".git/config"))
    checked(branch)
    assert Flag.objects.open().count() == 1
    series.advisory.move_to(State.UNUSED, by=None, ended_because="Nothing to fix.")
    assert checking.advisory_moved(series.advisory) == 1
    assert not Cell.objects.exists()
    assert not Flag.objects.open().exists()


def test_an_advisory_whose_instant_comes_by_the_clock_is_noticed(branch: Branch) -> None:
    advisory = make_advisory(state=State.PUBLIC, public_in=timedelta(hours=1))
    make_series(branch, SAFE, advisory=advisory)
    checked(branch)
    assert checking.request_where_inputs_moved() == 0
    Publication.objects.update(public_at=Now())
    assert checking.request_where_inputs_moved() == 1


@pytest.mark.parametrize("field", ["allow_symlinks", "allow_git_files", "never_needed_pattern"])
def test_a_setting_of_the_tree_is_due(settled: Series, branch: Branch, field: str) -> None:
    value = "^Never" if field.endswith("pattern") else True
    Tree.objects.update(**{field: value})
    assert checking.request_where_inputs_moved(tree=branch.tree) == 1


def test_a_branch_that_is_let_go_loses_its_cells_and_gets_them_back(settled: Series, branch: Branch) -> None:
    Branch.objects.update(is_followed=False)
    checking.request_where_inputs_moved()
    assert not Cell.objects.exists()
    Branch.objects.update(is_followed=True)
    checking.request_where_inputs_moved()
    checked(branch)
    assert verdicts(settled, branch)["release"] == "applies"


def test_a_branch_that_a_series_is_no_longer_meant_for_loses_its_cells(settled: Series, branch: Branch) -> None:
    settled.branches.set([make_branch(branch.tree, "0.9")])
    checking.request_where_inputs_moved()
    assert set(Cell.objects.values_list("branch__name", flat=True)) == {"0.9"}


def test_looking_for_what_moved_costs_the_same_however_much_there_is(
    branch: Branch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_series([branch, make_branch(branch.tree, "0.9")], SAFE)
    for number in range(3):
        make_series(branch, fix(numbered("queue"), numbered("queue", l25=f"queue is safe {number}")))
    checking.request_where_inputs_moved()
    with django_assert_num_queries(6):
        assert checking.request_where_inputs_moved() == 0
