"""The commits in a conflict's way: those since the fork that changed the lines a hunk expected."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from releases.engine.apply import Conflict
from releases.engine.closest import closest_stretch
from releases.engine.commute import Block, footprints, written_blocks
from releases.engine.diff import parse_patch
from releases.engine.history import Commit, FileChange, History
from releases.engine.trees import Source, split_lines
from releases.engine.windows import UPSTREAM

MOST = 20
"""More commits than these help nobody to find the cause."""

Stretch = tuple[int, int]
"""Half-open range of lines; an empty one is the gap before its line."""


def in_the_way(
    conflict: Conflict, lines: Sequence[bytes] | None, commits: Sequence[Commit], history: History, source: Source
) -> list[Commit]:
    """Of `commits` (those that touch the conflict's path, newest first) the ones that brought the conflict about.

    `lines` are the file's on the baseline, None where there is no such file. Going back in time, the search ends at
    the version in which the hunk would still have found its lines: what is older is not in the way.
    """
    if conflict.hunk is None or lines is None or not conflict.expected:
        return [commit for commit in commits if _came_or_went(_change(commit, conflict.path))][:MOST]
    stretches = _differing(conflict, lines)
    texts = history.patches([commit.id for commit in commits])
    found: list[Commit] = []
    for commit in commits:
        change = _change(commit, conflict.path)
        before = split_lines(source.blob(change.old_oid)) if _is_text_before(change) and change.old_oid else []
        still_fine = _stands_in(conflict.expected, before)
        blocks = _blocks(texts[commit.id], conflict.path, len(commit.id))
        touched = blocks is None or any(_meets(block, stretch) for block in blocks for stretch in stretches)
        if touched or still_fine:
            found.append(commit)
        if still_fine or blocks is None or len(found) == MOST:
            break
        stretches = [_before(stretch, blocks) for stretch in stretches]
    return found


def _change(commit: Commit, path: bytes) -> FileChange:
    return next(change for change in commit.changes if change.path == path)


def _came_or_went(change: FileChange) -> bool:
    """Whether the commit made, removed or retyped the file: what a conflict about a whole file is about."""
    return change.old_mode != change.new_mode


def _is_text_before(change: FileChange) -> bool:
    return change.old_mode is not None and change.old_mode & 0o170000 != 0o160000


def _differing(conflict: Conflict, lines: Sequence[bytes]) -> list[Stretch]:
    """Where the baseline's file differs from what the hunk expected, next to the place it most likely meant."""
    start, found = closest_stretch(lines, conflict.found or conflict.expected, max((conflict.found_at or 1) - 1, 0))
    matcher = SequenceMatcher(None, conflict.expected, found, autojunk=False)
    return [(start + first, start + last) for kind, _, _, first, last in matcher.get_opcodes() if kind != "equal"] or [
        (start, start + len(found))
    ]


def _blocks(text: bytes, path: bytes, digits: int) -> list[Block] | None:
    """What a commit wrote in the file, on the new side; None where it is about the file as a whole."""
    if not text:
        return []
    footprint = footprints(parse_patch(text, limits=UPSTREAM, oid_digits=digits)).get(path, ())
    return None if footprint is None else written_blocks(footprint)


def _meets(block: Block, stretch: Stretch) -> bool:
    """Whether a written block lies in a stretch; a side without lines counts where it touches the other."""
    start, end = stretch
    if start == end or not block.lines:
        return block.at <= end and start <= block.at + block.lines
    return block.at < end and start < block.at + block.lines


def _before(stretch: Stretch, blocks: Sequence[Block]) -> Stretch:
    """The stretch on the old side of a commit; where they meet, with everything that the commit replaced there."""
    start, end = stretch
    old_start, old_end = start, end
    shift = 0
    for block in blocks:
        behind = block.at + block.lines
        if behind < start or (behind == start and block.lines):
            old_start = start - shift - block.growth
        elif block.at <= start:
            old_start = block.at - shift
        if behind <= end:
            old_end = end - shift - block.growth
        elif block.at < end:
            old_end = behind - block.growth - shift
        shift += block.growth
    return max(old_start, 0), max(old_end, old_start, 0)


def _stands_in(expected: Sequence[bytes], lines: Sequence[bytes]) -> bool:
    """Whether the lines stand in a file one after the other."""
    wanted = list(expected)
    last = len(lines) - len(wanted)
    return any(lines[at] == wanted[0] and list(lines[at : at + len(wanted)]) == wanted for at in range(last + 1))
