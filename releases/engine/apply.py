"""A parsed patch on a tree in memory: every hunk's place, or the one conflict; exactly `git apply --cached`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from releases.engine.binary import DoesNotFit, Unpacking, rebuild
from releases.engine.closest import closest_stretch
from releases.engine.limits import Limits, Work
from releases.engine.patch import Change, FilePatch, Hunk, Patch
from releases.engine.paths import is_valid_path
from releases.engine.placing import Misplaced, Placed, apply_hunks, expected_position
from releases.engine.trees import DIRECTORY, GITLINK, SYMLINK, TYPE_BITS, File, Overlay, canonical_mode

__all__ = [
    "Applied",
    "Conflict",
    "FilePlacement",
    "HunkPlacement",
    "Misplaced",
    "Placed",
    "apply_hunks",
    "apply_patch",
    "placements_of",
]

_GITLINK = re.compile(rb"Subproject commit ((?:[0-9a-fA-F]{40}){1,2})")


@dataclass(frozen=True, slots=True)
class HunkPlacement:
    """Where a hunk was placed: its 1-based line in the file as the hunk met it, and how far that is from its header."""

    line: int
    offset: int


@dataclass(frozen=True, slots=True)
class FilePlacement:
    """Where the hunks of one file patch were placed, in order; `path` is the new one, for a removal the old one."""

    path: bytes
    hunks: tuple[HunkPlacement, ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """The patch applies; the overlay holds the result. One placement for each file patch, in order."""

    placements: tuple[FilePlacement, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """The patch doesn't apply and the overlay is as it was."""

    path: bytes
    hunk: int | None
    """0-based within its file patch; None where the file as a whole is in the way."""
    patch_line: int
    """1-based line of the hunk's header in the patch text, or of the file's."""
    reason: str
    expected: tuple[bytes, ...] = ()
    """The hunk's old lines."""
    found: tuple[bytes, ...] = ()
    """The stretch of the file that is most like them."""
    found_at: int | None = None
    """1-based line where `found` begins; None where there is no file to look at."""


def apply_patch(
    overlay: Overlay, patch: Patch, *, limits: Limits | None = None, work: Work | None = None
) -> Applied | Conflict:
    """Apply `patch` to `overlay`, all or nothing. Raises `OverLimit` where it asks for too much.

    `work` counts on from earlier patches of the same check; by default each patch has the whole of `limits.work`.
    """
    limits = limits or Limits()
    try:
        return _Application(overlay, patch, limits, work or Work(limits)).run()
    except _Refused as refused:
        return refused.conflict


class _Refused(Exception):
    """Carries the conflict out of the middle of an application."""

    def __init__(self, conflict: Conflict) -> None:
        super().__init__(conflict.reason)
        self.conflict = conflict


@dataclass(slots=True)
class _Step:
    """One file patch on its way: what git settles while it looks at the tree."""

    patch: FilePatch
    is_new: bool | None
    is_delete: bool | None
    old_path: bytes | None
    new_path: bytes | None
    old_mode: int
    new_mode: int
    result: File | None = None
    placement: FilePlacement | None = field(default=None)

    @property
    def moves(self) -> bool:
        return self.patch.change in (Change.RENAME, Change.COPY)

    @property
    def takes_away(self) -> bool:
        """Whether the old path is gone for the file patches that follow."""
        return self.new_path is None or self.patch.change is Change.RENAME

    def conflict(self, reason: str) -> _Refused:
        path = self.new_path if self.new_path is not None else self.old_path
        return _Refused(Conflict(path or b"", None, self.patch.line, reason))


class _Gone:
    """Marks a path that an earlier file patch has taken away, or a later one will."""


_WAS_DELETED = _Gone()
_TO_BE_DELETED = _Gone()


def _step(patch: FilePatch) -> _Step:
    return _Step(
        patch,
        is_new=None if patch.may_create else patch.change is Change.CREATE,
        is_delete=None if patch.may_delete else patch.change is Change.DELETE,
        old_path=patch.old_path,
        new_path=patch.new_path,
        old_mode=patch.old_mode or 0,
        new_mode=patch.new_mode or 0,
    )


