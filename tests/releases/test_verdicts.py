"""Each verdict with its evidence, from an upload to the cell, on a small real repository."""

import pytest
from pytest_django import Settings

from releases.engine.verdicts import Outcome, Verdict
from releases.models import Branch, Series, Tree
from tests.make import check_of, checked, fetched, make_series, verdicts
from tests.upstream import Upstream, fix, numbered


@pytest.fixture
def branch(tree: Tree) -> Branch:
    """1.0, followed."""
    return fetched(tree)


def verdict_of(series: Series, branch: Branch, baseline: str = "release") -> Verdict:
    return Verdict.from_json(check_of(series, branch, baseline).verdict.evidence)


def test_a_series_applies_and_tells_where_each_hunk_went(branch: Branch) -> None:
    grown = b"one more line\n" + numbered("queue")
    series = make_series(branch, fix(grown, grown.replace(b"queue line 25", b"queue is safe")))
    checked(branch)
    assert verdicts(series, branch) == {"release": "applies", "stable": "applies", "staging": "applies"}
    [patch] = verdict_of(series, branch).patches
    assert patch.outcome == Outcome.APPLIED
    assert (patch.places[0].path, patch.places[0].line, patch.places[0].offset) == ("queue.c", 22, -1)
    assert check_of(series, branch).base_name == "R-1.0.0"


def test_a_series_that_needs_a_commit_of_the_window_names_it(branch: Branch, upstream: Upstream) -> None:
    ahead = numbered("queue", l10="queue is long")
    series = make_series(branch, fix(ahead, numbered("queue", l10="queue is bounded")))
    checked(branch)
    assert verdicts(series, branch) == {
        "release": "needs prerequisites",
        "stable": "needs prerequisites",
        "staging": "applies",
    }
    verdict = verdict_of(series, branch)
    [needed] = verdict.prerequisites
    assert needed.commit is not None
    assert needed.commit.commit == upstream.git("rev-parse", "staging-1.0")
    assert needed.commit.subject == "Lengthen queues"
    assert len(verdict.verified_tree) == 40


def test_a_conflict_names_the_hunk_and_the_commit_in_the_way(branch: Branch, upstream: Upstream) -> None:
    series = make_series(branch, fix(numbered("timer"), numbered("timer", l31="timer is safe"), "timer.c"))
    checked(branch)
    assert verdicts(series, branch) == {"release": "applies", "stable": "conflicts", "staging": "conflicts"}
    verdict = verdict_of(series, branch, "stable")
    assert verdict.failed is not None
    assert (verdict.failed.path, verdict.failed.hunk, verdict.failed.found_at) == ("timer.c", 0, 28)
    assert "timer line 30" in verdict.failed.expected
    assert "timer is late" in verdict.failed.found
    assert [commit.subject for commit in verdict.in_the_way] == ["Make timers late"]


def test_commits_that_changed_other_lines_are_not_in_the_way(branch: Branch, upstream: Upstream) -> None:
    late = numbered("timer", l30="timer is late", l3="timer begins")
    upstream.commit("stable-1.0", {"timer.c": late}, "Begin timers")
    branch = fetched(branch.tree)
    series = make_series(branch, fix(numbered("timer"), numbered("timer", l31="timer is safe"), "timer.c"))
    checked(branch)
    assert [commit.subject for commit in verdict_of(series, branch, "stable").in_the_way] == ["Make timers late"]


def test_a_file_that_is_gone_names_the_commit_that_removed_it(branch: Branch, upstream: Upstream) -> None:
    upstream.commit("stable-1.0", {"timer.c": None}, "Remove timers")
    branch = fetched(branch.tree)
    series = make_series(branch, fix(numbered("timer"), numbered("timer", l31="timer is safe"), "timer.c"))
    checked(branch)
    verdict = verdict_of(series, branch, "stable")
    assert verdict.failed is not None
    assert verdict.failed.hunk is None
    assert [commit.subject for commit in verdict.in_the_way] == ["Remove timers"]


def test_a_series_in_the_history_is_merged_and_says_where(branch: Branch, upstream: Upstream) -> None:
    safe = numbered("queue", l25="queue is safe")
    series = make_series(branch, fix(numbered("queue"), safe))
    commit = upstream.commit("stable-1.0", {"queue.c": safe}, "Take the fix")
    upstream.commit("stable-1.0", {"queue.c": safe.replace(b"is safe", b"is safer")}, "Go further")
    branch = fetched(branch.tree)
    checked(branch)
    assert verdicts(series, branch)["stable"] == "merged"
    assert verdict_of(series, branch, "stable").patches[0].contained_in == commit
    assert verdicts(series, branch)["release"] == "applies"


