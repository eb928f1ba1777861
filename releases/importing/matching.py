"""Patches of an archive held against the tree: on which branches the fix that was committed is the very same patch.

A commit counts as an advisory's fix where its message names the advisory, and as the same where git's stable patch id
says so: whitespace and line numbers aside, context and changes alike.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings

from advisories.formats.dialect import MAIN
from advisories.formats.record import Record, version_key
from advisories.importing import contents
from releases.engine.diff import NotAPatch, parse_patch
from releases.engine.git import Git
from releases.engine.history import History
from releases.engine.limits import Limits, OverLimit
from releases.engine.mailbox import patch_text
from releases.engine.patch_ids import patch_id

_LOG_LIMIT_S = 600.0
_AT_ONCE = 500
"""Commits whose patches are in memory at once."""


@dataclass(frozen=True, slots=True)
class Line:
    """A branch of the tree as far as it is searched: everything after it left the main line, or all of that."""

    name: str
    tip: str
    since: str = ""


@dataclass(frozen=True, slots=True)
class Matched:
    """What became of one patch of one version; branches are in order, the main line last."""

    number: int
    version: int
    file_name: str
    same: tuple[str, ...]
    """Where a commit that names the advisory is this patch, meant for the branch or not."""
    other: tuple[str, ...]
    """Where it is meant for and what names the advisory is another patch."""
    absent: tuple[str, ...]
    """Where it is meant for and nothing names the advisory, nor did anything before the branch left the main line."""


class Matching:
    """Reads one tree's history once; holds git processes: use it in a `with`."""

    def __init__(self, git: Git, tree: str, lines: Iterable[Line]) -> None:
        self.git, self.tree = git, tree
        self.lines = list(lines)
        self._history = History(git)
        self._ids: dict[int, dict[str, set[str]]] = {}
        self._on_main: dict[int, set[str]] = defaultdict(set)
        self._behind: dict[str, set[str]] = {}

    def __enter__(self) -> "Matching":
        return self

    def __exit__(self, *_: object) -> None:
        self._history.close()

    def read(self, numbers: Iterable[int]) -> None:
        """Find every commit that names one of these advisories, and the ids of their patches. Raises `GitTrouble`."""
        wanted = set(numbers)
        found: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for line in self.lines:
            for commit, named in self._naming(line):
                for number in named & wanted:
                    found[commit].append((number, line.name))
                    if line.name == MAIN:
                        self._on_main[number].add(commit)
        commits = list(found)
        for start in range(0, len(commits), _AT_ONCE):
            for commit, text in self._history.patches(commits[start : start + _AT_ONCE]).items():
                own = (patch_id(text, digits=len(commit)) or "") if text else ""
                for number, name in found[commit]:
                    self._ids.setdefault(number, {}).setdefault(name, set()).add(own)

    def matched(self, record: Record) -> Iterator[Matched]:
        """What became of each patch that the record's table has for this tree."""
        known = {self.tree: [line.name for line in self.lines if line.name != MAIN]}
        meant: dict[str, set[str]] = {}
        for row in record.table:
            if row.tree == self.tree:
                names = contents.branches_of([row], self.tree, known)
                for file_name in record.files_matching(row.files):
                    meant.setdefault(file_name, set()).update(names)
        here = {line.name for line in self.lines}
        there = self._ids.get(record.number, {})
        held = {patch.name: patch.content for patch in record.patches}
        for file_name, branches in meant.items():
            content = held[file_name]
            if content is None:
                continue
            own = self._id_of(content)
            same = {name for name, ids in there.items() if own and own in ids}
            wanted = branches & here - same
            absent = {name for name in wanted - there.keys() if not self._began_with(record.number, name)}
            yield Matched(
                record.number, record.version, file_name, _in_order(same), _in_order(wanted & there.keys()),
                _in_order(absent),
            )  # fmt: skip

    def _began_with(self, number: int, name: str) -> bool:
        """Whether a branch left the main line when that had been fixed: the text knew nothing of such a branch."""
        if not self._on_main[number]:
            return False
        if name not in self._behind:
            ends = {line.name: line for line in self.lines}
            since, main = ends[name].since, ends.get(MAIN)
            later = self.git.run("rev-list", "--end-of-options", f"{since}..{main.tip}", "--").stdout if main else b""
            self._behind[name] = {one.decode("ascii") for one in later.split()}
        return not self._on_main[number] <= self._behind[name]

    def _naming(self, line: Line) -> Iterator[tuple[str, set[int]]]:
        """Commits of a branch that name advisories, and which."""
        prefix = re.escape(settings.ADVISORY_PREFIX)
        which = f"{line.since}..{line.tip}" if line.since else line.tip
        asked = ("--no-merges", "-z", "-E", "-i", f"--grep={prefix}-?[0-9]", "--format=%H%n%B", "--end-of-options")
        told = self.git.run("log", *asked, which, "--", limit_s=_LOG_LIMIT_S).stdout
        for entry in told.split(b"\0"):
            commit, _, message = entry.decode("utf-8", "replace").partition("\n")
            if message:
                yield commit, {int(one) for one in re.findall(rf"{prefix}-?([0-9]{{1,9}})", message, re.IGNORECASE)}

    def _id_of(self, content: bytes) -> str:
        """The stable id of an archive's patch; nothing for one that is none."""
        digits = len(self.lines[0].tip) if self.lines else 40
        try:
            patch = parse_patch(patch_text(content), limits=Limits(**settings.ENGINE_LIMITS))
        except (NotAPatch, OverLimit):
            return ""
        return patch_id(patch, digits=digits) or ""


def _in_order(branches: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(branches, key=lambda name: (name == MAIN, version_key(name))))
