"""Moving one change past another: which lines of a file each stands on, and whether they meet.

Patches commute as in Darcs. A commit that can be moved behind everything that follows it is not needed by any of it.
All of this is arithmetic on line numbers; whether what remains really applies is tried afterwards.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from releases.engine.patch import Change, FilePatch, Hunk, Patch

WHOLE_FILE = 1 << 40
"""A margin in lines that no file outgrows: with it, any two changes of one file meet."""


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring lines that a hunk replaces; `at` counts lines from 0 on the side that is asked about."""

    at: int
    lines: int
    """How many lines it has on that side."""
    growth: int
    """By how many lines the file grows where the block is applied."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The lines that a hunk must find: context and removed lines, from `start` (0-based) up to `end` (excluded)."""

    start: int
    end: int
    at_start: bool
    """Whether git accepts it only at the beginning of the file."""
    at_end: bool
    blocks: tuple[Block, ...]
    """What it replaces, on the old side, counted from the beginning of the file."""

    def moved(self, lines: int) -> "Ground":
        """The same hunk, standing `lines` further down."""
        if not lines:
            return self
        blocks = tuple(Block(block.at + lines, block.lines, block.growth) for block in self.blocks)
        return Ground(self.start + lines, self.end + lines, self.at_start, self.at_end, blocks)


Footprint = tuple[Ground, ...] | None
"""What a change needs of one file, hunk by hunk; None where the file as a whole is at stake."""


def footprints(patch: Patch, positions: Mapping[int, Sequence[int]] | None = None) -> dict[bytes, Footprint]:
    """What a patch needs of each of its files.

    `positions` tells for file patches (by index) where the hunks really stand: 0-based lines, each in the file as the
    hunk met it, as applying gives them. Without it the numbers in the hunk headers are taken for true.
    """
    found: dict[bytes, Footprint] = {}
    for index, file in enumerate(patch.files):
        paths = {path for path in (file.old_path, file.new_path) if path is not None}
        alone = found.keys().isdisjoint(paths)
        if alone and is_plain(file):
            [path] = paths
            found[path] = _grounds(file.hunks, positions.get(index) if positions else None)
        else:
            found.update(dict.fromkeys(paths))
    return found


def is_plain(file: FilePatch) -> bool:
    """Whether a file patch changes lines of one file and nothing else: no name, no mode, no binary content."""
    return (
        file.change is Change.MODIFY
        and file.old_path == file.new_path
        and not file.is_binary
        and not file.may_create
        and not file.may_delete
        and (file.new_mode is None or file.new_mode == file.old_mode)
    )


def written_blocks(footprint: Footprint) -> list[Block]:
    """The blocks of a footprint on their new side: where the changed lines are once it is applied."""
    written: list[Block] = []
    shift = 0
    for ground in footprint or ():
        for block in ground.blocks:
            written.append(Block(block.at + shift, block.lines + block.growth, block.growth))
            shift += block.growth
    return written


def pass_by(blocks: Sequence[Block], footprint: Footprint, margin: int = 0) -> tuple[Footprint, list[Block]] | None:
    """Move written `blocks` of one file from before a change to behind it; None where they meet.

    Gives the change as it stands without the blocks before it, and the blocks as they stand behind it. `margin` is
    the distance in lines within which they count as meeting.
    """
    if footprint is None or margin >= WHOLE_FILE:
        return None
    grounds: list[Ground] = []
    for ground in footprint:
        shift = 0
        for block in blocks:
            if _meet(block, ground, margin):
                return None
            if block.at + block.lines <= ground.start:
                shift -= block.growth
        grounds.append(ground.moved(shift))
    return tuple(grounds), _behind(blocks, footprint)


class Carried:
    """Changes that stay, in their order; others are moved past them from the front, or join them there."""

    def __init__(self, margins: Mapping[bytes, int] | None = None) -> None:
        """`margins` widen, for single paths, the distance in lines within which two changes count as meeting."""
        self._margins = margins or {}
        self._on_path: dict[bytes, list[Footprint]] = {}

    def is_touched_by(self, paths: Iterable[bytes]) -> bool:
        """Whether anything carried needs one of these paths."""
        return any(path in self._on_path for path in paths)

    def join(self, changes: Sequence[Mapping[bytes, Footprint]]) -> None:
        """Put an element's changes, one after the other, in front of those that are carried."""
        for change in reversed(changes):
            for path, footprint in change.items():
                self._on_path[path] = [footprint, *self._on_path.get(path, ())]

    def let_past(self, changes: Sequence[Mapping[bytes, Footprint]]) -> bool:
        """Move an element from the front past all that are carried, which forget it; False where it meets one.

        Nothing has moved then.
        """
        before = self._on_path
        self._on_path = before.copy()
        for change in reversed(changes):
            for path, footprint in change.items():
                if path in before and not self._let_past(path, footprint):
                    self._on_path = before
                    return False
        return True

    def _let_past(self, path: bytes, footprint: Footprint) -> bool:
        if footprint is None:
            return False
        blocks = written_blocks(footprint)
        passed: list[Footprint] = []
        for carried in self._on_path[path]:
            outcome = pass_by(blocks, carried, self._margins.get(path, 0))
            if outcome is None:
                return False
            carried, blocks = outcome
            passed.append(carried)
        self._on_path[path] = passed
        return True


def _meet(block: Block, ground: Ground, margin: int) -> bool:
    start, end = ground.start - margin, ground.end + margin
    behind = block.at + block.lines
    if block.at < end and behind > start:
        return True
    # What is anchored at an end of the file minds every change between it and that end.
    return (ground.at_start and behind <= ground.start) or (ground.at_end and block.at >= ground.end)


def _behind(blocks: Sequence[Block], footprint: Sequence[Ground]) -> list[Block]:
    moved: list[Block] = []
    for block in blocks:
        shift = sum(own.growth for ground in footprint for own in ground.blocks if own.at < block.at + block.lines)
        moved.append(Block(block.at + shift, block.lines, block.growth))
    return moved


def _grounds(hunks: Sequence[Hunk], positions: Sequence[int] | None) -> tuple[Ground, ...]:
    grounds: list[Ground] = []
    growth = 0
    for index, hunk in enumerate(hunks):
        if positions is None:
            start = hunk.old_start - 1 if hunk.old_count else hunk.old_start
        else:
            start = positions[index] - growth
        start = max(start, 0)
        grounds.append(
            Ground(
                start=start,
                end=start + len(hunk.old),
                at_start=hunk.old_start <= 1,
                at_end=not hunk.trailing,
                blocks=tuple(_blocks(hunk, start)),
            )
        )
        growth += len(hunk.new) - len(hunk.old)
    return tuple(grounds)


def _blocks(hunk: Hunk, start: int) -> Iterable[Block]:
    """The blocks of a hunk on its old side."""
    at, removed, added = start, 0, 0
    for line in hunk.body:
        mark = line[:1]
        if mark == b"-":
            removed += 1
        elif mark == b"+":
            added += 1
        elif mark != b"\\":
            if removed or added:
                yield Block(at, removed, added - removed)
            at += removed + 1
            removed = added = 0
    if removed or added:
        yield Block(at, removed, added - removed)
