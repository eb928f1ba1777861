"""A window of history: the commits between a baseline and a tip, and what each does to which path."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from releases.engine.diff import parse_patch
from releases.engine.history import Commit, History
from releases.engine.limits import Limits
from releases.engine.patch import FilePatch, Patch
from releases.engine.trees import File, Overlay, canonical_mode

_FILE_PATCH = re.compile(rb"^diff --git ", re.MULTILINE)
_NOTHING = Patch(())

UPSTREAM = Limits(
    patch_bytes=1 << 30, file_bytes=1 << 29, unpacked_bytes=1 << 30, files_per_patch=1 << 20, hunks_per_patch=1 << 22
)
"""What is taken from the project's own history, which may import a whole tree in one commit."""


class Window:
    """Non-merge commits along first parents, oldest first. Patches are read and parsed when first asked for."""

    def __init__(self, history: History, walked: Sequence[Commit], base: str = "") -> None:
        """`walked` is what `History.walk` gave, merges included, and `base` the commit behind which it began."""
        self.commits = tuple(commit for commit in walked if len(commit.parents) < 2)
        self.is_linear = len(self.commits) == len(walked) and (not walked or walked[0].parents[:1] == (base,))
        """Whether the commits lead from the base to the tip, with no merge that hides changes between them."""
        self.touching: dict[bytes, list[int]] = defaultdict(list)
        """Path -> the indices of the commits that change it, ascending."""
        for index, commit in enumerate(self.commits):
            for change in commit.changes:
                self.touching[change.path].append(index)
        self._history = history
        self._texts: dict[int, bytes] = {}
        self._patches: dict[int, Patch] = {}
        self._files: dict[tuple[int, int], FilePatch] = {}
        self._cuts: dict[int, list[int] | None] = {}

    def __len__(self) -> int:
        return len(self.commits)

    def read_ahead(self, indices: Iterable[int]) -> None:
        """Read several patches in one go: those that will be asked for next."""
        wanted = {self.commits[index].id: index for index in indices if index not in self._texts}
        for commit, text in self._history.patches(wanted).items():
            self._texts[wanted[commit]] = text

    def text(self, index: int) -> bytes:
        """The patch of one commit as git writes it; empty where it changes nothing."""
        if index not in self._texts:
            self.read_ahead([index])
        return self._texts[index]

    def text_on(self, index: int, paths: Collection[bytes]) -> bytes:
        """The part of one commit's patch that is about these paths."""
        cuts = self._cut(index)
        if cuts is None:
            return self.text(index)
        text, changes = self.text(index), self.commits[index].changes
        return b"".join(
            text[slice(*bounds)] for bounds, change in zip(pairwise(cuts), changes, strict=True) if change.path in paths
        )

    def files(self, index: int, paths: Collection[bytes]) -> list[FilePatch]:
        """What one commit's patch does to these paths, parsed; of the others nothing is."""
        if not paths:
            return []
        cuts = self._cut(index)
        if cuts is None:
            return [file for file in self.patch(index).files if (file.new_path or file.old_path) in paths]
        changes = enumerate(self.commits[index].changes)
        return [self._file(index, number, cuts) for number, change in changes if change.path in paths]

    def _file(self, index: int, number: int, cuts: Sequence[int]) -> FilePatch:
        if (index, number) not in self._files:
            text = self.text(index)[cuts[number] : cuts[number + 1]]
            [file] = parse_patch(text, limits=UPSTREAM, oid_digits=len(self.commits[index].id)).files
            self._files[index, number] = file
        return self._files[index, number]

    def _cut(self, index: int) -> list[int] | None:
        """Where the file patches of a commit begin, and the end: one for each of its changes, or None."""
        if index not in self._cuts:
            text = self.text(index)
            cuts = [*(match.start() for match in _FILE_PATCH.finditer(text)), len(text)]
            self._cuts[index] = cuts if len(cuts) == len(self.commits[index].changes) + 1 else None
        return self._cuts[index]

    def patch(self, index: int) -> Patch:
        """The patch of one commit, parsed."""
        patch = self._patches.get(index)
        if patch is None:
            text = self.text(index)
            patch = _NOTHING
            if text:
                patch = parse_patch(text, limits=UPSTREAM, oid_digits=len(self.commits[index].id))
            self._patches[index] = patch
        return patch

    def tell_base(self, overlay: Overlay) -> None:
        """Let an overlay of the baseline know the files that the window changes, which saves looking up its trees."""
        if not self.is_linear:
            return
        for path, (first, *_) in self.touching.items():
            [change] = [change for change in self.commits[first].changes if change.path == path]
            if change.old_oid is None or change.old_mode is None:
                overlay.remove(path)
            else:
                overlay.write(path, File(canonical_mode(change.old_mode), oid=change.old_oid))