def test_a_fix_that_went_in_with_other_context_is_merged(branch: Branch, upstream: Upstream) -> None:
    series = make_series(branch, fix(numbered("timer"), numbered("timer", l30="timer is late"), "timer.c"))
    checked(branch)
    assert verdicts(series, branch)["stable"] == "merged"
    squashed = make_series(
        branch, fix(numbered("queue"), numbered("queue", l25="queue is safe")), advisory=series.advisory
    )
    both = {"queue.c": numbered("queue", l25="queue is safe"), "version": b"1.0.1\n"}
    upstream.commit("stable-1.0", both, "Squash a fix and more")
    branch = fetched(branch.tree)
    checked(branch)
    assert verdicts(squashed, branch)["stable"] == "merged"
    assert verdict_of(squashed, branch, "stable").patches[0].contained_in == ""


def test_a_fix_that_was_reverted_is_outstanding_again(branch: Branch, upstream: Upstream) -> None:
    safe = numbered("queue", l25="queue is safe")
    series = make_series(branch, fix(numbered("queue"), safe))
    upstream.commit("stable-1.0", {"queue.c": safe}, "Take the fix")
    upstream.commit("stable-1.0", {"queue.c": numbered("queue")}, "Revert it")
    branch = fetched(branch.tree)
    checked(branch)
    assert verdicts(series, branch)["stable"] == "applies"


def test_of_a_series_that_is_half_merged_the_rest_is_tried(branch: Branch, upstream: Upstream) -> None:
    half = numbered("queue", l25="queue is safe")
    whole = numbered("queue", l25="queue is safe and sound")
    series = make_series(branch, fix(numbered("queue"), half), fix(half, whole))
    upstream.commit("stable-1.0", {"queue.c": half}, "Take the first patch")
    branch = fetched(branch.tree)
    checked(branch)
    assert verdicts(series, branch)["stable"] == "applies"
    outcomes = [patch.outcome for patch in verdict_of(series, branch, "stable").patches]
    assert outcomes == [Outcome.CONTAINED, Outcome.APPLIED]


def test_both_patches_are_merged_although_the_second_changed_what_the_first_wrote(
    branch: Branch, upstream: Upstream
) -> None:
    half = numbered("queue", l25="queue is safe")
    whole = numbered("queue", l25="queue is safe and sound")
    series = make_series(branch, fix(numbered("queue"), half), fix(half, whole))
    upstream.commit("stable-1.0", {"queue.c": whole}, "Take both at once")
    branch = fetched(branch.tree)
    checked(branch)
    assert verdicts(series, branch)["stable"] == "merged"


def test_a_fix_that_staging_has_taken_needs_what_came_before_it_there(branch: Branch, upstream: Upstream) -> None:
    ahead = numbered("queue", l10="queue is long")
    bounded = numbered("queue", l10="queue is bounded")
    series = make_series(branch, fix(ahead, bounded))
    upstream.commit("staging-1.0", {"queue.c": bounded}, "Take the fix")
    upstream.commit("staging-1.0", {"queue.c": numbered("queue", l10="queue is rewritten")}, "Rewrite queues")
    branch = fetched(branch.tree)
    checked(branch)
    assert verdicts(series, branch) == {
        "release": "needs prerequisites",
        "stable": "needs prerequisites",
        "staging": "merged",
    }
    needed = verdict_of(series, branch).prerequisites
    assert [element.commit.subject for element in needed if element.commit] == ["Lengthen queues"]


def test_a_version_bump_counts_only_where_nothing_else_helps(branch: Branch, upstream: Upstream) -> None:
    bumped = {"queue.c": numbered("queue", l10="queue 1.0.1"), "version": b"1.0.1\n"}
    upstream.commit("staging-1.0", bumped, "version bump to 1.0.1")
    branch = fetched(branch.tree)
    old = numbered("queue", l10="queue 1.0.1")
    series = make_series(branch, fix(old, old.replace(b"queue line 11", b"queue is safe")))
    checked(branch)
    verdict = verdict_of(series, branch)
    assert [element.commit.subject for element in verdict.prerequisites if element.commit] == [
        "Lengthen queues",
        "version bump to 1.0.1",
    ]
    assert verdict.never_counted_but_needed == (upstream.git("rev-parse", "staging-1.0"),)


