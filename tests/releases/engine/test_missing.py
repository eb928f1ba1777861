"""A fix that nothing in its window helps, and the proof."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import call_command

from releases.engine.replay import Fix, Repository, replay
from releases.engine.verdicts import Kind
from tests.upstream import Upstream, numbered


def merge(upstream: Upstream, branch: str, side: str, files: dict[str, bytes]) -> str:
    """Merge a commit that changes `files` into `branch`, from a side branch that is forgotten."""
    tip = upstream.git("rev-parse", branch)
    upstream.branch(side, tip)
    changed = upstream.commit(side, files, "On the side")
    merged = upstream.git("commit-tree", "-p", tip, "-p", changed, "-m", "Merge", f"{changed}^{{tree}}")
    upstream.branch(branch, merged)
    return merged


def story(upstream: Upstream) -> dict[str, str]:
    """A fix stands on a line of a commit that also changes a line which came in with a merge."""
    branch = "staging-1.0"
    ids = {"base": upstream.commit(branch, {"a.c": numbered("a"), "b.c": numbered("b")}, "Release")}
    upstream.tag("v1.0.0", branch)
    ids["other"] = upstream.commit(branch, {"b.c": numbered("b", l30="other")}, "Elsewhere")
    ids["merge"] = merge(upstream, branch, "side", {"b.c": numbered("b", l10="merged", l30="other")})
    files = {"a.c": numbered("a", l4="near"), "b.c": numbered("b", l10="merged", l11="mended", l30="other")}
    ids["helper"] = upstream.commit(branch, files, "Near, and on top of what was merged")
    ids["fix"] = upstream.commit(branch, {"a.c": numbered("a", l4="near", l5="fixed")}, "This is XSA-1")
    upstream.tag("v1.0.1", branch)
    return ids


def replayed(upstream: Upstream, base: str, fix: str) -> Fix:
    with closing(Repository(upstream.path)) as repository:
        [found] = replay(repository, base, repository.history.walk(base, fix), {fix}).fixes
        return found


def test_the_chain_leads_from_the_fix_to_what_came_with_the_merge(upstream: Upstream) -> None:
    ids = story(upstream)
    fix = replayed(upstream, ids["base"], ids["fix"])
    assert fix.verdict is Kind.CONFLICTS
    assert [(missing.commit, missing.path, missing.line, missing.brought_by) for missing in fix.missing] == [
        (ids["fix"], b"a.c", b"near\n", (ids["helper"],)),
        (ids["helper"], b"b.c", b"merged\n", ()),
    ]
    assert [missing.came_with for missing in fix.missing] == [None, ids["merge"]]


def test_the_conflict_shows_what_was_expected_and_found(upstream: Upstream) -> None:
    ids = story(upstream)
    conflict = replayed(upstream, ids["base"], ids["fix"]).conflict
    assert conflict is not None
    assert (conflict.path, conflict.hunk) == (b"a.c", 0)
    assert b"near\n" in conflict.expected
    assert b"a line 4\n" in conflict.found


def test_lines_that_are_there_but_never_together_are_no_proof(upstream: Upstream) -> None:
    branch = "staging-1.0"
    base = upstream.commit(branch, {"a.c": numbered("a", l20="near")}, "Release")
    merge(upstream, branch, "side", {"a.c": numbered("a", l4="near", l20="near")})
    fix = upstream.commit(branch, {"a.c": numbered("a", l4="near", l5="fixed", l20="near")}, "Fix")
    found = replayed(upstream, base, fix)
    assert (found.verdict, found.missing) == (Kind.CONFLICTS, ())
    assert found.conflict is not None


def test_a_fix_that_helps_itself_to_prerequisites_has_no_evidence(upstream: Upstream) -> None:
    base = upstream.commit("staging-1.0", {"a.c": numbered("a")}, "Release")
    upstream.commit("staging-1.0", {"a.c": numbered("a", l4="near")}, "Near")
    fix = upstream.commit("staging-1.0", {"a.c": numbered("a", l4="near", l5="fixed")}, "Fix")
    found = replayed(upstream, base, fix)
    assert (found.verdict, found.conflict, found.missing) == (Kind.NEEDS_PREREQUISITES, None, ())


def test_the_report_names_the_merge(upstream: Upstream, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ids = story(upstream)
    report = tmp_path / "report.json"
    call_command("replay", str(upstream.path), release_tag=r"v(\d+\.\d+)\.(\d+)", fix=r"XSA-\d+", json=report)
    [window] = json.loads(report.read_text())["windows"]
    [fix] = window["fixes"]
    assert (window["verified"], window["prerequisites"], fix["verdict"]) == (True, [], "conflicts")
    assert fix["came_with_merge"] == ids["merge"]
    assert fix["missing"][0] == {
        "commit": ids["fix"], "path": "a.c", "hunk": 1, "line": "near", "brought_by": [ids["helper"]],
    }  # fmt: skip
    assert fix["conflict"]["path"] == "a.c"
    assert f"it came with merge {ids['merge'][:12]}" in capsys.readouterr().out
