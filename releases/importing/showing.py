"""An import for its page, in frozen values: what came in, what stayed out, what is doubtful, how its recipes fared."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, QuerySet, When

from accounts.access import Viewer
from advisories.formats.dialect import MAIN
from advisories.formats.record import version_key
from advisories.models import ImportedNumber, ImportFinding, ImportRun, Outcome, Weight
from releases.models import PatchMatch, Trial
from releases.models.trial import TrialResult

LINES_A_PAGE = 100
HEAVY = (Weight.REFUSED, Weight.DOUBT, Weight.NOTE)
"""What is worth a look, the worst first."""
_WORST_FIRST = Case(*(When(weight=weight, then=place) for place, weight in enumerate(HEAVY)), default=len(HEAVY))


@dataclass(frozen=True, slots=True)
class Listed:
    """One import in the list."""

    pk: int
    started_at: datetime
    state: str
    brought: int
    stayed_out: int
    """Numbers; a document may be refused without any."""
    refused: int
    doubts: int


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of one number."""

    label: str
    number: int
    outcome: str
    versions: str
    why: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Followed:
    """How the recipes of one version fared on one tree."""

    label: str
    tree: str
    results: tuple[tuple[str, str, str], ...]
    """Result, its words, and the branches."""
    told: tuple[str, ...]
    """Why one couldn't be followed, in a sentence each."""


@dataclass(frozen=True, slots=True)
class Compared:
    """How one patch stands to the fixes in a tree."""

    label: str
    file_name: str
    tree: str
    same: str
    other: str
    absent: str
    """Branches, in words."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything about one import."""

    run: ImportRun
    state: str
    numbers: tuple[Brought, ...]
    counts: tuple[tuple[str, str, int], ...]
    """Of findings by weight: value, label, how many; the heaviest first."""
    asked: str
    page: Page[ImportFinding]
    followed: tuple[Followed, ...]
    compared: tuple[Compared, ...]
    has_grown: bool
    """Whether this import, or a later one, added versions to what was here: then it cannot be undone."""

    @property
    def brought(self) -> int:
        """How many numbers it brought something for."""
        return sum(one.is_here for one in self.numbers)

    @property
    def refused(self) -> tuple[Brought, ...]:
        """What stayed out, with its reason."""
        return tuple(one for one in self.numbers if one.why)


def every(viewer: Viewer) -> tuple[Listed, ...]:
    """All that `viewer` may read, the newest first: three queries."""
    runs = list(ImportRun.objects.visible_to(viewer))
    numbers = _counted(ImportedNumber.objects.visible_to(viewer).filter(run__in=runs), "outcome")
    found = _counted(ImportFinding.objects.visible_to(viewer).filter(run__in=runs), "weight")
    return tuple(
        Listed(
            pk=run.pk,
            started_at=run.started_at,
            state=state_of(run),
            brought=sum(numbers[run.pk, one] for one in (Outcome.MADE, Outcome.EXTENDED, Outcome.UNUSED)),
            stayed_out=numbers[run.pk, Outcome.REFUSED],
            refused=found[run.pk, Weight.REFUSED],
            doubts=found[run.pk, Weight.DOUBT],
        )
        for run in runs
    )


def report(viewer: Viewer, run: ImportRun, *, weight: str, page: str | None) -> Report:
    """One import as `viewer` may read it."""
    findings = ImportFinding.objects.visible_to(viewer).filter(run=run)
    by_weight = _counted(findings, "weight")
    asked = weight if weight in Weight.values else ""
    numbers = ImportedNumber.objects.visible_to(viewer).filter(run=run)
    here = numbers.filter(advisory__isnull=False).values("advisory")
    added = ImportedNumber.objects.visible_to(viewer).filter(outcome=Outcome.EXTENDED, run__gte=run, advisory__in=here)
    shown = findings.filter(weight=asked) if asked else findings.exclude(weight=Weight.UNDERSTOOD)
    return Report(
        run=run,
        state=state_of(run),
        numbers=tuple(_brought(one) for one in numbers),
        counts=tuple((one.value, str(one.label), by_weight[run.pk, one]) for one in (*HEAVY, Weight.UNDERSTOOD)),
        asked=asked,
        page=Paginator(shown.order_by(_WORST_FIRST, "pk"), LINES_A_PAGE).get_page(page),
        followed=tuple(_followed(Trial.objects.visible_to(viewer).filter(run=run).select_related("tree"))),
        compared=tuple(
            Compared(
                f"{settings.ADVISORY_PREFIX}-{one.number} v{one.version}",
                one.file_name,
                one.tree.slug,
                *(", ".join(names) for names in (one.same, one.other, one.absent)),
            )
            for one in PatchMatch.objects.visible_to(viewer).filter(run=run).select_related("tree")
        ),
        has_grown=added.exists(),
    )


def state_of(run: ImportRun) -> str:
    """Where an import stands: `undone`, `stopped` or `done`."""
    if run.undone_at is not None:
        return "undone"
    return "done" if run.finished_at is not None else "stopped"


def _counted(rows: QuerySet[Any], field: str) -> defaultdict[tuple[int, str], int]:
    counted: defaultdict[tuple[int, str], int] = defaultdict(int)
    for run, value, count in rows.order_by().values_list("run", field).annotate(Count("pk")):
        counted[run, value] = count
    return counted


def _brought(one: ImportedNumber) -> Brought:
    return Brought(
        label=f"{settings.ADVISORY_PREFIX}-{one.number}",
        number=one.number,
        outcome=one.get_outcome_display(),
        versions=", ".join(f"v{version}" for version in one.versions),
        why=one.why,
        is_here=one.advisory_id is not None,
    )


def _followed(trials: Iterable[Trial]) -> Iterable[Followed]:
    grouped: dict[tuple[str, int, int], list[Trial]] = defaultdict(list)
    for trial in trials:
        grouped[trial.tree.slug, trial.number, trial.version].append(trial)
    for (tree, number, version), some in grouped.items():
        results: dict[str, list[str]] = defaultdict(list)
        for trial in some:
            results[_result(trial)].append(trial.branch)
        yield Followed(
            label=f"{settings.ADVISORY_PREFIX}-{number} v{version}",
            tree=tree,
            results=tuple((kind, _WORDS[kind], ", ".join(_in_order(names))) for kind, names in results.items()),
            told=tuple(
                dict.fromkeys(trial.told for trial in some if trial.told and trial.after != TrialResult.APPLIES)
            ),
        )


def _in_order(branches: Iterable[str]) -> list[str]:
    """The oldest first, the main line last."""
    return sorted(branches, key=lambda name: (name == MAIN, version_key(name)))


_WORDS = {
    "applies": "applies",
    "needs": "applies after what comes first, and not without",
    "fails": "fails",
    "unclear": "cannot be told",
    "nothing": "lists no patch",
    "no-commit": "names a commit that the tree lacks",
}


def _result(trial: Trial) -> str:
    if trial.alone == TrialResult.FAILS and trial.after == TrialResult.APPLIES:
        return "needs"
    return trial.after