def test_a_series_that_needs_another_series_names_it(branch: Branch) -> None:
    first = numbered("queue", l25="queue is safe")
    helper = make_series(branch, fix(numbered("queue"), first))
    series = make_series(branch, fix(first, numbered("queue", l25="queue is safe and sound")))
    checked(branch)
    assert verdicts(helper, branch)["release"] == "applies"
    assert verdicts(series, branch)["release"] == "needs prerequisites"
    assert [element.series for element in verdict_of(series, branch).prerequisites] == [str(helper.pk)]
    assert list(check_of(series, branch).leans_on.all()) == [helper.advisory]


def test_a_declared_dependency_comes_first_even_if_the_patch_would_apply(branch: Branch) -> None:
    first = make_series(branch, fix(numbered("queue"), numbered("queue", l25="queue is safe")))
    series = make_series(
        branch, fix(numbered("timer"), numbered("timer", l5="timer is safe"), "timer.c"), depends_on=[first]
    )
    checked(branch)
    assert [element.series for element in verdict_of(series, branch).prerequisites] == [str(first.pk)]


def test_a_declared_dependency_that_is_merged_is_no_prerequisite(branch: Branch, upstream: Upstream) -> None:
    safe = numbered("queue", l25="queue is safe")
    first = make_series(branch, fix(numbered("queue"), safe))
    series = make_series(
        branch, fix(numbered("timer"), numbered("timer", l5="timer is safe"), "timer.c"), depends_on=[first]
    )
    upstream.commit("stable-1.0", {"queue.c": safe}, "Take the fix")
    branch = fetched(branch.tree)
    checked(branch)
    assert verdicts(series, branch)["stable"] == "applies"


def test_a_declared_commit_comes_first(branch: Branch, upstream: Upstream) -> None:
    commit = upstream.commit("master", {"queue.c": numbered("queue", l25="queue is new")}, "Renew queues")
    branch = fetched(branch.tree)
    new = numbered("queue", l25="queue is new")
    series = make_series(branch, fix(new, new.replace(b"is new", b"is safe")), depends_on_commits=[commit])
    checked(branch)
    [needed] = verdict_of(series, branch).prerequisites
    assert needed.commit is not None
    assert (needed.commit.commit, needed.commit.subject) == (commit, "Renew queues")


def test_an_unsafe_path_is_kept_and_invalid(branch: Branch) -> None:
    series = make_series(branch, fix(b"", b"[core]\n", ".git/config"))
    checked(branch)
    assert set(verdicts(series, branch).values()) == {"invalid"}
    assert ".git" in verdict_of(series, branch).reason


def test_a_check_that_takes_too_much_work_is_invalid_and_names_the_limit(branch: Branch, settings: Settings) -> None:
    settings.ENGINE_LIMITS = {**settings.ENGINE_LIMITS, "work": 10}
    series = make_series(branch, fix(numbered("queue"), numbered("queue", l25="queue is safe")))
    checked(branch)
    assert verdict_of(series, branch).kind == "invalid"
    assert "work" in verdict_of(series, branch).reason


def test_a_ref_that_is_gone_is_an_error_that_names_it(branch: Branch, upstream: Upstream) -> None:
    series = make_series(branch, fix(numbered("queue"), numbered("queue", l25="queue is safe")))
    upstream.drop("refs/heads/stable-1.0")
    branch = fetched(branch.tree)
    checked(branch)
    assert verdicts(series, branch) == {"release": "applies", "stable": "error", "staging": "applies"}
    assert verdict_of(series, branch, "stable").reason == "stable-1.0 is gone from the upstream"


def test_a_branch_without_a_point_release_has_no_cell_for_it(branch: Branch, upstream: Upstream) -> None:
    series = make_series(branch, fix(numbered("queue"), numbered("queue", l25="queue is safe")))
    upstream.drop("refs/tags/R-1.0.0")
    branch = fetched(branch.tree)
    checked(branch)
    assert verdicts(series, branch) == {"stable": "applies", "staging": "applies"}


def test_series_that_no_other_series_helps_conflict_and_the_search_ends(branch: Branch) -> None:
    alien = numbered("queue", l24="queue of another project", l26="queue of a third one")
    several = [make_series(branch, fix(alien, alien.replace(b"line 25", b"line 25 " + word))) for word in (b"a", b"b")]
    checked(branch)
    for series in several:
        assert set(verdicts(series, branch).values()) == {"conflicts"}
