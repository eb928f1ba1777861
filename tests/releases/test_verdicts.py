"""Each verdict with its evidence, from an upload to the cell, on a small real repository."""

import pytest

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
