"""Real git's word on a list."""

from contextlib import closing

import pytest

from releases.engine.apply import Applied, apply_patch
from releases.engine.diff import parse_patch
from releases.engine.git import Git, GitTrouble
from releases.engine.objects import Objects
from releases.engine.trees import Entry, Overlay
from releases.engine.verify import Agreed, Disagreed, verify
from tests.upstream import Upstream, fix, numbered

BEFORE = numbered("a")
FIRST = fix(BEFORE, numbered("a", l5="one"), "a.c")
SECOND = fix(numbered("a", l5="one"), numbered("a", l5="two"), "a.c")


@pytest.fixture
def base(upstream: Upstream) -> str:
    return upstream.commit("master", {"a.c": BEFORE, "lib/b.c": b"b\n"}, "Release")


def in_memory(upstream: Upstream, base: str, *patches: bytes) -> tuple[dict[bytes, Entry | None], str]:
    with closing(Objects(Git(upstream.path))) as objects:
        overlay = Overlay(objects, objects.root(base))
        for patch in patches:
            assert isinstance(apply_patch(overlay, parse_patch(patch)), Applied)
        return overlay.changes(), overlay.tree_id()


def test_a_list_is_applied_in_order_and_gives_the_tree_we_expect(upstream: Upstream, base: str) -> None:
    expected, tree = in_memory(upstream, base, FIRST, SECOND)
    assert verify(Git(upstream.path), base, [FIRST, SECOND], expected) == Agreed(tree)


def test_a_list_in_the_wrong_order_is_refused(upstream: Upstream, base: str) -> None:
    expected, _ = in_memory(upstream, base, FIRST, SECOND)
    assert isinstance(verify(Git(upstream.path), base, [SECOND, FIRST], expected), Disagreed)


def test_another_result_than_ours_is_a_disagreement(upstream: Upstream, base: str) -> None:
    outcome = verify(Git(upstream.path), base, [FIRST], {b"a.c": Entry(0o100644, "1" * 40)})
    assert isinstance(outcome, Disagreed)
    assert "git makes 100644" in outcome.reason


def test_nothing_that_git_makes_reaches_the_repository(upstream: Upstream, base: str) -> None:
    expected, tree = in_memory(upstream, base, FIRST)
    made = expected[b"a.c"]
    assert made is not None
    verify(Git(upstream.path), base, [FIRST], expected)
    for oid in (tree, made.oid):
        with pytest.raises(GitTrouble):
            Git(upstream.path).run("cat-file", "-e", oid)


def test_files_alone_are_enough(upstream: Upstream, base: str) -> None:
    expected, tree = in_memory(upstream, base, FIRST)
    blob = Entry(0o100644, upstream.git("rev-parse", "master:a.c"))
    files = {b"a.c": (blob, BEFORE)}
    assert verify(Git(upstream.path), base, [FIRST], expected, files=files) == Agreed(tree)
    alone = verify(Git(upstream.path), base, [FIRST], expected, files=files, whole_tree=False, name_tree=False)
    assert alone == Agreed("")


def test_a_base_that_is_no_commit_is_trouble(upstream: Upstream, base: str) -> None:
    with pytest.raises(GitTrouble):
        verify(Git(upstream.path), "1" * 40, [FIRST], {})
