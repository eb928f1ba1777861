"""A window of history: the commits between a baseline and a tip, and what each does to which path."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from releases.engine.diff import parse_patch
from releases.engine.history import Commit, History
from releases.engine.limits import Limits
from releases.engine.patch import Patch
from releases.engine.trees import File, Overlay, canonical_mode

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
