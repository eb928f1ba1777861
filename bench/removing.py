"""Ways to find the prerequisites of a window's fixes: the engine's search, and leaving out commits with git."""

import re
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from bench.cases import Case
from bench.git import GitRefused, plain_git, scratch
from bench.timing import Contender
from releases.engine.commute import Carried
from releases.engine.git import Git
from releases.engine.history import Commit, History
from releases.engine.lineup import Element, LineUp
from releases.engine.needed import relevant
from releases.engine.objects import Objects
from releases.engine.prerequisites import Search
from releases.engine.trees import Entry, Overlay, Source
from releases.engine.windows import Window

_HEADER = re.compile(rb"(?m)^([0-9a-f]{40})\n")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The list that was found: fixes and prerequisites in the order of the window, full commit ids."""

    commits: tuple[str, ...]
    search_s: float
    """Seconds by the clock of the search alone, once everything had been read."""
    trials: int = 0
    """Lists that were tried with git."""


@dataclass(frozen=True, slots=True)
class _LinedUp:
    lineup: LineUp
    wanted: frozenset[int]


def with_engine(case: Case, *, name: str = "engine", repeat: int = 3) -> Contender[Outcome]:
    """Everything: open the repository, read the window, line up, commute, remove."""

    def run(place: Path) -> Outcome:
        git = Git(case.git_dir)
        with History(git) as history, Objects(git) as objects:
            began = perf_counter()
            lined_up = _line_up(case, history, history.walk(case.base, case.tip), objects, objects.root(case.base))
            return Outcome(_found(lined_up), perf_counter() - began)

    return Contender(name, run, repeat)


@dataclass(frozen=True, slots=True)
class Starts:
    """Lists of commits, fixes included, that apply as a whole and hold more than is needed."""

    sharing_files: tuple[str, ...]
    """Every commit of the window that shares a file with a fix, directly or through others."""
    commuted: tuple[str, ...]
    """What commutation leaves of them."""


class Remembered:
    """What the engine reads of a case, kept in memory: its search can then be timed without git."""

    def __init__(self, case: Case) -> None:
        git = Git(case.git_dir)
        self._case = case
        with _KeptHistory(git) as history, Objects(git) as objects:
            self._history = history
            self._objects = _KeptObjects(objects)
            self._walked = history.walk(case.base, case.tip)
            self._root = objects.root(case.base)
            self.starts = self._starts()
            """The lists that somebody with git alone could begin with."""
            self.search()

    def search(self) -> Outcome:
        """Parse, line up, commute and remove."""
        began = perf_counter()
        lined_up = _line_up(self._case, self._history, self._walked, self._objects, self._root)
        return Outcome(_found(lined_up), perf_counter() - began)

    def contender(self, *, name: str = "engine, search", repeat: int = 5) -> Contender[Outcome]:
        """The search alone."""
        return Contender(name, lambda place: self.search(), repeat)

    def _starts(self) -> Starts:
        lined_up = _line_up(self._case, self._history, self._walked, self._objects, self._root)
        elements = lined_up.lineup.elements
        commuted = _candidates(lined_up)
        if lined_up.lineup.first_failures(commuted):
            commuted = frozenset(range(len(elements)))
        return Starts(
            sharing_files=tuple(element.key for element in elements),
            commuted=tuple(elements[index].key for index in sorted(commuted)),
        )


def with_greedy_git(case: Case, start: Sequence[str], *, name: str, plainly: bool = False) -> Contender[Outcome]:
    """Leave out one commit after the other, the latest first, and keep it out where the rest still applies.

    One `git apply` process a trial. At its fastest that is `--cached --check` on the list as one text: neither objects
    nor an index are written. `plainly` it is `--cached` on a fresh copy of the baseline's index, a file for each patch.
    It is done when nothing more can be left out, each remaining commit having been tried since the last that went.
    """

    def run(place: Path) -> Outcome:
        texts = _patches(case.git_dir, start)
        more = scratch(case.git_dir, place)
        plain_git("read-tree", case.base, more=more)
        if plainly:
            for commit, text in texts.items():
                (place / commit).write_bytes(text)
        began = perf_counter()

        def applies(commits: Sequence[str]) -> bool:
            if not plainly:
                return _applies(["apply", "--cached", "--check", "-"], more, b"".join(texts[oid] for oid in commits))
            shutil.copyfile(place / "index", place / "trial")
            trial = {**more, "GIT_INDEX_FILE": str(place / "trial")}
            return _applies(["apply", "--cached", *(str(place / oid) for oid in commits)], trial)

        kept, trials = _left_out(start, frozenset(case.fixes), applies)
        return Outcome(tuple(kept), perf_counter() - began, trials)

    return Contender(name, run)


class _KeptHistory(History):
    """Patches that were read once are there, also when git is gone."""

    def __init__(self, git: Git) -> None:
        super().__init__(git)
        self._kept: dict[str, bytes] = {}

    def patches(self, ids: Iterable[str]) -> dict[str, bytes]:
        wanted = list(ids)
        missing = [commit for commit in wanted if commit not in self._kept]
        if missing:
            self._kept.update(super().patches(missing))
        return {commit: self._kept[commit] for commit in wanted}


class _KeptObjects:
    """Trees and blobs that were read once are there, also when git is gone."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._trees: dict[str, Mapping[bytes, Entry]] = {}
        self._blobs: dict[str, bytes] = {}

    def tree(self, oid: str) -> Mapping[bytes, Entry]:
        if oid not in self._trees:
            self._trees[oid] = self._source.tree(oid)
        return self._trees[oid]

    def blob(self, oid: str) -> bytes:
        if oid not in self._blobs:
            self._blobs[oid] = self._source.blob(oid)
        return self._blobs[oid]


