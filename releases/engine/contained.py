"""Which patches a baseline contains already: by their patch id in its history, or because undoing them works."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from releases.engine.apply import Applied, apply_patch
from releases.engine.diff import Patch, reverse
from releases.engine.history import Commit, History
from releases.engine.limits import Limits, Work
from releases.engine.patch_ids import patch_id
from releases.engine.trees import Overlay


class Past:
    """The commits of a branch since it left the main line, for all its baselines; patches are read when needed."""

    def __init__(self, history: History, fork: str | None, tips: Iterable[str]) -> None:
        """Without a fork point nothing is known of the past, and only undoing tells what is contained."""
        self._history = history
        self.commits = history.since(fork, tips) if fork else ()
        """Newest first."""
        self._order = {commit.id: place for place, commit in enumerate(self.commits)}
        self._touching: dict[bytes, list[int]] = defaultdict(list)
        for place, commit in enumerate(self.commits):
            for change in commit.changes:
                self._touching[change.path].append(place)
        self._reached: dict[str, frozenset[str]] = {}
        self._ids: dict[str, str] = {}

    def touching(self, paths: Iterable[bytes], base: str) -> list[Commit]:
        """The commits in the history of `base` that change one of `paths`, newest first."""
        reached = self._reached_from(base)
        places = sorted({place for path in paths for place in self._touching.get(path, ())})
        return [self.commits[place] for place in places if self.commits[place].id in reached]

    def patch_ids(self, paths: Iterable[bytes], base: str) -> dict[str, str]:
        """Stable patch id -> the newest commit that has it, of those that `touching` gives."""
        commits = self.touching(paths, base)
        unread = [commit.id for commit in commits if commit.id not in self._ids]
        for oid, text in self._history.patches(unread).items():
            self._ids[oid] = (patch_id(text, digits=len(oid)) or "") if text else ""
        found: dict[str, str] = {}
        for commit in commits:
            found.setdefault(self._ids[commit.id], commit.id)
        found.pop("", None)
        return found

    def _reached_from(self, base: str) -> frozenset[str]:
        if base not in self._reached:
            reached: set[str] = set()
            pending = [base]
            while pending:
                commit = pending.pop()
                if commit in reached or commit not in self._order:
                    continue
                reached.add(commit)
                pending.extend(self.commits[self._order[commit]].parents)
            self._reached[base] = frozenset(reached)
        return self._reached[base]


@dataclass(frozen=True, slots=True)
class Containment:
    """Of one patch."""

    is_contained: bool
    commit: str = ""
    """The commit with the same patch id, where there is one."""


def containment(
    baseline: Overlay, patches: Sequence[Patch], known: dict[str, str], *, limits: Limits, work: Work
) -> tuple[Containment, ...]:
    """Of each patch of a series, whether `baseline` contains it; `known` is what `Past.patch_ids` gave.

    Looked at from the last to the first, each on the baseline without those behind it: a later patch may have changed
    what an earlier one wrote. A patch that is in the history but applies again and cannot be undone was reverted since,
    and is outstanding.
    """
    found: list[Containment] = []
    remaining = baseline.fork()
    for patch in reversed(patches):
        commit = known.get(patch_id(patch, digits=baseline.digits) or "", "")
        applies = _applies(baseline.fork(), patch, limits, work)
        undone = remaining.fork()
        undoes = _applies(undone, reverse(patch), limits, work)
        is_contained = (undoes or not applies) if commit else (undoes and not applies)
        if is_contained and undoes:
            remaining = undone
        found.append(Containment(is_contained, commit if is_contained else ""))
    return tuple(reversed(found))


def _applies(overlay: Overlay, patch: Patch, limits: Limits, work: Work) -> bool:
    return isinstance(apply_patch(overlay, patch, limits=limits, work=work), Applied)
