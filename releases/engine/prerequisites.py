"""The prerequisites of outstanding fixes: which elements of a line-up must come first so that the whole applies.

1. Commutation (`commute.py`) walks the line-up from its end to the baseline and keeps what cannot be moved out of the
   way of what is wanted.
2. Repair: where the kept list doesn't apply, since line arithmetic can't see that a context stands in a file twice,
   the files that fail are walked again with a wider and wider notion of "meeting", at last with every element that
   touches them.
3. Removal: elements are left out one by one, with whatever no longer applies without them, until none can be.

What is guaranteed: the list applies, in memory, and no single element of it can be left out. Removal is done from the
end and from the beginning, and where few prerequisites hang together every smaller choice among them is tried, so
that such a list is the shortest that the candidates allow. Whether a wholly different list would be shorter still is
not searched for.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from releases.engine.commute import WHOLE_FILE, Carried
from releases.engine.limits import OverLimit
from releases.engine.lineup import LineUp

_MARGINS = (4, 32, WHOLE_FILE)
"""Within how many lines two changes count as meeting in a file that didn't apply: wider each time."""

_CHOICES = 64
"""How many smaller choices among prerequisites that hang together are worth trying."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the search came to; numbers are those of the line-up's elements."""

    chosen: frozenset[int]
    """Everything that is applied: the wanted elements that can be, and their prerequisites."""
    prerequisites: tuple[int, ...]
    """In the order in which they are applied."""
    conflicting: tuple[int, ...]
    """Wanted elements that nothing in the line-up helps."""
    unavoidable: tuple[int, ...]
    """Prerequisites that should never count as such, but without which the list doesn't apply."""
    candidates: int
    """How many prerequisites there were before removal."""


class Search:
    """One search for the prerequisites of some elements of a line-up, the wanted ones."""

    def __init__(
        self, lineup: LineUp, wanted: Collection[int], *, never: Collection[int] = (), trials: int = 20_000
    ) -> None:
        """`never` are elements that count only where nothing else helps; `trials` bounds attempts at leaving out."""
        self._lineup = lineup
        self._wanted = set(wanted)
        self._never = frozenset(never) - self._wanted
        self._banned = set(self._never)
        # What was let in and banned again since it doesn't apply itself must stay out, or the search would never end.
        self._let_in: set[int] = set()
        self._conflicting: list[int] = []
        self._margins: dict[int, int] = {}
        self._trials = trials
        self._tried = 0

    def run(self) -> Found:
        """Find the list. Raises `OverLimit` where that takes more trials than allowed."""
        candidate = self._applying()
        chosen = self._reduced(candidate)
        prerequisites = tuple(sorted(chosen - self._wanted))
        return Found(
            chosen=chosen,
            prerequisites=prerequisites,
            conflicting=tuple(sorted(self._conflicting)),
            unavoidable=tuple(index for index in prerequisites if index in self._never),
            candidates=len(candidate - self._wanted),
        )

    def _applying(self) -> frozenset[int]:
        """What is wanted and the candidates that make it apply as a whole."""
        while True:
            chosen = self._candidate()
            failures = self._lineup.first_failures(chosen)
            if not failures:
                return chosen
            if not self._widen(failures):
                self._give_way(chosen, failures)

    def _candidate(self) -> frozenset[int]:
        margins = {path: margin for group, margin in self._margins.items() for path in self._lineup.paths_of(group)}
        carried = Carried(margins)
        chosen: set[int] = set()
        for index in range(len(self._lineup.elements) - 1, -1, -1):
            wanted = index in self._wanted
            if not wanted:
                if index in self._conflicting or not carried.is_touched_by(self._lineup.elements[index].paths):
                    continue
                if carried.let_past(self._lineup.footprints(index)) or index in self._banned:
                    continue
            carried.join(self._lineup.footprints(index))
            chosen.add(index)
        return frozenset(chosen)

    def _widen(self, failures: Iterable[int]) -> bool:
        """Widen the margin of the groups that failed; False where none can be wider."""
        widened = False
        for group in failures:
            wider = next((margin for margin in _MARGINS if margin > self._margins.get(group, 0)), None)
            if wider is not None:
                self._margins[group] = wider
                widened = True
        return widened

    def _give_way(self, chosen: frozenset[int], failures: Mapping[int, int]) -> None:
        """All that touches a group is in, and still it fails: let in what never counts, or leave out a culprit."""
        for group in failures:
            banned = self._banned & self._never - self._let_in
            avoided = {index for index in banned if self._lineup.touches(index, group)}
            if avoided:
                self._banned -= avoided
                self._let_in |= avoided
                return
        culprit = min(failures.values())
        breaking = self._breaking(chosen, culprit)
        if breaking:
            self._banned |= breaking
        elif culprit in self._wanted:
            self._wanted.discard(culprit)
            self._conflicting.append(culprit)
        else:
            self._banned.add(culprit)

    def _breaking(self, chosen: frozenset[int], culprit: int) -> frozenset[int]:
        """What to leave out so that the culprit applies: the latest elements, or else a single one, and what needs it.

        A series that was written in the middle of the window may not stand what came later. Empty where nothing helps.
        """
        before = sorted(
            index
            for index in chosen - self._wanted - {culprit}
            if index < culprit and self._lineup.tied_together({index, culprit})[1:] == []
        )
        for left_out in (*(before[cut:] for cut in range(len(before) - 1, -1, -1)), *([index] for index in before)):
            self._count()
            rest = self._lineup.without_all(chosen, left_out, self._wanted - {culprit})
            if rest is not None and culprit in rest:
                return chosen - rest - self._wanted
        return frozenset()

    def _reduced(self, candidate: frozenset[int]) -> frozenset[int]:
        """The candidate without what isn't needed: no single element can be left out of the outcome."""
        outcomes = [self._left_out(candidate, latest_first=latest_first) for latest_first in (True, False)]
        shortest = min(outcomes, key=len)
        while True:
            shorter = self._shorter(shortest)
            if shorter is None:
                return shortest
            shortest = self._left_out(shorter, latest_first=True)

    def _left_out(self, chosen: frozenset[int], *, latest_first: bool) -> frozenset[int]:
        while True:
            before = chosen
            order = sorted(chosen - self._wanted, key=lambda index: (index not in self._never, index))
            order.sort(reverse=latest_first)
            order.sort(key=lambda index: index not in self._never)
            for index in order:
                if index in chosen:
                    self._count()
                    chosen = self._lineup.without(chosen, index, self._wanted) or chosen
            if chosen == before:
                return chosen

    def _shorter(self, chosen: frozenset[int]) -> frozenset[int] | None:
        """A choice with fewer prerequisites, where those that hang together are few enough to try every choice."""
        for together in self._lineup.tied_together(chosen - self._wanted):
            for smaller in _smaller_choices(together):
                self._count()
                attempt = (chosen - together) | smaller
                if not self._lineup.fails(attempt, together):
                    return attempt
        return None

    def _count(self) -> None:
        self._tried += 1
        if self._tried > self._trials:
            raise OverLimit("trials", self._trials, self._tried)


def _smaller_choices(together: frozenset[int]) -> Iterator[frozenset[int]]:
    """Choices of at least two fewer than all, the smallest first, as long as they are few."""
    tried = 0
    for size in range(len(together) - 1):
        for choice in combinations(sorted(together), size):
            tried += 1
            if tried > _CHOICES:
                return
            yield frozenset(choice)
