"""The stretch of a file that a hunk without a place most likely meant, so that a reader sees expected against found."""

from collections import Counter, defaultdict
from collections.abc import Sequence

_COMMON = 64
"""A line that stands more often than this in the file says little about the place, and isn't asked."""


def closest_stretch(lines: Sequence[bytes], wanted: Sequence[bytes], expected: int) -> tuple[int, tuple[bytes, ...]]:
    """The 0-based position and lines of the stretch of `lines` that is most like `wanted`.

    Each line of `wanted` votes for the positions where it would be right; on a tie the position next to `expected`
    wins, and with no vote at all it is `expected` itself.
    """
    places: dict[bytes, list[int]] = defaultdict(list)
    asked = set(wanted)
    for number, line in enumerate(lines):
        if line in asked:
            places[line].append(number)
    votes: Counter[int] = Counter()
    for offset, line in enumerate(wanted):
        numbers = places.get(line, [])
        weight = 2 if len(line.strip()) > 3 else 1
        if len(numbers) <= _COMMON:
            for number in numbers:
                votes[number - offset] += weight
        elif line in lines[expected + offset : expected + offset + 1]:
            votes[expected] += weight
    if votes:
        start = min(votes, key=lambda place: (-votes[place], abs(place - expected), place))
    else:
        start = min(expected, max(0, len(lines) - len(wanted)))
    first = max(start, 0)
    return first, tuple(lines[first : max(start, 0) + len(wanted) + min(start, 0)])