class NotMinimal(Exception):
    """A list that doesn't apply, or one of which something can be dropped; says which."""


def prove(case: Case, commits: Sequence[str], place: Path) -> None:
    """Hold a list to both promises with git, each patch a text of its own: it applies, and nothing can be dropped."""
    texts = _patches(case.git_dir, commits)
    if not _applies_one_by_one(case, [texts[commit] for commit in commits], place / "whole"):
        raise NotMinimal(f"{case.name}: the list doesn't apply")
    for commit in commits:
        if commit not in case.fixes:
            rest = [texts[other] for other in commits if other != commit]
            if _applies_one_by_one(case, rest, place / commit):
                raise NotMinimal(f"{case.name}: {commit} isn't needed")


def _line_up(case: Case, history: History, walked: Sequence[Commit], source: Source, root: str) -> _LinedUp:
    window = Window(history, walked, case.base)
    fixes = frozenset(case.fixes)
    paths = {change.path for commit in window.commits if commit.id in fixes for change in commit.changes}
    sharing, _, _ = relevant(paths, window, ())
    window.read_ahead(sharing)
    elements = [
        Element(
            window.commits[index].id, frozenset(change.path for change in window.commits[index].changes), commit=index
        )
        for index in sharing
    ]
    wanted = frozenset(place for place, element in enumerate(elements) if element.key in fixes)
    return _LinedUp(LineUp(Overlay(source, root), window, elements, fixed=wanted), wanted)


def _found(lined_up: _LinedUp) -> tuple[str, ...]:
    found = Search(lined_up.lineup, lined_up.wanted).run()
    assert not found.conflicting
    return tuple(lined_up.lineup.elements[index].key for index in sorted(found.chosen))


def _candidates(lined_up: _LinedUp) -> frozenset[int]:
    carried = Carried()
    chosen: set[int] = set()
    for index in range(len(lined_up.lineup.elements) - 1, -1, -1):
        footprints = lined_up.lineup.footprints(index)
        if index not in lined_up.wanted:
            untouched = not carried.is_touched_by(lined_up.lineup.elements[index].paths)
            if untouched or carried.let_past(footprints):
                continue
        carried.join(footprints)
        chosen.add(index)
    return frozenset(chosen)


def _left_out(
    start: Sequence[str], fixes: frozenset[str], applies: Callable[[Sequence[str]], bool]
) -> tuple[list[str], int]:
    kept = list(start)
    untried = deque(commit for commit in reversed(kept) if commit not in fixes)
    trials = refused = 0
    while refused < len(untried):
        commit = untried.popleft()
        rest = [other for other in kept if other != commit]
        trials += 1
        if applies(rest):
            kept, refused = rest, 0
        else:
            untried.append(commit)
            refused += 1
    return kept, trials


def _applies(arguments: Sequence[str], more: Mapping[str, str], text: bytes = b"") -> bool:
    try:
        plain_git(*arguments, stdin=text, more=more)
    except GitRefused:
        return False
    return True


def _applies_one_by_one(case: Case, patches: Iterable[bytes], place: Path) -> bool:
    place.mkdir()
    more = scratch(case.git_dir, place)
    plain_git("read-tree", case.base, more=more)
    names = []
    for number, patch in enumerate(patches):
        names.append(place / f"{number:05}.patch")
        names[-1].write_bytes(patch)
    return _applies(["apply", "--cached", *map(str, names)], more)


def _patches(git_dir: Path, commits: Sequence[str]) -> dict[str, bytes]:
    """The patch of each commit, from one process."""
    told = plain_git(
        "-C", str(git_dir), "diff-tree", "--stdin", "-r", "-p", "--binary", "--full-index", "--no-renames",
        stdin="".join(f"{commit}\n" for commit in commits).encode(),
    )  # fmt: skip
    pieces = _HEADER.split(told)
    return {oid.decode(): text for oid, text in zip(pieces[1::2], pieces[2::2], strict=True)}
