"""The scenario keeps its promises: what it expects of every series on every baseline is what git says."""

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from demo.scenario import NEVER_PREREQUISITE, SCENARIO
from demo.scenario_patches import BuiltSeries, build_series
from demo.scenario_people import PEOPLE
from demo.scenario_values import Base, Series
from demo.upstream import Upstream
from releases.engine.git import Git, Scratch
from releases.engine.limits import Limits

STATES = {"reserved", "drafting", "ready", "pre-disclosed", "public", "unused", "merged", "withdrawn"}


def baselines(*verdicts: str) -> list[tuple[str, str, Base]]:
    """Every series, branch and baseline for which one of these verdicts is promised."""
    return [
        (series.key, branch, base)
        for series in SCENARIO.by_key.values()
        for branch in series.branches
        for base in Base
        if series.expected_on(branch, base).verdict in verdicts
    ]


def base_ref(upstream: Upstream, branch: str, base: Base) -> str:
    if base is Base.POINT_RELEASE:
        return max(name for name in upstream.refs if name.startswith(f"RELEASE-{branch}."))
    return f"{base.value}-{branch}"


class Bench:
    """Applies patches to a commit with real git, in a throw-away index and object directory."""

    def __init__(self, upstream: Upstream, scratch: Scratch) -> None:
        self.upstream = upstream
        self.git = Git(upstream.git_dir)
        self.scratch = scratch

    def applies(self, base: str, patches: Sequence[bytes], *options: str) -> bool:
        return self.offsets(base, patches, *options) is not None

    def offsets(self, base: str, patches: Sequence[bytes], *options: str) -> int | None:
        """How many hunks lie elsewhere than they say; None where the patches don't apply."""
        self.git.run("read-tree", base, scratch=self.scratch)
        moved = 0
        for patch in patches:
            done = self.git.run(
                "apply", "--cached", "-v", *options, "-", stdin=patch, expected=(0, 1, 128), scratch=self.scratch
            )
            if done.status:
                return None
            moved += len(re.findall(rb"\(offset ", done.stderr))
        return moved

    def window(self, base: str, branch: str) -> dict[str, str]:
        """Subjects of the commits from a baseline to the staging tip, oldest first, with their ids."""
        listed = self.git.run("log", "--reverse", "--first-parent", "--format=%H %s", f"{base}..staging-{branch}")
        lines = (line.partition(" ") for line in listed.stdout.decode().splitlines())
        return {subject: commit for commit, _, subject in lines}

    def change(self, commit: str) -> bytes:
        return self.git.run("diff", "--binary", f"{commit}^", commit).stdout


@contextmanager
def bench(upstream: Upstream) -> Iterator[Bench]:
    with tempfile.TemporaryDirectory() as name:
        scratch = Scratch(Path(name, "objects"), Path(name, "index"), Git(upstream.git_dir).objects_dir())
        scratch.objects.mkdir()
        yield Bench(upstream, scratch)


def contents(built: Mapping[str, BuiltSeries], *keys: str) -> list[bytes]:
    return [patch.content for key in keys for patch in built[key].patches]


@pytest.mark.parametrize(("key", "branch", "base"), baselines("applies"))
def test_a_series_that_applies_does_and_where_it_says(
    upstream: Upstream, built: Mapping[str, BuiltSeries], key: str, branch: str, base: Base
) -> None:
    with bench(upstream) as git:
        moved = git.offsets(base_ref(upstream, branch, base), contents(built, key))
    assert moved is not None
    assert bool(moved) == SCENARIO.by_key[key].expected_on(branch, base).at_offset


@pytest.mark.parametrize(("key", "branch", "base"), baselines("needs prerequisites"))
def test_prerequisites_are_needed_and_none_can_be_left_out(
    upstream: Upstream, built: Mapping[str, BuiltSeries], key: str, branch: str, base: Base
) -> None:
    series, ref = SCENARIO.by_key[key], base_ref(upstream, branch, base)
    expected, fix = series.expected_on(branch, base), contents(built, key)
    with bench(upstream) as git:
        window = git.window(ref, branch)
        commits = [git.change(window[subject]) for subject in expected.witness]
        others = contents(built, *series.depends_on)
        assert bool(others) == bool(expected.after)
        assert list(expected.witness) == [subject for subject in window if subject in expected.witness]
        needed = commits + others
        assert not git.applies(ref, fix)
        assert git.applies(ref, needed + fix)
        for place in range(len(needed)):
            assert not git.applies(ref, needed[:place] + needed[place + 1 :] + fix)


@pytest.mark.parametrize(("key", "branch", "base"), baselines("conflicts"))
def test_a_conflict_stays_one_whatever_the_window_brings(
    upstream: Upstream, built: Mapping[str, BuiltSeries], key: str, branch: str, base: Base
) -> None:
    ref, fix = base_ref(upstream, branch, base), contents(built, key)
    with bench(upstream) as git:
        for commit in (ref, *git.window(ref, branch).values()):
            assert not git.applies(commit, fix)
            assert not git.applies(commit, fix[::-1], "--reverse")


