"""A series on a baseline -> `Verdict`. One `open_branch` serves all series and baselines of a branch."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from releases.engine.apply import Applied, Conflict, apply_patch
from releases.engine.combining import Combined, Part, Together, combine
from releases.engine.contained import Containment, Past, containment
from releases.engine.culprits import in_the_way
from releases.engine.diff import parse_patch
from releases.engine.expressions import compiled
from releases.engine.git import Git
from releases.engine.history import Commit, History
from releases.engine.keys import Ingredients, narrow_key, wide_key
from releases.engine.limits import Limits, OverLimit, Work
from releases.engine.needed import Needed, Offer, Question, find_needed, relevant
from releases.engine.objects import Objects
from releases.engine.outcomes import failed_hunk, line_of, not_tried, outcomes_of, sentence
from releases.engine.policy import STRICT, Policy
from releases.engine.series import ReadSeries, SeriesInput, in_order, read_series
from releases.engine.trees import Overlay
from releases.engine.verdicts import Kind, Prerequisite, Verdict
from releases.engine.verify import Disagreed, verify
from releases.engine.windows import UPSTREAM, Window

__all__ = ["NARROW", "NotVerified", "OpenBranch", "SeriesInput", "open_branch"]

_BINARY = re.compile(rb"^GIT binary patch\r?$", re.MULTILINE)

NARROW = frozenset({Kind.APPLIES, Kind.MERGED})
"""Verdicts that depend on nothing but the files that the series touches, and are kept under the narrow key."""


class NotVerified(Exception):
    """Real git came to something else with the list: a fault of the engine. Nothing is published."""


@contextmanager
def open_branch(
    mirror: Path,
    *,
    fork: str | None,
    release: str | None,
    stable: str | None,
    staging: str | None,
    limits: Limits | None = None,
    policy: Policy = STRICT,
    never_needed: str = "",
) -> Iterator["OpenBranch"]:
    """A branch, ready to try series on; commits are full ids, None where there is none.

    Without a staging tip the window ends at the stable tip. What is read is kept until the block is left.
    """
    git = Git(mirror)
    with Objects(git) as objects, History(git) as history:
        tips = [commit for commit in (release, stable, staging) if commit]
        yield OpenBranch(
            git, objects, history,
            past=Past(history, fork, tips), tip=staging or stable or release or "",
            limits=limits or Limits(), policy=policy, never_needed=never_needed,
        )  # fmt: skip


class OpenBranch:
    """What has been read of a branch, and the two questions it answers."""

    def __init__(
        self, git: Git, objects: Objects, history: History, *,
        past: Past, tip: str, limits: Limits, policy: Policy, never_needed: str,
    ) -> None:  # fmt: skip
        self._git = git
        self._objects = objects
        self._history = history
        self._past = past
        self._tip = tip
        self._limits = limits
        self._policy = policy
        self._never = compiled(never_needed) if never_needed else None
        self._baselines: dict[str, Overlay] = {}
        self._windows: dict[str, Window] = {}
        self._read: dict[SeriesInput, ReadSeries] = {}
        self._contained: dict[tuple[tuple[bytes, ...], str], tuple[Containment, ...]] = {}
        self._outside: dict[str, tuple[Commit, bytes] | None] = {}

    def key(self, series: SeriesInput, others: Sequence[SeriesInput], base: str) -> str:
        """SHA-256 over everything that the verdict may depend on; nothing is tried."""
        return self.keys(series, others, base)[1]

    def keys(self, series: SeriesInput, others: Sequence[SeriesInput], base: str) -> tuple[str, str]:
        """The narrow key, under which verdicts of the kinds in `NARROW` hold, and the wide one for all others.

        The narrow one doesn't change when a branch moves without touching the series' files or its dependencies'.
        """
        read = self._series(series)
        given = {other.key: other for other in others}
        declared = [given[key] for key in in_order(series, given)]
        paths = read.paths.union(*(self._series(other).paths for other in declared))
        ingredients = Ingredients(self._baseline(base), self._past, base, self._limits, self._policy)
        narrow = narrow_key(ingredients, series, declared, paths)
        window = self._window(base)
        offers = [self._offer_of(self._series(other)) for other in others]
        commits, taking_part, reached = relevant(paths, window, offers)
        parts = [given[offer.key] for offer in taking_part]
        never = self._never.pattern if self._never else ""
        at_tip = Ingredients(self._baseline(self._tip), self._past, self._tip, self._limits, self._policy)
        return narrow, wide_key(ingredients, at_tip, narrow, window, commits, parts, reached, never)

    def check(self, series: SeriesInput, others: Sequence[SeriesInput], base: str) -> Verdict:
        """The verdict of `series` on commit `base`; `others` may take part, in this order.

        Raises `GitTrouble` where the mirror cannot be read and `NotVerified` where git disagrees.
        """
        read = self._series(series)
        if read.invalid:
            return Verdict(Kind.INVALID, reason=read.invalid, patches=not_tried(read))
        try:
            return self._tried(read, others, base)
        except OverLimit as over:
            return Verdict(Kind.INVALID, reason=sentence(str(over)), patches=not_tried(read))

    def combined(self, every: Sequence[SeriesInput], base: str) -> Combined | None:
        """One list that brings what commit `base` lacks of all these series; None where no list brings all of them.

        A series may need those before it. Raises `GitTrouble` and `NotVerified`, as `check` does.
        """
        if any(self._series(one).invalid for one in every):
            return None
        work = Work(self._limits)
        try:
            parts = [part for one in every if (part := self._part(one, base, work)) is not None]
            question = Together(self._baseline(base), self._baseline(self._tip), self._window(base), parts, self._never)
            found = combine(question, self._limits, work)
        except OverLimit:
            return None
        if found is None:
            return None
        agreed = verify(self._git, base, found.texts, found.after.changes())
        if isinstance(agreed, Disagreed):
            raise NotVerified
        is_binary = any(_BINARY.search(text) for text in found.texts)
        return Combined(found.steps, agreed.tree, is_binary)

    def _part(self, given: SeriesInput, base: str, work: Work) -> Part | None:
        """What `base` lacks of a series; None where that is nothing. Raises `OverLimit`."""
        read = self._series(given)
        contained = self._containment(read, base, work)
        left = tuple(number for number, patch in enumerate(contained) if not patch.is_contained)
        on_tip = self._containment(read, self._tip, work)
        is_upstream = all(patch.is_contained for patch in on_tip)
        return Part(self._outstanding(read, contained), left, is_upstream) if left else None

    def _tried(self, read: ReadSeries, others: Sequence[SeriesInput], base: str) -> Verdict:
        work = Work(self._limits)
        contained = self._containment(read, base, work)
        if all(patch.is_contained for patch in contained):
            return Verdict(Kind.MERGED, patches=outcomes_of(read, contained, {}))
        gone = [commit for commit in read.given.needs_commits if self._outside_commit(commit) is None]
        if gone:
            reason = f"commit {gone[0]}, which the series declares to need, is not in the upstream"
            return Verdict(Kind.ERROR, reason=reason, patches=not_tried(read))
        given = {other.key: other for other in others}
        declared = self._declared(read, given, base, work)
        if declared is None:
            reason = "a series that this one declares to need is invalid itself"
            return Verdict(Kind.CONFLICTS, reason=reason, patches=not_tried(read))
        overlay = self._baseline(base).fork()
        for offer in declared:
            self._applied(overlay, offer, work)
        outcome, placed = self._alone(overlay, read, contained, work)
        if outcome is None and not declared:
            return Verdict(Kind.APPLIES, patches=outcomes_of(read, contained, placed))
        needed = self._needed(read, contained, declared, given, base, work)
        if needed is not None:
            return self._with(needed, read, contained, base, work)
        if outcome is None:
            reason = "what the series declares to need does not apply itself"
            return Verdict(Kind.CONFLICTS, reason=reason, patches=not_tried(read))
        return self._conflict(read, contained, outcome, placed, base)

    def _alone(
        self, overlay: Overlay, read: ReadSeries, contained: Sequence[Containment], work: Work
    ) -> tuple[tuple[int, Conflict] | None, dict[int, Applied]]:
        """Apply what is outstanding in order, as far as it goes: the first conflict with its patch, and the places."""
        placed: dict[int, Applied] = {}
        for number, patch in enumerate(read.patches):
            if contained[number].is_contained:
                continue
            outcome = apply_patch(overlay, patch, limits=self._limits, work=work)
            if isinstance(outcome, Conflict):
                return (number, outcome), placed
            placed[number] = outcome
        return None, placed

    def _needed(
        self, read: ReadSeries, contained: Sequence[Containment], declared: Sequence[Offer],
        given: Mapping[str, SeriesInput], base: str, work: Work,
    ) -> Needed | None:  # fmt: skip
        own = self._outstanding(read, contained)
        window = self._window(base)
        must = {offer.key for offer in declared}
        may = [
            offer
            for key, other in given.items()
            if key not in must and (offer := self._helper(other, base, work)) is not None
        ]
        seeds = own.paths.union(*(offer.paths for offer in declared))
        commits, others, _ = relevant(seeds, window, may)
        end, tip = self._where_it_belongs(read, window, commits)
        return find_needed(
            Question(
                baseline=self._baseline(base), tip=tip, window=window,
                commits=[index for index in commits if index < end],
                declared=declared, others=others, series=own, never=self._never,
            ),
            self._limits, work,
        )  # fmt: skip

    def _with(
        self, needed: Needed, read: ReadSeries, contained: Sequence[Containment], base: str, work: Work
    ) -> Verdict:
        """The verdict with a list, once git has applied it."""
        overlay = needed.before.fork()
        trouble, placed = self._alone(overlay, read, contained, work)
        own = self._outstanding(read, contained)
        agreed = verify(self._git, base, [*needed.texts, *own.texts], overlay.changes())
        if trouble is not None or isinstance(agreed, Disagreed):
            raise NotVerified
        return Verdict(
            Kind.NEEDS_PREREQUISITES if needed.elements else Kind.APPLIES,
            patches=outcomes_of(read, contained, placed),
            prerequisites=tuple(_prerequisite(element) for element in needed.elements),
            never_counted_but_needed=needed.unavoidable,
            verified_tree=agreed.tree,
        )

    def _conflict(
        self, read: ReadSeries, contained: Sequence[Containment], outcome: tuple[int, Conflict],
        placed: Mapping[int, Applied], base: str,
    ) -> Verdict:  # fmt: skip
        number, conflict = outcome
        baseline = self._baseline(base)
        file = baseline.file(conflict.path)
        lines = baseline.lines_of(file) if file is not None else None
        commits = self._past.touching([conflict.path], base)
        culprits = in_the_way(conflict, lines, commits, self._history, self._objects)
        return Verdict(
            Kind.CONFLICTS,
            reason=sentence(conflict.reason, number, len(read.patches)),
            patches=outcomes_of(read, contained, placed, failed=number),
            failed=failed_hunk(number, conflict),
            in_the_way=tuple(line_of(commit) for commit in culprits),
        )

    def _where_it_belongs(self, read: ReadSeries, window: Window, commits: Sequence[int]) -> tuple[int, Overlay]:
        """The index in the window before which the series stands, and the tree there.

        A series that upstream has taken already stands where it was taken: what came later is no help to it.
        """
        work = Work(UPSTREAM)
        if window.commits and all(patch.is_contained for patch in self._containment(read, self._tip, work)):
            for index in commits:
                here = Overlay(self._objects, window.commits[index].tree)
                known = self._past.patch_ids(read.paths, window.commits[index].id)
                found = containment(here, read.patches, known, limits=self._limits, work=work)
                if all(patch.is_contained for patch in found):
                    # A commit without parents begins the window's history anew: before it there was nothing.
                    before = [self._objects.root(parent) for parent in window.commits[index].parents[:1]]
                    return index, Overlay(self._objects, before[0]) if before else self._baseline(self._tip)
        return len(window), self._baseline(self._tip)

    def _declared(
        self, read: ReadSeries, given: Mapping[str, SeriesInput], base: str, work: Work
    ) -> list[Offer] | None:
        """What must come first and isn't contained: commits, then series; None where one of them is invalid."""
        offers = [self._commit_offer(commit) for commit in read.given.needs_commits if not self._is_in(commit, base)]
        for key in in_order(read.given, given):
            other = self._series(given[key])
            if other.invalid:
                return None
            offer = self._outstanding(other, self._containment(other, base, work))
            if offer.patches:
                offers.append(offer)
        return offers

    def _helper(self, other: SeriesInput, base: str, work: Work) -> Offer | None:
        """Another series as far as it may help; not where upstream has it, since then its commits stand for it."""
        read = self._series(other)
        if read.invalid:
            return None
        on_tip = self._containment(read, self._tip, work)
        if all(patch.is_contained for patch in on_tip):
            return None
        offer = self._outstanding(read, self._containment(read, base, work))
        return offer if offer.patches else None

    def _applied(self, overlay: Overlay, offer: Offer, work: Work) -> None:
        for patch in offer.patches:
            apply_patch(overlay, patch, limits=self._limits, work=work)

    def _outstanding(self, read: ReadSeries, contained: Sequence[Containment]) -> Offer:
        left = [number for number, patch in enumerate(contained) if not patch.is_contained]
        return Offer(
            key=read.given.key,
            patches=tuple(read.patches[number] for number in left),
            texts=tuple(read.texts[number] for number in left),
            needs=read.given.needs,
        )

    def _offer_of(self, read: ReadSeries) -> Offer:
        return Offer(read.given.key, read.patches, read.texts)

    def _commit_offer(self, commit: str) -> Offer:
        found = self._outside_commit(commit)
        if found is None:
            raise ValueError(f"{commit} is not in the mirror")
        named, text = found
        patch = parse_patch(text, limits=UPSTREAM, oid_digits=len(commit))
        return Offer(commit, (patch,), (text,), commit=named)

    def _outside_commit(self, commit: str) -> tuple[Commit, bytes] | None:
        """A declared commit and its patch; None where the mirror lacks it, or it changes nothing."""
        if commit not in self._outside:
            text = self._history.patches([commit])[commit] if self._history.resolve(commit) == commit else b""
            self._outside[commit] = (self._history.named([commit])[0], text) if text else None
        return self._outside[commit]

    def _is_in(self, commit: str, base: str) -> bool:
        return self._history.is_ancestor(commit, base)

    def _containment(self, read: ReadSeries, base: str, work: Work) -> tuple[Containment, ...]:
        at = (read.given.patches, base)
        if at not in self._contained:
            known = self._past.patch_ids(read.paths, base)
            self._contained[at] = containment(self._baseline(base), read.patches, known, limits=self._limits, work=work)
        return self._contained[at]

    def _series(self, given: SeriesInput) -> ReadSeries:
        if given not in self._read:
            self._read[given] = read_series(given, self._limits, self._policy, digits=len(self._tip))
        return self._read[given]

    def _baseline(self, commit: str) -> Overlay:
        """The tree of a commit; to be forked before it is changed."""
        if commit not in self._baselines:
            self._baselines[commit] = Overlay(self._objects, self._objects.root(commit))
        return self._baselines[commit]

    def _window(self, base: str) -> Window:
        if base not in self._windows:
            walked = self._history.walk(base, self._tip) if base != self._tip else ()
            self._windows[base] = Window(self._history, walked, base)
        return self._windows[base]


def _prerequisite(element: Commit | Offer) -> Prerequisite:
    if isinstance(element, Commit):
        return Prerequisite(commit=line_of(element))
    return Prerequisite(commit=line_of(element.commit)) if element.commit else Prerequisite(series=element.key)
