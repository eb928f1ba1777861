"""Prerequisite lists on generated histories, judged by real git."""

import dataclasses
import os
import re
import subprocess
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings

from releases.engine.replay import Replayed, Repository, replay
from releases.engine.verdicts import Kind
from tests.releases.engine.conftest import ENGINE
from tests.releases.engine.histories import Story, stories, write
from tests.upstream import Upstream, numbered


def applies(upstream: Upstream, base: str, commits: list[str]) -> bool:
    """Whether git itself takes these commits' patches one after the other on `base`."""
    with TemporaryDirectory() as scratch:
        environment = {
            "PATH": os.defpath,
            "HOME": scratch,
            "GIT_DIR": str(upstream.path),
            "GIT_INDEX_FILE": str(Path(scratch, "index")),
        }
        subprocess.run(["git", "read-tree", base], env=environment, check=True)
        for commit in commits:
            patch = subprocess.run(
                ["git", "diff-tree", "-p", "--binary", "--full-index", "--no-renames", f"{commit}^", commit],
                env=environment, capture_output=True, check=True,
            ).stdout  # fmt: skip
            if patch:
                done = subprocess.run(["git", "apply", "--cached"], env=environment, input=patch, capture_output=True)
                if done.returncode:
                    return False
    return True


def replayed(upstream: Upstream, ids: list[str], fixes: set[str], never: str = "") -> Replayed:

    with closing(Repository(upstream.path)) as repository:
        walked = repository.history.walk(ids[0], ids[-1])
        pattern = re.compile(never) if never else None
        outcome = replay(repository, ids[0], walked, fixes, never=pattern, audit=True)
        thorough = replay(repository, ids[0], walked, fixes, never=pattern, audit=True, thorough=True)
        assert thorough.word == dataclasses.replace(outcome.word, applied=outcome.word.files)
        return outcome


def listed(ids: list[str], outcome: Replayed) -> list[str]:
    """The prerequisites and the fixes that apply with them, in the order of history."""
    fixes = {fix.commit for fix in outcome.fixes if fix.verdict is not Kind.CONFLICTS}
    return [commit for commit in ids if commit in fixes or commit in outcome.prerequisites]


@given(story=stories())
@settings(ENGINE, max_examples=ENGINE.max_examples // 4)
def test_git_takes_the_list_and_refuses_it_without_any_one_of_its_elements(story: Story) -> None:
    with TemporaryDirectory() as folder:
        upstream = Upstream.make(Path(folder, "upstream.git"))
        ids = write(upstream, story)
        outcome = replayed(upstream, ids, {ids[number + 1] for number in story.outstanding})
        everything = listed(ids, outcome)
        assert (outcome.word.disagreement, outcome.droppable) == ("", ())
        assert all(fix.verdict is not Kind.CONFLICTS for fix in outcome.fixes)
        assert applies(upstream, ids[0], everything)
        for element in outcome.prerequisites:
            assert not applies(upstream, ids[0], [commit for commit in everything if commit != element])


@given(story=stories())
@settings(ENGINE, max_examples=ENGINE.max_examples // 4)
def test_a_fix_is_said_to_apply_alone_where_git_takes_it_after_those_before_it(story: Story) -> None:
    with TemporaryDirectory() as folder:
        upstream = Upstream.make(Path(folder, "upstream.git"))
        ids = write(upstream, story)
        outcome = replayed(upstream, ids, {ids[number + 1] for number in story.outstanding})
        taken: list[str] = []
        for fix in outcome.fixes:
            alone = applies(upstream, ids[0], [*taken, fix.commit])
            assert (fix.verdict is Kind.APPLIES) == alone
            if alone:
                taken.append(fix.commit)


def test_what_commutes_away_is_no_prerequisite(upstream: Upstream) -> None:
    ids = [upstream.commit("staging-1.0", {"a.c": numbered("a")}, "Release")]
    ids.append(upstream.commit("staging-1.0", {"a.c": numbered("a", l30="far away")}, "Far away"))
    ids.append(upstream.commit("staging-1.0", {"a.c": numbered("a", l30="far away", l4="near")}, "Near"))
    ids.append(upstream.commit("staging-1.0", {"a.c": numbered("a", l30="far away", l4="near", l5="fix")}, "Fix"))
    assert replayed(upstream, ids, {ids[-1]}).prerequisites == (ids[2],)


def test_commits_that_undo_each_other_are_both_left_out(upstream: Upstream) -> None:
    ids = [upstream.commit("staging-1.0", {"a.c": numbered("a")}, "Release")]
    ids.append(upstream.commit("staging-1.0", {"a.c": numbered("a", l4="there")}, "There"))
    ids.append(upstream.commit("staging-1.0", {"a.c": numbered("a")}, "And back"))
    ids.append(upstream.commit("staging-1.0", {"a.c": numbered("a", l5="fix")}, "Fix"))
    assert replayed(upstream, ids, {ids[-1]}).prerequisites == ()


def test_a_version_bump_counts_only_where_nothing_else_helps_and_is_named_then(upstream: Upstream) -> None:
    ids = [upstream.commit("staging-1.0", {"Makefile": numbered("m")}, "Release")]
    ids.append(upstream.commit("staging-1.0", {"Makefile": numbered("m", l4="VERSION = 2")}, "Bump the version"))
    ids.append(upstream.commit("staging-1.0", {"Makefile": numbered("m", l4="VERSION = 2", l5="fix")}, "Fix"))
    outcome = replayed(upstream, ids, {ids[-1]}, never="^Bump")
    assert outcome.prerequisites == outcome.unavoidable == (ids[1],)


def test_a_fix_that_only_a_merge_made_possible_conflicts(upstream: Upstream) -> None:
    first = upstream.commit("staging-1.0", {"a.c": numbered("a")}, "Release")
    upstream.branch("side", first)
    side = upstream.commit("side", {"a.c": numbered("a", l10="side")}, "On the side")
    merged = upstream.git("commit-tree", "-p", first, "-p", side, "-m", "Merge", f"{side}^{{tree}}")
    upstream.branch("staging-1.0", merged)
    fix = upstream.commit("staging-1.0", {"a.c": numbered("a", l10="side", l11="fix")}, "Fix")
    outcome = replayed(upstream, [first, fix], {fix})
    assert [found.verdict for found in outcome.fixes] == [Kind.CONFLICTS]


def test_a_file_that_comes_and_goes_brings_the_commits_that_make_it(upstream: Upstream) -> None:
    ids = [upstream.commit("staging-1.0", {"a.c": b"one\n"}, "Release")]
    ids.append(upstream.commit("staging-1.0", {"new.c": numbered("n")}, "New file"))
    ids.append(upstream.commit("staging-1.0", {"new.c": numbered("n", l9="fix")}, "Fix"))
    assert replayed(upstream, ids, {ids[-1]}).prerequisites == (ids[1],)
