"""What the engine found, in the words of a verdict."""

import hashlib
from collections.abc import Mapping, Sequence

from releases.engine.apply import Applied, Conflict
from releases.engine.contained import Containment
from releases.engine.history import Commit
from releases.engine.series import ReadSeries
from releases.engine.verdicts import CommitLine, FailedHunk, Outcome, PatchOutcome, Place, shown

_MOST_LINES = 200
_LONGEST_LINE = 1_000


def outcomes_of(
    read: ReadSeries,
    contained: Sequence[Containment],
    placed: Mapping[int, Applied],
    *,
    failed: int | None = None,
) -> tuple[PatchOutcome, ...]:
    """What became of each patch: contained, applied where it says, failed, or not tried behind the one that failed."""
    found = []
    for number, content in enumerate(read.given.patches):
        outcome = Outcome.NOT_TRIED
        places: tuple[Place, ...] = ()
        if contained[number].is_contained:
            outcome = Outcome.CONTAINED
        elif number in placed:
            outcome = Outcome.APPLIED
            places = tuple(
                Place(shown(file.path), hunk, where.line, where.offset)
                for file in placed[number].placements
                for hunk, where in enumerate(file.hunks)
            )
        elif number == failed:
            outcome = Outcome.FAILED
        found.append(PatchOutcome(_digest(content), outcome, places, contained[number].commit))
    return tuple(found)


def not_tried(read: ReadSeries) -> tuple[PatchOutcome, ...]:
    """The patches of a series that never got as far as being applied."""
    return tuple(
        PatchOutcome(_digest(content), Outcome.FAILED if number == read.invalid_patch else Outcome.NOT_TRIED)
        for number, content in enumerate(read.given.patches)
    )


def failed_hunk(number: int, conflict: Conflict) -> FailedHunk:
    """The conflict of one patch as evidence; very long stretches are cut."""
    return FailedHunk(
        patch=number,
        path=shown(conflict.path),
        hunk=conflict.hunk,
        patch_line=conflict.patch_line,
        reason=conflict.reason,
        expected=_lines(conflict.expected),
        found=_lines(conflict.found),
        found_at=conflict.found_at or 0,
    )


def line_of(commit: Commit) -> CommitLine:
    """A commit as people name it."""
    plain = commit.subject.replace("\0", "\\x00")
    return CommitLine(commit.id, commit.author.replace("\0", "\\x00"), plain[:300], commit.authored_on)


def sentence(reason: str, number: int | None = None, count: int = 1) -> str:
    """A reason as a sentence, with the patch it is about where there are several."""
    return f"patch {number + 1} of {count}: {reason}" if number is not None and count > 1 else reason


def _lines(lines: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(shown(line.removesuffix(b"\n"))[:_LONGEST_LINE] for line in lines[:_MOST_LINES])


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
