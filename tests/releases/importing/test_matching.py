"""Patches of an archive held against the tree: on which branches what was committed is the very same patch."""

from pathlib import Path

import pytest

from advisories.formats.dialect import MAIN
from advisories.formats.record import Record
from releases.engine.git import Git
from releases.engine.mirror import Mirror
from releases.importing.matching import Line, Matched, Matching
from tests.releases.importing.archive import BOUNDED, FIRST, PLAIN, SECOND, record
from tests.upstream import Upstream, fix, numbered

BOTH = ("1.0", MAIN)


def matched(upstream: Upstream, *records: Record) -> list[Matched]:
    mirror = Mirror(upstream.path)
    main, tip = (mirror.commit(f"refs/heads/{name}") or "" for name in ("master", "stable-1.0"))
    lines = [Line("1.0", tip, mirror.merge_base(tip, main) or ""), Line(MAIN, main)]
    with Matching(Git(Path(upstream.path)), "sluice", lines) as matching:
        matching.read(one.number for one in records)
        return [found for one in records for found in matching.matched(one)]


def same_other_absent(found: Matched) -> tuple[tuple[str, ...], ...]:
    return found.same, found.other, found.absent


@pytest.fixture
def fixed(upstream: Upstream) -> Upstream:
    """SSA-30 is fixed by its own patch on the stable branch, and by another one on the main line."""
    upstream.commit("stable-1.0", {"queue.c": BOUNDED}, "Bound queues\n\nThis is SSA-30.")
    upstream.commit("master", {"queue.c": numbered("queue", l12="queue has a bound")}, "Bound queues\n\nThis is SSA-30")
    return upstream


def test_a_patch_is_told_where_it_is_the_fix_and_where_another_one_is(fixed: Upstream) -> None:
    [found] = matched(fixed, record(30, FIRST, branches=BOTH))
    assert (found.file_name, same_other_absent(found)) == ("ssa30-1.patch", (("1.0",), (MAIN,), ()))


def test_lines_that_moved_make_no_other_patch(upstream: Upstream) -> None:
    moved = b"one more line\n" + PLAIN
    upstream.commit("stable-1.0", {"queue.c": moved}, "Begin with a line")
    upstream.commit("stable-1.0", {"queue.c": b"one more line\n" + BOUNDED}, "Bound queues (SSA-30)")
    [found] = matched(upstream, record(30, FIRST))
    assert found.same == ("1.0",)


def test_a_commit_that_names_nothing_or_a_longer_number_is_no_fix(upstream: Upstream) -> None:
    upstream.commit("stable-1.0", {"queue.c": BOUNDED}, "Bound queues\n\nThis is SSA-301.")
    upstream.commit("master", {"queue.c": BOUNDED}, "Bound queues")
    [found] = matched(upstream, record(30, FIRST, branches=BOTH))
    assert same_other_absent(found) == ((), (), BOTH)


def test_each_patch_of_a_series_is_held_against_all_of_its_commits(upstream: Upstream) -> None:
    upstream.commit("stable-1.0", {"queue.c": BOUNDED}, "Bound queues\n\nThis is part of SSA-30.")
    checked = numbered("queue", l12="queue is bounded", l13="queue is checked")
    upstream.commit("stable-1.0", {"queue.c": checked}, "Check queues\n\nThis is part of SSA-30.")
    assert [one.same for one in matched(upstream, record(30, FIRST, SECOND))] == [("1.0",), ("1.0",)]


def test_a_branch_that_began_with_the_fix_lacks_nothing(upstream: Upstream) -> None:
    upstream.commit("master", {"queue.c": BOUNDED}, "Bound queues\n\nThis is SSA-30.")
    upstream.branch("stable-1.0", "master")
    upstream.commit("master", {"README": b"Later\n"}, "Go on")
    upstream.commit("stable-1.0", {"version": b"1.0.1\n"}, "Release")
    [found] = matched(upstream, record(30, FIRST, branches=BOTH))
    assert same_other_absent(found) == ((MAIN,), (), ())


def test_what_is_no_patch_is_the_same_as_nothing(fixed: Upstream) -> None:
    [found] = matched(fixed, record(30, b"not a patch\n"))
    assert same_other_absent(found) == ((), ("1.0",), ())


def test_what_the_archive_only_lists_is_passed_over(fixed: Upstream) -> None:
    assert fix(PLAIN, BOUNDED) == FIRST
    assert matched(fixed, record(31)) == []
