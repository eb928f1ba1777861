"""What must come before a series on a baseline: the window, declared commits and other series lined up and searched."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from releases.engine.apply import Applied, apply_patch
from releases.engine.commute import Footprint, footprints
from releases.engine.diff import Patch
from releases.engine.expressions import Expression
from releases.engine.history import Commit
from releases.engine.limits import Limits, Work
from releases.engine.lineup import Element, LineUp
from releases.engine.prerequisites import Search
from releases.engine.trees import Overlay
from releases.engine.windows import Window


@dataclass(frozen=True, slots=True)
class Offer:
    """A series with the patches of it that the baseline lacks, or a commit from outside the window (then a whole)."""

    key: str
    patches: tuple[Patch, ...]
    texts: tuple[bytes, ...]
    commit: Commit | None = None
    needs: tuple[str, ...] = ()

    @property
    def paths(self) -> frozenset[bytes]:
        """Every path that it reads or writes."""
        return frozenset[bytes]().union(*(patch.paths for patch in self.patches))


@dataclass(frozen=True, slots=True)
class Needed:
    """The ordered list with which the series applies."""

    elements: tuple[Commit | Offer, ...]
    """A window commit, or what was offered."""
    texts: tuple[bytes, ...]
    """The patches of the list in order, the series' own left out."""
    paths: tuple[frozenset[bytes], ...]
    """What each element reads or writes."""
    unavoidable: tuple[str, ...]
    """Commits of the list that the tree says are never needed."""
    before: Overlay
    """The baseline with the list applied."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: which of what is offered must come before `series` on `baseline`."""

    baseline: Overlay
    tip: Overlay
    """The tree for which the series was written: that of the window's last commit."""
    window: Window
    commits: Sequence[int]
    """Indices of the window's commits that may matter, ascending."""
    declared: Sequence[Offer]
    """Must come first, in this order."""
    others: Sequence[Offer]
    """May help where no commit does, in this order."""
    series: Offer
    never: Expression | None
    """Subjects of commits that count only where nothing else helps."""


def relevant(
    seeds: Iterable[bytes], window: Window, others: Sequence[Offer]
) -> tuple[list[int], list[Offer], frozenset[bytes]]:
    """The window's commits and the other series that share files with `seeds`, directly or through each other."""
    reached = set(seeds)
    reached.update(parent for path in list(reached) for parent in _parents(path))
    pending = list(reached)
    commits: set[int] = set()
    taken: set[str] = set()
    while pending:
        path = pending.pop()
        found: list[Iterable[bytes]] = []
        for index in window.touching.get(path, ()):
            if index not in commits:
                commits.add(index)
                found.append(change.path for change in window.commits[index].changes)
        for other in others:
            if other.key not in taken and path in other.paths:
                taken.add(other.key)
                found.append(other.paths)
        fresh = {path for paths in found for path in paths} - reached
        reached |= fresh
        pending.extend(fresh)
    return sorted(commits), [other for other in others if other.key in taken], frozenset(reached)


def twins(window: Window, commits: Iterable[int], patches: Iterable[Patch]) -> set[int]:
    """Those of the window's commits that change the same lines as one of `patches`: the same fix, upstream."""
    wanted = {_changed_lines(patch): patch.paths for patch in patches}
    paths = set(wanted.values())
    near = [index for index in commits if frozenset(change.path for change in window.commits[index].changes) in paths]
    window.read_ahead(near)
    return {index for index in near if _changed_lines(window.patch(index)) in wanted}


def find_needed(question: Question, limits: Limits, work: Work) -> Needed | None:
    """The list, or None where nothing that is offered helps. Raises `OverLimit`."""
    window = question.window
    outside = [*question.declared, *question.others, question.series]
    same = twins(window, question.commits, [patch for offer in (*question.declared, question.series)
                                            for patch in offer.patches])  # fmt: skip
    inside = [index for index in question.commits if index not in same]
    elements = [
        Element(
            key=window.commits[index].id,
            paths=frozenset(change.path for change in window.commits[index].changes),
            commit=index,
        )
        for index in inside
    ]
    elements += placed(question.tip, outside, limits)
    first = len(inside)
    own = len(elements) - 1
    never = {
        number
        for number, index in enumerate(inside)
        if question.never is not None and question.never.search(window.commits[index].subject)
    }
    helpers = set(range(first + len(question.declared), own))
    wanted = {*range(first, first + len(question.declared)), own}
    places = {offer.key: first + number for number, offer in enumerate(outside)}
    while True:
        lineup = LineUp(question.baseline, window, elements, fixed=wanted, work=work)
        found = Search(lineup, wanted, never=(never | helpers) - wanted).run()
        if set(found.conflicting) & wanted:
            return None
        missing = _needed_too(found.chosen, outside, first, places) - wanted
        if not missing:
            break
        wanted |= missing
    listed = sorted(found.chosen - {own})
    return Needed(
        elements=tuple(window.commits[inside[n]] if n < first else outside[n - first] for n in listed),
        texts=tuple(text for n in listed for text in _texts(window, inside, outside, n)),
        paths=tuple(elements[n].paths for n in listed),
        unavoidable=tuple(elements[n].key for n in found.unavoidable if n in never),
        before=lineup.result(found.chosen - {own}),
    )


def _needed_too(chosen: Collection[int], outside: Sequence[Offer], first: int, places: Mapping[str, int]) -> set[int]:
    """What the chosen series declare to need and isn't chosen."""
    needs = {key for n in chosen if n >= first for key in outside[n - first].needs}
    return {places[key] for key in needs if key in places} - set(chosen)


def _texts(window: Window, inside: Sequence[int], outside: Sequence[Offer], n: int) -> Sequence[bytes]:
    return (window.text(inside[n]),) if n < len(inside) else outside[n - len(inside)].texts


def placed(tip: Overlay, offers: Sequence[Offer], limits: Limits) -> list[Element]:
    """Elements for what comes behind the window, with the lines on which they stand there, as far as they apply."""
    overlay = tip.fork()
    elements = []
    for offer in offers:
        after = overlay.fork()
        prints: list[dict[bytes, Footprint]] = []
        for patch in offer.patches:
            outcome = apply_patch(after, patch, limits=limits)
            if isinstance(outcome, Applied):
                positions = {
                    number: [hunk.line - 1 for hunk in placement.hunks]
                    for number, placement in enumerate(outcome.placements)
                }
                prints.append(footprints(patch, positions))
            else:
                prints.append(footprints(patch))
        overlay = after
        elements.append(Element(key=offer.key, paths=offer.paths, patches=offer.patches, footprints=tuple(prints)))
    return elements


def _changed_lines(patch: Patch) -> tuple[tuple[bytes | None, bytes | None, tuple[bytes, ...]], ...]:
    """What a patch adds and removes, wherever and in whatever surroundings."""
    return tuple(
        sorted(
            (
                file.old_path or b"",
                file.new_path or b"",
                tuple(line for hunk in file.hunks for line in hunk.body if line[:1] in (b"+", b"-")),
            )
            for file in patch.files
        )
    )


def _parents(path: bytes) -> Iterable[bytes]:
    while b"/" in path:
        path = path[: path.rindex(b"/")]
        yield path