class _Application:
    """One patch on one overlay.

    All file patches are checked against the tree as it was, with the results of earlier ones on the same path in a
    table on the side; only then are the results put into the tree, first everything removed and then everything
    written. That is git's order, and what several file patches on one path mean depends on it.
    """

    def __init__(self, overlay: Overlay, patch: Patch, limits: Limits, work: Work) -> None:
        self._overlay = overlay
        self._limits = limits
        self._work = work
        self._unpacking = Unpacking(limits)
        self._steps = [_step(file) for file in patch.files]
        self._table: dict[bytes, _Step | _Gone] = {}
        self._links_removed: set[bytes] = set()
        self._links_kept: set[bytes] = set()

    def run(self) -> Applied:
        for step in self._steps:
            if step.old_path is not None:
                if step.old_mode & TYPE_BITS == SYMLINK and (
                    step.patch.change is Change.RENAME or step.is_delete is not False
                ):
                    self._links_removed.add(step.old_path)
                if step.takes_away:
                    self._table[step.old_path] = _TO_BE_DELETED
            if step.new_path is not None and step.new_mode & TYPE_BITS == SYMLINK:
                self._links_kept.add(step.new_path)
        for step in self._steps:
            self._check(step)
        self._put_into_tree()
        return Applied(tuple(step.placement for step in self._steps if step.placement is not None))

    def _check(self, step: _Step) -> None:
        """Work out one file patch's result, or refuse it."""
        self._check_old_side(step)
        self._check_new_side(step)
        self._check_modes(step)
        self._check_paths(step)
        content = self._patched(step)
        if step.new_path is not None:
            self._table[step.new_path] = step
        if step.takes_away and step.old_path is not None:
            self._table[step.old_path] = _WAS_DELETED
        step.result = content
        if step.is_delete and self._overlay.content_of(content):
            raise step.conflict("the removal leaves contents behind")

    def _previous(self, step: _Step) -> _Step | None:
        """The earlier file patch whose result this one starts from."""
        if step.moves or step.old_path is None:
            return None
        previous = self._table.get(step.old_path)
        if previous is _WAS_DELETED:
            raise step.conflict("the file was renamed or deleted earlier in the same patch")
        return previous if isinstance(previous, _Step) else None

    def _check_old_side(self, step: _Step) -> None:
        if step.old_path is None:
            return
        if step.is_new:
            raise step.conflict("the patch creates a file and names an old one")
        previous = self._previous(step)
        mode = previous.new_mode if previous else self._overlay.mode(step.old_path)
        if mode is None:
            if step.is_new is not None:
                raise step.conflict("the file does not exist")
            step.is_new, step.is_delete, step.old_path = True, False, None
            return
        if step.is_new is None:
            step.is_new = False
        step.old_mode = step.old_mode or mode
        if (mode ^ step.old_mode) & TYPE_BITS:
            raise step.conflict(f"the file has mode {mode:06o}, the patch expects {step.old_mode:06o}")
        if not step.new_mode and step.is_delete is False:
            step.new_mode = mode

    def _check_new_side(self, step: _Step) -> None:
        path = step.new_path
        if path is None or not (step.is_new or step.moves):
            return
        if not isinstance(self._table.get(path), _Gone) and self._overlay.file(path) is not None:
            raise step.conflict("the file exists already")
        if not step.new_mode:
            step.new_mode = 0o100644 if step.is_new else step.old_mode

    def _check_modes(self, step: _Step) -> None:
        if step.new_path is not None and step.old_path is not None:
            step.new_mode = step.new_mode or step.old_mode
            if (step.old_mode ^ step.new_mode) & TYPE_BITS:
                raise step.conflict(f"the patch turns mode {step.old_mode:06o} into {step.new_mode:06o}")
        if step.new_mode & TYPE_BITS == DIRECTORY:
            raise step.conflict(f"mode {step.new_mode:06o} is a directory's")

    def _check_paths(self, step: _Step) -> None:
        old = step.old_path if step.is_delete is not False or (not step.is_new and not self._copies(step)) else None
        new = step.new_path if step.is_delete is False else None
        if old is not None and not is_valid_path(old, step.old_mode):
            raise step.conflict("git refuses this path")
        if new is None:
            return
        if not is_valid_path(new, step.new_mode):
            raise step.conflict("git refuses this path")
        if self._is_beyond_link(new):
            raise step.conflict("the path leads through a symbolic link")

    def _copies(self, step: _Step) -> bool:
        return step.patch.change is Change.COPY

    def _is_beyond_link(self, path: bytes) -> bool:
        slash = path.rfind(b"/")
        while slash > 0:
            directory = path[:slash]
            if directory in self._links_kept:
                return True
            if directory not in self._links_removed and self._overlay.mode(directory) == SYMLINK:
                return True
            slash = path.rfind(b"/", 0, slash)
        return False

    def _old_file(self, step: _Step) -> File:
        previous = self._previous(step)
        if previous is not None and previous.result is not None:
            return previous.result
        file = self._overlay.file(step.old_path) if step.old_path is not None else None
        return file or File(0, content=b"")

    def _patched(self, step: _Step) -> File:
        """The file as the patch leaves it."""
        patch = step.patch
        before = self._old_file(step)
        path = step.new_path if step.new_path is not None else step.old_path or b""
        if patch.is_binary:
            step.placement = FilePlacement(path, ())
            return File(step.new_mode, content=self._rebuilt(step, self._overlay.content_of(before)))
        if not patch.hunks:
            step.placement = FilePlacement(path, ())
            return before
        lines = self._overlay.lines_of(before)
        size = self._overlay.size_of(before)
        self._limits.check("file_bytes", size)
        self._work.spend(len(lines))
        placed = apply_hunks(lines, patch.hunks, self._work)
        if isinstance(placed, Misplaced):
            raise self._misplaced(step, placed)
        step.placement = FilePlacement(path, placements_of(patch.hunks, placed))
        growth = sum(sum(map(len, hunk.new)) - sum(map(len, hunk.old)) for hunk in patch.hunks)
        return File(step.new_mode, lines=placed.lines, size=size + growth)

    def _rebuilt(self, step: _Step, before: bytes) -> bytes:
        try:
            return rebuild(
                step.patch,
                before,
                exists=step.old_path is not None,
                digits=self._overlay.digits,
                unpacking=self._unpacking,
            )
        except DoesNotFit as misfit:
            raise step.conflict(str(misfit)) from None

    def _misplaced(self, step: _Step, misplaced: Misplaced) -> _Refused:
        hunk = step.patch.hunks[misplaced.index]
        path = step.old_path if step.old_path is not None else step.new_path or b""
        expected = max(expected_position(hunk, len(misplaced.lines)), 0)
        found_at, found = closest_stretch(misplaced.lines, hunk.old, expected)
        return _Refused(
            Conflict(
                path=path,
                hunk=misplaced.index,
                patch_line=hunk.line,
                reason="the hunk's lines are not in the file",
                expected=hunk.old,
                found=found,
                found_at=found_at + 1,
            )
        )

    def _put_into_tree(self) -> None:
        staged = self._overlay.fork()
        for step in self._steps:
            if step.old_path is not None and not step.is_new and not self._copies(step):
                staged.remove(step.old_path)
        for step in self._steps:
            if not step.is_delete and step.new_path is not None and step.result is not None:
                self._write(staged, step, step.new_path, step.result)
        self._overlay.adopt(staged)

    def _write(self, staged: Overlay, step: _Step, path: bytes, result: File) -> None:
        mode = canonical_mode(step.new_mode or 0o100644)
        if staged.file(path) is None:
            if not is_valid_path(path, mode):
                raise step.conflict("git refuses this path")
            if staged.is_directory(path) or any(staged.file(parent) is not None for parent in _parents(path)):
                raise step.conflict("the path would be both a file and a directory")
        if mode == GITLINK:
            match = _GITLINK.match(self._overlay.content_of(result))
            oid = match.group(1)[: self._overlay.digits].decode().lower() if match else ""
            if len(oid) != self._overlay.digits or not oid.strip("0"):
                raise step.conflict("not a submodule's commit")
            staged.write(path, File(mode, oid=oid))
        else:
            staged.write(path, result.with_mode(mode))


def placements_of(hunks: Sequence[Hunk], placed: Placed) -> tuple[HunkPlacement, ...]:
    """Where these hunks, all of one file patch, came to stand."""
    return tuple(
        HunkPlacement(position + 1, position - max(hunk.new_start - 1, 0))
        for hunk, position in zip(hunks, placed.positions, strict=True)
    )


def _parents(path: bytes) -> list[bytes]:
    return [path[:slash] for slash in range(len(path)) if path[slash : slash + 1] == b"/"]
