"""What is measured: a window of history in a repository, and which of its commits are the outstanding fixes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bench.git import GitRefused, plain_git, scratch
from demo.scenario import SCENARIO
from demo.scenario_patches import BuiltSeries, build_series
from demo.upstream import Upstream, build_upstream


@dataclass(frozen=True)
class Case:
    """The fixes are commits of the window from `base` to `tip`, in its order; all ids are full."""

    name: str
    git_dir: Path
    base: str
    tip: str
    fixes: tuple[str, ...]
    files: int
    """How many files the tree has."""

    @cached_property
    def commits(self) -> tuple[str, ...]:
        """Every commit of the window, oldest first."""
        listed = plain_git(
            "-C", str(self.git_dir), "rev-list", "--reverse", "--first-parent", f"{self.base}..{self.tip}"
        )
        return tuple(listed.decode().split())


def mails(git_dir: Path, commits: Sequence[str]) -> list[bytes]:
    """Each commit as `git format-patch` mails it."""
    return [plain_git("-C", str(git_dir), "format-patch", "--stdout", "-1", commit) for commit in commits]


@dataclass(frozen=True, slots=True)
class Demonstration:
    """The demonstration's upstream, with its series as they are handed in and as commits on the staging branches."""

    upstream: Upstream
    series: dict[str, BuiltSeries]
    """Those that hold patches; what was handed in by mistake is left out."""
    cases: tuple[Case, ...]
    """For each branch: all series that apply to the staging tip, one on the other, wanted on the last point release."""


def demonstration(directory: Path, lines: Sequence[str]) -> Demonstration:
    """Build the demonstration's upstream and commit its series on some stable lines, where nobody else reads it."""
    upstream = build_upstream(directory)
    series = {key: built for key, built in build_series(upstream).items() if SCENARIO.by_key[key].fixes}
    cases = tuple(_branch_case(upstream, series, number, directory.parent) for number in lines)
    return Demonstration(upstream, series, cases)


def last_release(upstream: Upstream, number: str) -> str:
    """The name of the last point release of a stable line."""
    points = [int(name.rpartition(".")[2]) for name in upstream.refs if name.startswith(f"RELEASE-{number}.")]
    return f"RELEASE-{number}.{max(points)}"


def _branch_case(upstream: Upstream, series: dict[str, BuiltSeries], number: str, place: Path) -> Case:
    tip = upstream.refs[f"staging-{number}"]
    fixes: list[str] = []
    for key, built in series.items():
        try:
            made = _committed(upstream, key, built, tip, place)
        except GitRefused:
            continue
        if made != tip:
            tip = made
            fixes.append(made)
    base = last_release(upstream, number)
    count = len(plain_git("-C", str(upstream.git_dir), "ls-tree", "-r", "--name-only", base).splitlines())
    return Case(f"demonstration, {base}", upstream.git_dir, upstream.refs[base], tip, tuple(fixes), count)


def _committed(upstream: Upstream, key: str, built: BuiltSeries, parent: str, place: Path) -> str:
    """A commit of a whole series on `parent`, dated as its parent is: the same in every run."""
    index = scratch(upstream.git_dir, place)
    del index["GIT_OBJECT_DIRECTORY"], index["GIT_ALTERNATE_OBJECT_DIRECTORIES"]
    plain_git("read-tree", parent, more=index)
    for patch in built.patches:
        plain_git("apply", "--cached", "-", stdin=patch.content, more=index)
    tree = plain_git("write-tree", more=index).decode().strip()
    if tree == plain_git("rev-parse", f"{parent}^{{tree}}", more=index).decode().strip():
        return parent
    date = plain_git("log", "-1", "--format=%cI", parent, more=index).decode().strip()
    dated = index | {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    return plain_git("commit-tree", "-p", parent, "-m", f"Series {key}", tree, more=dated).decode().strip()
