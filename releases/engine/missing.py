"""Why nothing in a window helps a fix: a line that it must find, and that neither the baseline nor the window has.

A hunk applies only where all its old lines stand. The lines of a file are those of the baseline and those that commits
add to it, whichever of them are taken and in whatever order. So a commit with an old line that is in neither can never
apply; what it would have added isn't there for others either; and so on, until nothing more falls away. What falls
away is proven to. What came in with a merge is in no window, and there the chain then ends.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from releases.engine.history import Commit
from releases.engine.objects import Objects
from releases.engine.trees import Overlay
from releases.engine.windows import Window


@dataclass(frozen=True, slots=True)
class Missing:
    """A line that a commit of the window must find and can't."""

    commit: str
    path: bytes
    hunk: int
    """Counted from 1 within the commit's patch of this file."""
    line: bytes
    """As it should stand there, its newline included."""
    brought_by: tuple[str, ...]
    """The commits of the window that would bring it, if each weren't missing a line itself."""
    came_with: str | None = None
    """Where nothing in the window would bring it: the merge that did."""


def missing_lines(
    baseline: Overlay, window: Window, commits: Collection[int], fix: int, merges: Sequence[Commit], objects: Objects
) -> tuple[Missing, ...]:
    """What a fix (its index in the window) misses, then what those that would bring it miss, and so on.

    Empty where no line is missing. `commits` are the indices of the window's commits that may help, `merges` what the
    window's line of history merged.
    """
    lost = _Lost(baseline, window, commits)
    chain: list[Missing] = []
    pending = [fix] if fix in lost.reasons else []
    for index in pending:
        path, hunk, line = lost.reasons[index]
        bringing = [other for other in sorted(lost.reasons) if line in lost.added(other, path)]
        came_with = None
        if not bringing:
            came_with = next((merge.id for merge in merges if _brings(merge, path, line, objects)), None)
        brought_by = tuple(window.commits[other].id for other in bringing)
        chain.append(Missing(window.commits[index].id, path, hunk, line, brought_by, came_with))
        pending += [other for other in bringing if other not in pending]
    return tuple(chain)


class _Lost:
    """The commits that can never apply, and for each the path, the hunk and the line that shows it."""

    def __init__(self, baseline: Overlay, window: Window, commits: Collection[int]) -> None:
        self._window = window
        self._added: dict[tuple[int, bytes], frozenset[bytes]] = {}
        self.reasons: dict[int, tuple[bytes, int, bytes]] = {}
        window.read_ahead(commits)
        standing: dict[bytes, frozenset[bytes]] = {}
        for index in commits:
            for path in window.patch(index).paths:
                if path not in standing:
                    file = baseline.file(path)
                    standing[path] = frozenset(baseline.lines_of(file)) if file is not None else frozenset()
        possible = set(commits)
        while True:
            there = {path: set(lines) for path, lines in standing.items()}
            for index in possible:
                for path in window.patch(index).paths:
                    there[path] |= self.added(index, path)
            fallen = {index: reason for index in possible if (reason := self._reason(index, there)) is not None}
            if not fallen:
                return
            # All that would bring a missing line fell before: a chain that follows them comes to an end.
            self.reasons |= fallen
            possible -= fallen.keys()

    def added(self, index: int, path: bytes) -> frozenset[bytes]:
        """The lines that a commit adds to a file."""
        if (index, path) not in self._added:
            hunks = (hunk for file in self._window.patch(index).files if file.new_path == path for hunk in file.hunks)
            lines = (line[1:] for hunk in hunks for line in hunk.body if line[:1] == b"+")
            self._added[index, path] = frozenset(lines)
        return self._added[index, path]

    def _reason(self, index: int, there: dict[bytes, set[bytes]]) -> tuple[bytes, int, bytes] | None:
        missing = ((path, number, line) for path, number, line in self._old_lines(index) if line not in there[path])
        return next(missing, None)

    def _old_lines(self, index: int) -> Iterator[tuple[bytes, int, bytes]]:
        for file in self._window.patch(index).files:
            if file.old_path is not None:
                for number, hunk in enumerate(file.hunks, 1):
                    for line in hunk.old:
                        yield file.old_path, number, line


def _brings(merge: Commit, path: bytes, line: bytes, objects: Objects) -> bool:
    before, after = (Overlay(objects, tree) for tree in (objects.root(merge.parents[0]), merge.tree))
    return line not in _lines(before, path) and line in _lines(after, path)


def _lines(overlay: Overlay, path: bytes) -> Collection[bytes]:
    file = overlay.file(path)
    return overlay.lines_of(file) if file is not None else ()