@pytest.mark.parametrize(("key", "branch", "base"), baselines("merged"))
def test_a_merged_series_comes_off_and_does_not_go_on_again(
    upstream: Upstream, built: Mapping[str, BuiltSeries], key: str, branch: str, base: Base
) -> None:
    ref, fix = base_ref(upstream, branch, base), contents(built, key)
    with bench(upstream) as git:
        assert not git.applies(ref, fix)
        assert git.applies(ref, fix[::-1], "--reverse")


def patch_ids(git: Git, text: bytes) -> set[bytes]:
    return {line.split()[0] for line in git.run("patch-id", "--stable", stdin=text).stdout.splitlines()}


@pytest.mark.parametrize(("key", "known"), [("41", True), ("42", False)])
def test_one_merged_fix_is_known_by_its_patch_id_and_one_is_not(
    upstream: Upstream, built: Mapping[str, BuiltSeries], key: str, *, known: bool
) -> None:
    git = Git(upstream.git_dir)
    for branch in ("1.6", "1.7"):
        last = base_ref(upstream, branch, Base.POINT_RELEASE)
        history = git.run("log", "-p", f"master..{last}").stdout
        assert (patch_ids(git, contents(built, key)[0]) <= patch_ids(git, history)) is known


def test_the_page_that_is_not_a_patch_is_refused_by_git(upstream: Upstream, built: Mapping[str, BuiltSeries]) -> None:
    done = Git(upstream.git_dir).run("apply", "--numstat", "-", stdin=contents(built, "52a")[0], expected=(128,))
    assert b"No valid patches in input" in done.stderr


def test_the_unsafe_patch_leaves_the_tree(upstream: Upstream, built: Mapping[str, BuiltSeries]) -> None:
    done = Git(upstream.git_dir).run("apply", "--numstat", "-z", "-", stdin=contents(built, "52b")[0])
    assert done.stdout.rstrip(b"\0").split(b"\t")[2].startswith(b"../")


def test_the_long_patch_is_past_a_limit(upstream: Upstream, built: Mapping[str, BuiltSeries]) -> None:
    done = Git(upstream.git_dir).run("apply", "--numstat", "-z", "-", stdin=contents(built, "52c")[0])
    assert done.stdout.count(b"\0") > Limits().files_per_patch


@pytest.mark.parametrize("series", SCENARIO.by_key.values(), ids=lambda series: series.key)
def test_every_branch_of_a_series_has_its_promises(series: Series) -> None:
    assert set(series.expected) == set(series.branches)
    assert set(series.depends_on) <= SCENARIO.by_key.keys()


def test_patches_are_the_same_bytes_in_every_run(upstream: Upstream, built: Mapping[str, BuiltSeries]) -> None:
    assert build_series(upstream) == built


def test_making_patches_writes_nothing_into_the_upstream(upstream: Upstream) -> None:
    git = Git(upstream.git_dir)
    before = git.run("count-objects", "-v").stdout
    build_series(upstream)
    assert git.run("count-objects", "-v").stdout == before


def test_every_verdict_and_every_state_is_there() -> None:
    promised = {
        series.expected_on(branch, base).verdict
        for series in SCENARIO.by_key.values()
        for branch in series.branches
        for base in Base
    }
    assert promised == {"applies", "needs prerequisites", "conflicts", "merged", "invalid"}
    assert {advisory.state for advisory in SCENARIO.advisories} == STATES


def test_numbers_are_unique_and_in_order() -> None:
    numbers = [advisory.number for advisory in SCENARIO.advisories]
    assert numbers == sorted(set(numbers))


def test_every_advisory_has_a_title_and_those_with_series_say_what_happens() -> None:
    for advisory in SCENARIO.advisories:
        assert advisory.title
        if advisory.series:
            assert {"description", "impact", "vulnerable systems", "resolution"} <= advisory.sections.keys()


def test_no_prerequisite_is_a_version_bump() -> None:
    for series in SCENARIO.by_key.values():
        for promises in series.expected.values():
            for expected in promises:
                assert not [subject for subject in expected.witness if re.search(NEVER_PREREQUISITE, subject)]


def test_there_is_a_quorum_and_somebody_for_every_role() -> None:
    roles = [person.role for person in PEOPLE]
    assert roles.count("security") >= 2
    assert {"coordinator", "release-manager", "member", "guest", "reporter", "operator"} <= set(roles)
    assert len({person.email for person in PEOPLE}) == len(PEOPLE)


def test_seats_are_on_advisories_that_exist() -> None:
    for person in PEOPLE:
        for number in person.seats:
            assert SCENARIO.advisory(number).number == number
