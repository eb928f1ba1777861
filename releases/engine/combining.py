"""Several fixes at once: one list, in one order, that brings everything a baseline lacks of them.

A fix that upstream has taken already stands where it was taken, as the commits that brought it, since what came after
it may rest on it. The others stand behind the window, in the order given.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from releases.engine.expressions import Expression
from releases.engine.limits import Limits, Work
from releases.engine.lineup import Element, LineUp
from releases.engine.needed import Offer, placed, relevant, twins
from releases.engine.outcomes import line_of
from releases.engine.prerequisites import Search
from releases.engine.trees import Overlay
from releases.engine.verdicts import CommitLine
from releases.engine.windows import Window


@dataclass(frozen=True, slots=True)
class Part:
    """What the baseline lacks of one series."""

    offer: Offer
    numbers: tuple[int, ...]
    """The 0-based places in the series of the patches that are offered."""
    is_upstream: bool
    """Whether the window's tip has all of the series."""


@dataclass(frozen=True, slots=True)
class Together:
    """What is asked: how all parts come onto the baseline."""

    baseline: Overlay
    tip: Overlay
    window: Window
    parts: Sequence[Part]
    never: Expression | None
    """Subjects of commits that count only where nothing else helps."""


@dataclass(frozen=True, slots=True)
class Step:
    """One element of the list: an upstream commit, or patches of a series."""

    commit: CommitLine | None
    """None where patches are applied as they were uploaded."""
    series: str
    """Whose fix it brings; empty for what only has to come before one."""
    patches: tuple[int, ...]
    """Which patches of that series, counted from 0."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The list as the engine found it, before git has had its say."""

    steps: tuple[Step, ...]
    texts: tuple[bytes, ...]
    after: Overlay


@dataclass(frozen=True, slots=True)
class Combined:
    """The list in the order in which it applies, as real git has applied it."""

    steps: tuple[Step, ...]
    verified_tree: str
    is_binary: bool = False
    """Whether something in it changes a file as git's binary patches do, which no other program reads."""


def combine(question: Together, limits: Limits, work: Work) -> Listed | None:
    """The list, or None where nothing in the window lets all parts apply together. Raises `OverLimit`."""
    window = question.window
    seeds = frozenset[bytes]().union(*(part.offer.paths for part in question.parts))
    commits, _, _ = relevant(seeds, window, ())
    landed: dict[int, Step] = {}
    behind = []
    for part in question.parts:
        upstream = _upstream(part, window, commits, landed)
        if upstream:
            landed |= upstream
        else:
            behind.append(part)
    same = twins(window, commits, [patch for part in behind for patch in part.offer.patches]) - landed.keys()
    inside = [index for index in commits if index not in same]
    elements = [
        Element(
            key=window.commits[index].id,
            paths=frozenset(change.path for change in window.commits[index].changes),
            commit=index,
        )
        for index in inside
    ]
    first = len(inside)
    elements += placed(question.tip, [part.offer for part in behind], limits)
    wanted = {place for place, index in enumerate(inside) if index in landed} | set(range(first, len(elements)))
    never = {
        place
        for place, index in enumerate(inside)
        if question.never is not None and question.never.search(window.commits[index].subject)
    }
    lineup = LineUp(question.baseline, window, elements, fixed=wanted, work=work)
    found = Search(lineup, wanted, never=never - wanted).run()
    if set(found.conflicting) & wanted:
        return None
    steps: list[Step] = []
    texts: list[bytes] = []
    for place in sorted(found.chosen):
        if place >= first:
            part = behind[place - first]
            steps.append(Step(None, part.offer.key, part.numbers))
            texts += part.offer.texts
        else:
            index = inside[place]
            steps.append(landed.get(index) or Step(line_of(window.commits[index]), "", ()))
            texts.append(window.text(index))
    return Listed(tuple(steps), tuple(texts), lineup.result(found.chosen))


def _upstream(part: Part, window: Window, commits: Sequence[int], taken: dict[int, Step]) -> dict[int, Step]:
    """The window's commits that bring a part, by index; none unless they bring all of it."""
    found: dict[int, Step] = {}
    if not part.is_upstream:
        return {}
    for number, patch in zip(part.numbers, part.offer.patches, strict=True):
        same = twins(window, commits, [patch]) - taken.keys() - found.keys()
        if not same:
            return {}
        index = max(same)
        found[index] = Step(line_of(window.commits[index]), part.offer.key, (number,))
    return found
