"""One window of history replayed: how its fixes would have fared on the release that it begins with."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from releases.engine.apply import Conflict, apply_patch
from releases.engine.confirming import Word, ask_git, droppable
from releases.engine.git import Git
from releases.engine.history import Commit, History
from releases.engine.lineup import Element, LineUp
from releases.engine.missing import Missing, missing_lines
from releases.engine.objects import Objects
from releases.engine.prerequisites import Search
from releases.engine.trees import Overlay
from releases.engine.verdicts import Kind
from releases.engine.windows import UPSTREAM, Window


@dataclass(frozen=True, slots=True)
class Fix:
    """One fix of the window and how it fared."""

    commit: str
    subject: str
    verdict: Kind
    conflict: Conflict | None = None
    """Of one that nothing helps: what stops it behind everything that comes before it in the list."""
    missing: tuple[Missing, ...] = ()
    """Of one that nothing helps, where it can be proven: what it misses, what that misses, and so on."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A window's fixes, and the commits that make all of them apply, in the order of the window."""

    commits: int
    fixes: tuple[Fix, ...]
    prerequisites: tuple[str, ...]
    unavoidable: tuple[str, ...]
    """Prerequisites that should never count as such, but without which the fixes don't apply."""
    word: Word
    """What real git says to the list."""
    droppable: tuple[str, ...] | None = None
    """Prerequisites without which real git applies the rest of the list; None where that wasn't tried."""


class Repository:
    """A repository that is only read, with the git processes that read it. Close it, or use `contextlib.closing`."""

    def __init__(self, git_dir: Path) -> None:
        self.git = Git(git_dir)
        self.history = History(self.git)
        self.objects = Objects(self.git)

    def pids(self) -> list[int]:
        """The ids of the git processes behind this."""
        return [pid for pid in (self.history.pid, self.objects.pid) if pid is not None]

    def close(self) -> None:
        """End the git processes behind this."""
        self.history.close()
        self.objects.close()


def replay(
    repository: Repository,
    base: str,
    walked: Sequence[Commit],
    fixes: Collection[str],
    *,
    never: re.Pattern[str] | None = None,
    thorough: bool = False,
    audit: bool = False,
) -> Replayed:
    """Apply the `fixes` (commit ids) of a window to its base: alone, and with their prerequisites.

    `never` is searched in subjects: such a commit is a prerequisite only where nothing else helps. Real git then
    applies the list, as `confirming.ask_git` says. `audit` has git try it without each prerequisite as well.
    """
    window = Window(repository.history, walked, base)
    wanted_commits = {index for index, commit in enumerate(window.commits) if commit.id in fixes}
    relevant = _relevant(window, wanted_commits)
    elements = [
        Element(
            window.commits[index].id,
            frozenset(change.path for change in window.commits[index].changes),
            commit=index,
        )
        for index in relevant
    ]
    wanted = {place for place, index in enumerate(relevant) if index in wanted_commits}
    _read_ahead(window, relevant, wanted_commits)
    baseline = Overlay(repository.objects, repository.objects.root(base))
    lineup = LineUp(baseline, window, elements, fixed=wanted)
    alone = set(lineup.one_by_one(wanted))
    banned = [
        place
        for place, index in enumerate(relevant)
        if never is not None and place not in wanted and never.search(window.commits[index].subject)
    ]
    found = Search(lineup, wanted, never=banned).run()
    evidence = _Evidence(repository, window, walked, relevant, lineup, found.chosen)
    return Replayed(
        commits=len(window),
        fixes=tuple(evidence.fix(place, _verdict(place, alone, found.conflicting)) for place in sorted(wanted)),
        prerequisites=tuple(elements[place].key for place in found.prerequisites),
        unavoidable=tuple(elements[place].key for place in found.unavoidable),
        word=ask_git(repository.git, base, window, lineup, found.chosen, thorough=thorough),
        droppable=tuple(
            elements[place].key
            for place in droppable(repository.git, base, window, lineup, found.chosen, found.prerequisites)
        )
        if audit
        else None,
    )


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What the fixes of a window are told with."""

    repository: Repository
    window: Window
    walked: Sequence[Commit]
    relevant: Sequence[int]
    lineup: LineUp
    chosen: frozenset[int]

    def fix(self, place: int, verdict: Kind) -> Fix:
        """The fix at a place of the line-up, with why nothing helps it if so."""
        index = self.relevant[place]
        commit = self.window.commits[index]
        if verdict is not Kind.CONFLICTS:
            return Fix(commit.id, commit.subject, verdict)
        before = self.lineup.result({other for other in self.chosen if other < place})
        outcome = apply_patch(before, self.window.patch(index), limits=UPSTREAM)
        merges = [commit for commit in self.walked if len(commit.parents) > 1]
        baseline, objects = self.lineup.baseline, self.repository.objects
        missing = missing_lines(baseline, self.window, self.relevant, index, merges, objects)
        return Fix(commit.id, commit.subject, verdict, outcome if isinstance(outcome, Conflict) else None, missing)


def _relevant(window: Window, fixes: Collection[int]) -> list[int]:
    """The fixes, and every commit before one that shares a file with it, directly or through others; in order."""
    paths: set[bytes] = set()
    relevant: list[int] = []
    for index in range(len(window) - 1, -1, -1):
        touched = {change.path for change in window.commits[index].changes}
        if index in fixes or not paths.isdisjoint(touched):
            paths |= touched
            relevant.append(index)
    return relevant[::-1]


def _read_ahead(window: Window, relevant: Sequence[int], fixes: Collection[int]) -> None:
    """Read in one go the patches most likely needed: of files that a fix and something else before it change."""
    others: set[bytes] = set()
    contested: set[bytes] = set()
    for index in relevant:
        touched = {change.path for change in window.commits[index].changes}
        if index in fixes:
            contested |= others & touched
        else:
            others |= touched
    window.read_ahead(
        index for index in relevant if not contested.isdisjoint(change.path for change in window.commits[index].changes)
    )


def _verdict(place: int, alone: Collection[int], conflicting: Collection[int]) -> Kind:
    if place in alone:
        return Kind.APPLIES
    return Kind.CONFLICTS if place in conflicting else Kind.NEEDS_PREREQUISITES
