"""Finding the place of a hunk in a file: exact context, any offset, no fuzz; the fast inner part of the engine.

Git's rules: a hunk at line 0 or 1 must match at the beginning of the file, one without trailing context at the end;
any other is searched from its expected line outwards, forwards first; and no hunk may match a line that an earlier
hunk of the same file patch has written.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from releases.engine.limits import Work
from releases.engine.patch import Hunk
from releases.engine.trees import split_lines

_FIRST_RING = 64
_WHITE = b" \t\r\n"
Stretches = list[tuple[int, int]]
"""Half-open ranges of lines that earlier hunks have written."""


@dataclass(frozen=True, slots=True)
class Placed:
    """All hunks found their place. `positions` are 0-based lines, each in the file as its hunk met it."""

    lines: Sequence[bytes]
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Misplaced:
    """The hunk at `index` has no place in `lines`, the file as the hunks before it have left it."""

    index: int
    lines: Sequence[bytes]


def expected_position(hunk: Hunk, length: int) -> int:
    """The 0-based line where git first looks for a hunk in a file of `length` lines."""
    if hunk.old_start <= 1:
        return 0
    if not hunk.trailing:
        return length - len(hunk.old)
    position = hunk.new_start - 1 if hunk.new_start else 0
    if position > 0x7FFFFFFF:  # git keeps it in a C int
        position = (position + 0x80000000) % 0x100000000 - 0x80000000
        if position < 0:
            position = length
    return min(position, length)


def apply_hunks(lines: Sequence[bytes], hunks: Sequence[Hunk], work: Work | None = None) -> Placed | Misplaced:
    """Apply `hunks` in order to `lines`, which stay as they are; raise `OverLimit` when `work` runs out."""
    result = list(lines)
    positions: list[int] = []
    written: Stretches = []
    floor = 0  # end of the last written stretch
    ragged = bool(result) and not result[-1].endswith(b"\n")
    bytewise = False
    for index, hunk in enumerate(hunks):
        old = hunk.old
        count = len(old)
        at = expected_position(hunk, len(result))
        if hunk.ragged or bytewise:
            ragged = True
            at = _find_ragged(result, hunk, at, written, work)
        elif at < floor or tuple(result[at : at + count]) != old or not (hunk.trailing or at + count == len(result)):
            at = _find(result, hunk, at, written, work)
        if at < 0:
            return Misplaced(index, result)
        # What is put behind a last line without newline goes on with it: only bytes tell from here on.
        bytewise = bytewise or (ragged and not count and at == len(result))
        result[at : at + count] = hunk.new
        positions.append(at)
        if at >= floor:
            if hunk.new:
                floor = at + len(hunk.new)
                written.append((at, floor))
        else:
            written = _shifted(written, at, count, len(hunk.new))
            floor = written[-1][1] if written else 0
    if ragged:
        # Lines without a newline may have come to stand before others: they are one line now.
        result = split_lines(b"".join(result))
    return Placed(result, tuple(positions))


def _find(lines: list[bytes], hunk: Hunk, expected: int, written: Stretches, work: Work | None) -> int:
    """The position of a hunk that isn't free at its expected one; -1 where there is none."""
    count = len(hunk.old)
    if hunk.old_start <= 1 or not hunk.trailing:
        fits = expected >= 0 and (hunk.trailing or expected + count == len(lines))
        same = fits and tuple(lines[expected : expected + count]) == hunk.old
        return expected if same and _is_free(written, expected, count) else -1
    if not count:
        return expected
    return _nearest(lines, hunk.old, expected, written, work)


