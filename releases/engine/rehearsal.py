"""Real git's word on a whole list at once, in order, with nothing made: `git apply --check`.

Git reads the files from the repository, applies every hunk of the list in memory, each on the result of those before,
and says which hunks land elsewhere than their header says. A hunk's lines and its place decide what a file becomes, so
where git and the engine agree on every place they agree on every content.

One text is one patch to git, which is laxer about names than patches one by one are: see `is_one_text`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from releases.engine.environment import scratch_directory
from releases.engine.git import LIMIT_S, Git, Scratch
from releases.engine.history import FileChange
from releases.engine.index_file import index_file
from releases.engine.tied import parents
from releases.engine.trees import TYPE_BITS, Entry, Overlay
from releases.engine.verify import Agreed, Disagreed

_FILE_PATCH = re.compile(rb"^diff --git ", re.MULTILINE)
_SAID = re.compile(rb"^(Checking patch )|^Hunk #(\d+) succeeded at (\d+) \(offset ", re.MULTILINE)
_SHA1 = 40
_COMPLAINT = re.compile(rb"^(?:error|fatal): .*", re.MULTILINE)

Landing = tuple[int, int, int]
"""Which file patch of a list (from 0), which hunk of it (from 1), on which line it landed (from 1)."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One commit's patch as git wrote it, and the hunks that land elsewhere than their header says."""

    text: bytes
    landings: Sequence[Landing] = ()
    """The file patches are counted within this text."""


def rehearse(
    git: Git, files: Mapping[bytes, Entry], pieces: Sequence[Piece], *, compare: bool = True, limit_s: float = LIMIT_S
) -> Agreed | Disagreed:
    """Have git apply the pieces in order to `files`: all that they start from. Agreed names no tree.

    Unless told to `compare`, only whether git applies them counts, and not where hunks land.
    Raises `GitTimeout`.
    """
    if not any(piece.text for piece in pieces):
        return Agreed("")  # git would say that nothing is no patch
    with scratch_directory() as scratch:
        digits = len(next(iter(files.values())).oid) if files else _SHA1
        scratch.index.write_bytes(index_file(files, digits))
        text = scratch.index.with_name("list.patch")
        text.write_bytes(b"".join(piece.text for piece in pieces))
        told = git.run(
            "apply", "--cached", "--check", "--verbose", "-p1", "--whitespace=nowarn", "--", str(text),
            expected=(0, 1, 128), limit_s=limit_s, is_talkative=True,
            scratch=Scratch(scratch.objects, scratch.index, behind=git.objects_dir()),
        )  # fmt: skip
    if told.status:
        said = b" ".join(_COMPLAINT.findall(told.stderr)).decode("utf-8", "replace")
        return Disagreed(f"git refuses the list: {said}"[:2000])
    expected = list(_landings(pieces)) if compare else []
    found = list(_heard(told.stderr)) if compare else []
    for ours, gits in zip(expected, found, strict=False):
        if ours != gits:
            return Disagreed(f"git lands a hunk elsewhere: {_named(gits)}; the engine: {_named(ours)}")
    if len(expected) != len(found):
        return Disagreed(f"git moves {len(found)} hunks from where their headers say, the engine {len(expected)}")
    return Agreed("")


def is_one_text(changes: Iterable[FileChange], baseline: Overlay) -> bool:
    """Whether these changes, in the order of the list, mean in one text what they mean one after the other.

    In one text git lets a file be made where it is already if the text removes it anywhere, or made twice, and with
    nothing written it doesn't see that a path would be both a file and a directory.
    """
    made: set[bytes] = set()
    removed: set[bytes] = set()
    touched: set[bytes] = set()
    for change in changes:
        if change.path in removed or _changes_type(change):
            return False
        if change.old_oid is None:
            if change.path in touched:
                return False
            made.add(change.path)
        if change.new_oid is None:
            removed.add(change.path)
        touched.add(change.path)
    return made.isdisjoint(removed) and not any(_is_in_the_way(path, touched, baseline) for path in made)


def _is_in_the_way(path: bytes, touched: Iterable[bytes], baseline: Overlay) -> bool:
    above = set(parents(path))
    below = path + b"/"
    return (
        baseline.is_directory(path)
        or any(baseline.file(parent) is not None for parent in above)
        or any(other in above or other.startswith(below) for other in touched)
    )


def _changes_type(change: FileChange) -> bool:
    if change.old_mode is None or change.new_mode is None:
        return False
    return (change.old_mode ^ change.new_mode) & TYPE_BITS != 0


def _landings(pieces: Iterable[Piece]) -> Iterator[Landing]:
    before = 0
    for piece in pieces:
        yield from ((before + file, hunk, line) for file, hunk, line in piece.landings)
        before += len(_FILE_PATCH.findall(piece.text))


def _heard(stderr: bytes) -> Iterator[Landing]:
    file = -1
    for checking, hunk, line in _SAID.findall(stderr):
        if checking:
            file += 1
        else:
            yield file, int(hunk), int(line)


def _named(landing: Landing) -> str:
    file, hunk, line = landing
    return f"hunk {hunk} of file patch {file + 1} on line {line}"
