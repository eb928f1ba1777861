"""Everything the page of a check tells its viewer, and nothing that stands in a list they may not read."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Subquery

from accounts.access import Viewer
from advisories.highlighting import visible
from advisories.models import Advisory
from releases.engine.verdicts import CommitLine, Kind, Prerequisite, Verdict
from releases.evidence.showing import PatchShown, shaped_patches
from releases.models import Baseline, Cell, Check, Patch, Series, SeriesRevision

ROWS = ("revision__series__advisory", "revision__series__tree", "branch__tree", "verdict")
"""What `open_dossier` reads along with a check."""

LONGEST_HISTORY = 30

OFFERED = (Kind.APPLIES, Kind.NEEDS_PREREQUISITES)
"""Where a list makes the series apply; for the others there is nothing that `git am` would take."""

WITHOUT_REASON = {
    Kind.APPLIES: "Every patch applies to {base}, in order and with exact context.",
    Kind.NEEDS_PREREQUISITES: "The series applies to {base} once other commits have come first.",
    Kind.CONFLICTS: "The series doesn't apply to {base}, and nothing on the staging branch would help.",
    Kind.MERGED: "{base} holds every patch of the series already.",
    Kind.INVALID: "What was uploaded cannot be applied anywhere.",
    Kind.ERROR: "The series could not be tried on {base}.",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One element of the list that would make the series apply."""

    title: str
    commit: str = ""
    url: str = ""
    why: str = ""
    is_embargoed: bool = False
    is_this: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How the series stands on one of the branch's three baselines now."""

    baseline: str
    title: str
    base_name: str
    kind: str
    url: str
    is_this: bool


@dataclass(frozen=True, slots=True)
class Dossier:
    """A check with its evidence."""

    check: Check
    advisory: Any
    """With `is_embargoed`."""
    verdict: Verdict
    """Without reason and evidence where `is_withheld`."""
    is_withheld: bool
    """The evidence rests on an advisory hidden from the viewer: lines and offsets would tell of that one."""
    patches: tuple[PatchShown, ...]
    steps: tuple[Step, ...]
    standings: tuple[Standing, ...]
    history: tuple[Check, ...]
    """This cell's checks, newest first, this one among them unless it is older than `LONGEST_HISTORY`."""
    is_latest: bool

    @property
    def says(self) -> str:
        """The verdict in a sentence."""
        if self.verdict.kind is Kind.CONFLICTS and self.verdict.failed:
            failed = self.verdict.failed
            place = f"hunk {failed.hunk + 1} of {failed.path}" if failed.hunk is not None else failed.path
            helps = f"nothing on {self.check.branch.staging_ref or 'the branch'} would let it through"
            return f"Patch {failed.patch + 1} of {len(self.patches)} stops at {visible(place)}, and {helps}."
        if self.verdict.kind is Kind.NEEDS_PREREQUISITES:
            return WITHOUT_REASON[self.verdict.kind].format(base=self.check.base_name)
        said = visible(self.verdict.reason)
        return said[:1].upper() + said[1:] or WITHOUT_REASON[self.verdict.kind].format(base=self.check.base_name)

    @property
    def is_offered(self) -> bool:
        """Whether there is an mbox that `git am` takes."""
        return self.verdict.kind in OFFERED and not self.is_withheld

    @property
    def found_title(self) -> str:
        """Heads the lines that were found."""
        return f"{self.check.base_name} has"

    @property
    def cherry_pick_title(self) -> str:
        """What the lines are for."""
        return f"Upstream commits, to be picked on {self.check.base_name}"

    @property
    def prerequisite_count(self) -> int:
        """Elements of the list, 0 where it is withheld."""
        return len(self.verdict.prerequisites)

    @property
    def cherry_pick(self) -> str:
        """The upstream commits of the list as lines to paste into a shell; empty where there are none."""
        commits = [element.commit for element in self.verdict.prerequisites if element.commit]
        return "\n".join(f"git cherry-pick -x {commit.commit}" for commit in commits)

    @property
    def series_steps(self) -> int:
        """How many elements are other series, which no cherry-pick brings."""
        return sum(1 for element in self.verdict.prerequisites if element.series)

    @property
    def in_the_way(self) -> tuple[CommitLine, ...]:
        """Commits that changed what the failed hunk expects, newest first."""
        return self.verdict.in_the_way

    @property
    def failed_patch(self) -> PatchShown | None:
        """The patch at which the series stopped."""
        return next((patch for patch in self.patches if patch.is_failed), None)

    @property
    def newer(self) -> Check | None:
        """The check after this one."""
        return self._neighbour(-1)

    @property
    def older(self) -> Check | None:
        """The check before this one."""
        return self._neighbour(1)

    def _neighbour(self, step: int) -> Check | None:
        pks = [check.pk for check in self.history]
        place = pks.index(self.check.pk) + step if self.check.pk in pks else -1
        return self.history[place] if 0 <= place < len(pks) else None