def _nearest(lines: list[bytes], old: tuple[bytes, ...], expected: int, written: Stretches, work: Work | None) -> int:
    """The matching position next to `expected`, at equal distance the one behind it.

    The longest line of the hunk is looked for, ring by ring, since it is seldom the one that is everywhere.
    """
    last = len(lines) - len(old)
    anchor = max(range(len(old)), key=lambda line: len(old[line]))
    inner, outer = 0, _FIRST_RING
    while True:
        ahead = range(max(expected + inner, 0), min(expected + outer, last + 1))
        behind = range(max(expected - outer + 1, 0), min(expected - max(inner, 1), last) + 1)
        if work is not None:
            work.spend(len(ahead) + len(behind) + 1)
        forwards = next(_matches(lines, old, anchor, ahead, written, work), -1)
        backwards = max(_matches(lines, old, anchor, behind, written, work), default=-1)
        if forwards >= 0 and backwards >= 0:
            return forwards if forwards - expected <= expected - backwards else backwards
        if forwards >= 0 or backwards >= 0:
            return max(forwards, backwards)
        if expected + outer > last and expected - outer < 0:
            return -1
        inner, outer = outer, outer * 4


def _matches(
    lines: list[bytes], old: tuple[bytes, ...], anchor: int, ring: range, written: Stretches, work: Work | None
) -> Iterator[int]:
    """Positions in `ring` where `old` stands and may be replaced, in order."""
    needle = old[anchor]
    count = len(old)
    position, stop = ring.start + anchor, ring.stop + anchor
    while position < stop:
        try:
            position = lines.index(needle, position, stop)
        except ValueError:
            return
        start = position - anchor
        if work is not None:
            work.spend(count)
        if tuple(lines[start : start + count]) == old and _is_free(written, start, count):
            yield start
        position += 1


def _is_free(written: Stretches, start: int, count: int) -> bool:
    """Whether no line of the `count` lines from `start` was written by an earlier hunk."""
    end = start + count
    return not any(first < end and start < last for first, last in written)


def _shifted(written: Stretches, at: int, removed: int, added: int) -> Stretches:
    """The written stretches after `removed` lines at `at` were replaced by `added` ones."""
    shift = added - removed
    stretches = [(at, at + added)] if added else []
    for first, last in written:
        if last <= at:
            stretches.append((first, last))
        elif first >= at + removed:
            stretches.append((first + shift, last + shift))
        else:  # only a hunk without old lines gets here: it has been put into a stretch
            stretches.append((first, last + shift))
    return sorted(stretches, key=lambda stretch: stretch[1])


def _find_ragged(lines: list[bytes], hunk: Hunk, expected: int, written: Stretches, work: Work | None) -> int:
    """The position of a hunk with a line that lacks its newline, which git compares byte by byte.

    Such a line also matches the beginning of a longer one if they differ in white space alone.
    """
    if hunk.old_start <= 1 or not hunk.trailing:
        candidates: Iterator[int] = iter((expected,))
    else:
        candidates = _outwards(expected, len(lines))
    sums = [_line_sum(line) for line in hunk.old]
    joined = b"".join(hunk.old)
    for at in candidates:
        if work is not None:
            work.spend(len(sums) + 1)
        if _fits_raggedly(lines, at, sums, joined, at_end=not hunk.trailing) and _is_free(written, at, len(sums)):
            return at
    return -1


def _outwards(expected: int, length: int) -> Iterator[int]:
    """Every position, from `expected` outwards, forwards first."""
    yield expected
    for distance in range(1, max(expected, length - expected) + 1):
        if expected + distance <= length:
            yield expected + distance
        if expected - distance >= 0:
            yield expected - distance


def _fits_raggedly(lines: list[bytes], at: int, sums: Sequence[int], joined: bytes, *, at_end: bool) -> bool:
    end = at + len(sums)
    if at < 0 or end > len(lines) or (at_end and end != len(lines)):
        return False
    if any(_line_sum(line) != wanted for line, wanted in zip(lines[at:end], sums, strict=True)):
        return False
    present = b"".join(lines[at:end])
    if at_end:
        return present == joined
    while len(present) < len(joined) and end < len(lines):
        present += lines[end]
        end += 1
    return present.startswith(joined)


def _line_sum(line: bytes) -> int:
    """Git's 24-bit sum of a line, blind to white space."""
    total = 0
    for byte in line:
        if byte not in _WHITE:
            total = (total * 3 + byte) & 0xFFFFFFFF
    return total & 0xFFFFFF
