"""Recipes followed: each series on the commit that its recipe names, alone and after what the recipe puts first.

Whether a patch applies says whether the recipe can be followed, not whether it is the right patch: a wrong one may
apply.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings

from advisories.formats.record import Record, TreeRecipe
from releases.engine.apply import Conflict, apply_patch
from releases.engine.diff import NotAPatch, parse_patch
from releases.engine.git import Git
from releases.engine.history import History
from releases.engine.limits import Limits, OverLimit
from releases.engine.mailbox import patch_text
from releases.engine.objects import Objects
from releases.engine.trees import Overlay
from releases.models.trial import TrialResult


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one recipe of one branch."""

    number: int
    version: int
    branch: str
    stable_ref: str
    alone: TrialResult
    after: TrialResult
    """After what comes first; the same as `alone` where nothing does."""
    stand_ins: tuple[int, ...] = ()
    """Advisories whose fixes were taken from the tree's own history, since the archive has none of their patches."""
    absent: tuple[int, ...] = ()
    """Advisories of which neither the archive nor the tree has a fix."""
    told: str = ""
    """Where it failed last."""


class Trials:
    """Tries recipes against one tree; holds git processes: use it in a `with`."""

    def __init__(self, git: Git, tree: str, records: Iterable[Record], tips: dict[str, str]) -> None:
        """`tips` are the newest commits of branches by name; `records` everything that the archive holds."""
        self.git, self.tree, self.tips = git, tree, tips
        self.records = sorted(records, key=lambda one: (one.number, one.version))
        self.limits = Limits(**settings.ENGINE_LIMITS)

    def __enter__(self) -> "Trials":
        return self

    def __exit__(self, *_: object) -> None:
        self._objects.close()
        self._history.close()

    @cached_property
    def _objects(self) -> Objects:
        return Objects(self.git)

    @cached_property
    def _history(self) -> History:
        return History(self.git)

    @cached_property
    def _newest(self) -> dict[int, Record]:
        return {record.number: record for record in self.records if record.recipes}

    def recipes(self) -> list[tuple[Record, str, TreeRecipe]]:
        """Everything that can be tried here."""
        return [
            (record, branch.branch, recipe)
            for record in self.records
            for branch in (record.recipes.branches if record.recipes else ())
            for recipe in branch.trees
            if recipe.tree == self.tree
        ]

    def tried(self, record: Record, branch: str, recipe: TreeRecipe) -> Tried:
        """Follow one recipe. Raises `GitTrouble` where git does not answer."""
        told = (record.number, record.version, branch, recipe.stable_ref)
        if self._history.resolve(recipe.stable_ref) is None:
            return Tried(*told, TrialResult.NO_COMMIT, TrialResult.NO_COMMIT)
        own = self._patches(record, recipe)
        if not own:
            return Tried(*told, TrialResult.NOTHING, TrialResult.NOTHING)
        overlay = Overlay(self._objects, self._objects.root(recipe.stable_ref))
        trouble = self._apply(overlay.fork(), own)
        alone = TrialResult.FAILS if trouble else TrialResult.APPLIES
        if not recipe.prereqs:
            return Tried(*told, alone, alone, told=trouble)
        stand_ins: list[int] = []
        absent: list[int] = []
        for number in recipe.prereqs:
            first = self._first(number, branch, recipe, stand_ins, absent)
            if trouble := self._apply(overlay, first):
                trouble = f"{settings.ADVISORY_PREFIX}-{number}, which comes first: {trouble}"
                break
        else:
            trouble = self._apply(overlay, own)
        # What stands in for an archive's patch may be another form of it: where it fails, nothing is known.
        failed = TrialResult.UNCLEAR if stand_ins or absent else TrialResult.FAILS
        return Tried(*told, alone, failed if trouble else TrialResult.APPLIES, tuple(stand_ins), tuple(absent), trouble)

    def _patches(self, record: Record, recipe: TreeRecipe) -> list[bytes]:
        names = dict.fromkeys(name for pattern in recipe.patches for name in record.files_matching(pattern))
        held = {patch.name: patch.content for patch in record.patches}
        return [content for name in names if (content := held[name]) is not None]

    def _first(
        self, number: int, branch: str, recipe: TreeRecipe, stand_ins: list[int], absent: list[int]
    ) -> Sequence[bytes]:
        """The patches of what comes first: nothing where it has no recipe for the branch."""
        other = self._newest.get(number)
        if other is not None and other.recipes is not None:
            found = other.recipes.find(branch, self.tree)
            return self._patches(other, found) if found else ()
        commits = list(self._in_history(number, recipe.stable_ref, self.tips.get(branch, "")))
        (stand_ins if commits else absent).append(number)
        patches = self._history.patches(commits)
        return [patches[commit] for commit in commits if patches[commit]]

    def _in_history(self, number: int, since: str, tip: str) -> Iterator[str]:
        """Commits of the branch after `since` that say to be an advisory's fix, else those that name it; in order."""
        if not tip:
            return
        name = rf"{re.escape(settings.ADVISORY_PREFIX)}-?{number}([^0-9]|$)"
        # Later work mentions an old fix as well: "This is XSA-12" is that fix, "since XSA-12" is not.
        for words in (rf"^(this (issue )?is|.*part of) .*{name}", name):
            asked = ("--no-merges", "--reverse", "--format=%H", "-E", "-i", f"--grep={words}", "--end-of-options")
            found = self.git.run("log", *asked, f"{since}..{tip}", "--").stdout.split()
            if found:
                yield from (line.decode("ascii") for line in found)
                return

    def _apply(self, overlay: Overlay, patches: Iterable[bytes]) -> str:
        """Apply them in order; where the first that doesn't fails, in a sentence."""
        for content in patches:
            try:
                found = apply_patch(overlay, parse_patch(patch_text(content), limits=self.limits), limits=self.limits)
            except NotAPatch as error:
                return f"not a patch: line {error.line}: {error.reason}"
            except OverLimit as over:
                return str(over)
            if isinstance(found, Conflict):
                return f"{found.path.decode('utf-8', 'replace')}: {found.reason}"
        return ""
