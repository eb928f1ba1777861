"""The generated upstream: the same in every run, and as tangled as real stable branches are."""

import re
from datetime import date
from pathlib import Path

import pytest

from demo.scenario import NEVER_PREREQUISITE, RELEASE_TAG
from demo.upstream import Upstream, build_upstream
from demo.upstream_history import SERIES
from demo.upstream_text import CannotEdit, Edit, edited
from releases.engine.git import Git


def count(git: Git, *revisions: str) -> int:
    return int(git.run("rev-list", "--count", *revisions).stdout)


def test_two_builds_have_the_same_refs(upstream: Upstream, tmp_path: Path) -> None:
    assert build_upstream(tmp_path / "again.git").refs == upstream.refs


def test_a_build_that_is_there_is_taken_as_it_is(upstream: Upstream) -> None:
    before = upstream.git_dir.stat().st_mtime_ns
    assert build_upstream(upstream.git_dir).refs == upstream.refs
    assert upstream.git_dir.stat().st_mtime_ns == before


def test_a_build_of_older_texts_is_replaced(upstream: Upstream, tmp_path: Path) -> None:
    directory = tmp_path / "sluice.git"
    build_upstream(directory)
    (directory / "built-from").write_text("older texts")
    (directory / "packed-refs").write_text("")
    assert build_upstream(directory).refs == upstream.refs


def test_what_is_no_upstream_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters").write_text("dear")
    with pytest.raises(FileExistsError):
        build_upstream(tmp_path)
    assert (tmp_path / "letters").read_text() == "dear"


def test_a_build_cut_short_is_begun_again(upstream: Upstream, tmp_path: Path) -> None:
    unfinished = tmp_path / "sluice.git.unfinished"
    unfinished.mkdir()
    (unfinished / "HEAD").write_text("nonsense")
    assert build_upstream(tmp_path / "sluice.git").refs == upstream.refs
    assert not unfinished.exists()


def test_git_finds_nothing_wrong_with_it(upstream: Upstream) -> None:
    assert Git(upstream.git_dir).run("fsck", "--strict", "--no-progress").stdout == b""


def test_there_are_some_150_commits(upstream: Upstream) -> None:
    assert 140 <= count(Git(upstream.git_dir), "--all") <= 170


def test_only_branches_and_release_tags_are_left(upstream: Upstream) -> None:
    branches = {"master"} | {f"{kind}-{series}" for kind in ("stable", "staging") for series in SERIES}
    tags = {name for name in upstream.refs if name not in branches}
    assert branches <= upstream.refs.keys()
    assert all(re.fullmatch(RELEASE_TAG, name) for name in tags)


@pytest.mark.parametrize("series", SERIES)
def test_every_series_has_two_to_four_annotated_point_releases(upstream: Upstream, series: str) -> None:
    git = Git(upstream.git_dir)
    tags = git.run("for-each-ref", "--format=%(objecttype)", f"refs/tags/RELEASE-{series}.*").stdout.split()
    assert 2 <= len(tags) <= 4
    assert set(tags) == {b"tag"}


@pytest.mark.parametrize("series", SERIES)
def test_staging_is_ahead_of_stable_and_stable_of_the_last_release(upstream: Upstream, series: str) -> None:
    git = Git(upstream.git_dir)
    last = max(name for name in upstream.refs if name.startswith(f"RELEASE-{series}."))
    assert count(git, f"{last}..stable-{series}") >= 3
    assert count(git, f"stable-{series}..staging-{series}") >= 4
    assert count(git, f"staging-{series}..stable-{series}") == 0
    assert count(git, f"stable-{series}..{last}") == 0


@pytest.mark.parametrize("series", SERIES)
def test_a_window_begins_with_a_version_bump_that_never_counts(upstream: Upstream, series: str) -> None:
    last = max(name for name in upstream.refs if name.startswith(f"RELEASE-{series}."))
    listed = Git(upstream.git_dir).run("log", "--reverse", "--format=%s", f"{last}..staging-{series}")
    subjects = listed.stdout.decode().splitlines()
    assert [bool(re.search(NEVER_PREREQUISITE, subject)) for subject in subjects] == [True] + [False] * (
        len(subjects) - 1
    )


@pytest.mark.parametrize("series", SERIES)
def test_a_branch_says_how_long_it_is_supported(upstream: Upstream, series: str) -> None:
    text = upstream.files(f"staging-{series}")["SUPPORT.md"].decode()
    names = ("Initial-Release", "Supported-Until", "Security-Support-Until")
    found = [re.findall(rf"(?m)^ +{name}: (\d{{4}}-\d\d-\d\d)$", text) for name in names]
    assert [len(dates) for dates in found] == [1, 1, 1]
    released, supported, security = (date.fromisoformat(dates[0]) for dates in found)
    assert released < supported < security


@pytest.mark.parametrize("ref", ["master", "staging-1.6", "stable-1.9", "RELEASE-1.8.0"])
def test_the_remembered_files_are_those_in_the_repository(upstream: Upstream, ref: str) -> None:
    git = Git(upstream.git_dir)
    listed = git.run("ls-tree", "-r", "-z", "--name-only", ref).stdout.decode().rstrip("\0").split("\0")
    assert sorted(upstream.files(ref)) == sorted(listed)
    assert git.run("show", f"{ref}:common/grant_table.c").stdout == upstream.files(ref)["common/grant_table.c"]


def test_nobody_is_named_but_roles(upstream: Upstream) -> None:
    people = Git(upstream.git_dir).run("log", "--all", "--format=%an <%ae>%n%cn <%ce>").stdout.decode()
    for person in set(people.splitlines()):
        assert re.fullmatch(r"[A-Z][a-z]+ (team|manager) <[a-z-]+@sluice\.example>", person)


def test_commits_are_dated_in_the_order_of_their_branch(upstream: Upstream) -> None:
    for series in SERIES:
        listed = Git(upstream.git_dir).run("log", "--first-parent", "--format=%ct", f"staging-{series}").stdout.split()
        dates = [int(instant) for instant in listed]
        assert dates == sorted(dates, reverse=True)


def test_an_edit_that_finds_its_lines_twice_is_refused() -> None:
    with pytest.raises(CannotEdit, match="holds 2 times"):
        edited({"a": b"one\none\n"}, (Edit("a", b"one", b"two"),))