def open_dossier(check: Check, viewer: Viewer) -> Dossier:
    """Gather what `viewer`, who may see the check itself, may read of it."""
    verdict = Verdict.from_json(check.verdict.evidence)
    is_withheld = not Check.objects.with_list_visible_to(viewer).filter(pk=check.pk).exists()
    if is_withheld:
        verdict = Verdict(kind=verdict.kind)
    series = check.revision.series
    patches = Patch.objects.visible_to(viewer).filter(revision=check.revision)
    history = (
        Check.objects.visible_to(viewer)
        .filter(revision__series=series, branch=check.branch, baseline=check.baseline)
        .select_related("revision", "verdict")
    )
    standings = _standings(check, viewer)
    return Dossier(
        check=check,
        advisory=Advisory.objects.visible_to(viewer).titled_for(viewer).marked_embargoed().get(pk=series.advisory_id),
        verdict=verdict,
        is_withheld=is_withheld,
        patches=shaped_patches(list(patches), verdict),
        steps=_steps(check, verdict, viewer),
        standings=standings,
        history=tuple(history[:LONGEST_HISTORY]),
        is_latest=any(standing.is_this for standing in standings),
    )


def _standings(check: Check, viewer: Viewer) -> tuple[Standing, ...]:
    cells = (
        Cell.objects.known_to(viewer)
        .filter(series=check.revision.series, branch=check.branch)
        .select_related("check_made__verdict", "check_made__revision")
    )
    found = {cell.baseline: cell.check_made for cell in cells}
    # Until a new revision has been tried, a cell shows the check of a draft, which readers don't get.
    readable = set(Check.objects.visible_to(viewer).filter(pk__in=[one.pk for one in found.values() if one]))
    told = []
    for baseline in Baseline:
        latest = found.get(baseline)
        if latest in readable and latest is not None:
            told.append(
                Standing(
                    baseline=baseline,
                    title=baseline.label,
                    base_name=latest.base_name,
                    kind=latest.verdict.kind,
                    url=latest.get_absolute_url(),
                    is_this=latest.pk == check.pk,
                )
            )
    return tuple(told)


def _steps(check: Check, verdict: Verdict, viewer: Viewer) -> tuple[Step, ...]:
    if not verdict.prerequisites:
        return ()
    revisions = revisions_of(verdict.prerequisites, viewer)
    steps = [_step(element, verdict, revisions) for element in verdict.prerequisites]
    own = check.revision
    title = f"{own.series.advisory.label}, series {own}"
    return (*steps, Step(title=title, url=own.series.get_absolute_url(), is_this=True))


def _step(element: Prerequisite, verdict: Verdict, revisions: dict[str, SeriesRevision]) -> Step:
    if element.commit:
        needed = element.commit.commit in verdict.never_counted_but_needed
        why = "Of a kind that the tree's settings never count, but without it the list doesn't apply." if needed else ""
        return Step(title=visible(element.commit.subject), commit=element.commit.commit, why=why)
    revision = revisions.get(element.series)
    if revision is None:
        return Step(title="A series that is no longer there")
    advisory = revision.series.advisory
    embargoed = bool(getattr(revision, "is_embargoed", False))
    return Step(
        title=f"{advisory.label}, series {revision}",
        url=revision.series.get_absolute_url(),
        why="Another fix under embargo: this list is as secret as that fix."
        if embargoed
        else getattr(revision, "told_title", ""),
        is_embargoed=embargoed,
    )


def revisions_of(elements: tuple[Prerequisite, ...], viewer: Viewer) -> dict[str, SeriesRevision]:
    """The current revisions of the series in a list, by the key the list has for them."""
    pks = [int(element.series) for element in elements if element.series.isdigit()]
    found = Series.objects.visible_to(viewer).filter(pk__in=pks, current__isnull=False)
    revisions = SeriesRevision.objects.visible_to(viewer).filter(current_of__in=found)
    embargoed = Advisory.objects.embargoed().filter(pk=OuterRef("series__advisory"))
    titled: Any = Advisory.objects.visible_to(viewer).titled_for(viewer).filter(pk=OuterRef("series__advisory"))
    revisions = revisions.select_related("series__advisory")
    revisions = revisions.annotate(is_embargoed=Exists(embargoed), told_title=Subquery(titled.values("told_title")))
    return {str(revision.series_id): revision for revision in revisions}
