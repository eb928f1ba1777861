"""What the board asks the database: nine questions, each through the viewer, and the answers as plain values."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Subquery
from django.urls import reverse

from accounts.access import Viewer
from advisories.models import Advisory
from releases.models import Branch, BranchRun, Cell, Check, Flag, PointRelease, RunState, Series, Tree
from releases.models.check import Kind


@dataclass(frozen=True, slots=True)
class TreeSeen:
    """A tree with a followed branch."""

    pk: int
    url: str
    fetched_at: datetime | None
    is_failing: bool


@dataclass(frozen=True, slots=True)
class BranchSeen:
    """A followed branch with its last point release."""

    pk: int
    tree: str
    name: str
    url: str
    release: str
    released_at: datetime | None
    trouble: str
    security_supported_until: date | None

    @property
    def key(self) -> str:
        """How a filter names it."""
        return f"{self.tree}/{self.name}"


@dataclass(frozen=True, slots=True)
class AdvisorySeen:
    """An advisory as far as the viewer may know it."""

    number: int
    label: str
    title: str
    state: str
    url: str
    is_readable: bool
    is_embargoed: bool
    public_at: datetime | None


@dataclass(frozen=True, slots=True)
class SeriesSeen:
    """A series and the branches it is meant for, of those that are followed."""

    pk: int
    advisory: int
    tree: int
    current: int
    uploaded_at: datetime
    """When the current revision came."""
    branches: frozenset[int]


@dataclass(frozen=True, slots=True)
class CellSeen:
    """Where a series stands; `kind` is empty until its current revision has been checked."""

    kind: str
    check: int
    is_due: bool

    @property
    def url(self) -> str:
        """The page of the check."""
        return reverse("releases:check", args=[self.check])


@dataclass(frozen=True, slots=True)
class CheckSeen:
    """What a tile tells of a list that the viewer may read."""

    prerequisites: int
    leans_on_embargoed: bool


@dataclass(frozen=True, slots=True)
class FlagSeen:
    """An open flag."""

    branch: int
    opened_at: datetime
    owner: str


@dataclass(frozen=True, slots=True)
class Facts:
    """The answers."""

    has_trees: bool
    trees: dict[str, TreeSeen]
    branches: tuple[BranchSeen, ...]
    staged: frozenset[int]
    running: frozenset[int]
    advisories: dict[int, AdvisorySeen]
    series: tuple[SeriesSeen, ...]
    cells: dict[tuple[int, int, str], CellSeen]
    uncelled: frozenset[tuple[int, int]]
    """Pairs of series and branch of which the viewer knows no cell."""
    checks: dict[int, CheckSeen]
    flags: dict[int, list[FlagSeen]]


def read_facts(viewer: Viewer) -> Facts:
    """Ask everything, in a number of queries that doesn't grow with the board."""
    branches = list(_branches())
    series = _series(viewer, {branch.pk for branch in branches})
    cells = _cells(viewer, series)
    staged = frozenset(branch.pk for branch in branches if branch.staging_ref)
    return Facts(
        has_trees=bool(branches) or Tree.objects.exists(),
        trees={branch.tree.slug: _tree(branch.tree) for branch in branches},
        branches=tuple(_branch(branch) for branch in branches),
        staged=staged,
        running=frozenset(branch.pk for branch in branches if branch.is_running),
        advisories=_advisories(viewer, {one.advisory for one in series}),
        series=series,
        cells=cells,
        uncelled=frozenset((one.pk, pk) for one in series for pk in one.branches) - {key[:2] for key in cells},
        checks=_checks(viewer, [cell.check for cell in cells.values() if cell.kind == Kind.NEEDS_PREREQUISITES]),
        flags=_flags(viewer, series),
    )


def _branches() -> Any:
    last = PointRelease.objects.filter(branch=OuterRef("pk")).order_by("-number")
    running = BranchRun.objects.filter(branch=OuterRef("pk"), state=RunState.RUNNING)
    return (
        Branch.objects.followed()
        .select_related("tree")
        .annotate(
            last_number=Subquery(last.values("number")[:1]),
            last_tagged_at=Subquery(last.values("tagged_at")[:1]),
            is_running=Exists(running),
        )
        .order_by("tree__slug", "-position", "-pk")
    )


def _tree(tree: Tree) -> TreeSeen:
    return TreeSeen(tree.pk, tree.get_absolute_url(), tree.fetched_at, bool(tree.fetch_error))


def _branch(branch: Any) -> BranchSeen:
    return BranchSeen(
        pk=branch.pk,
        tree=branch.tree.slug,
        name=branch.name,
        url=branch.get_absolute_url(),
        release="" if branch.last_number is None else f"{branch.name}.{branch.last_number}",
        released_at=branch.last_tagged_at,
        trouble=branch.trouble,
        security_supported_until=branch.security_supported_until,
    )


def _series(viewer: Viewer, followed: set[int]) -> tuple[SeriesSeen, ...]:
    carrying = Advisory.objects.known_to(viewer).carrying_fixes()
    rows = (
        Series.objects.known_to(viewer)
        .filter(current__isnull=False, advisory__in=carrying, branches__in=followed)
        .order_by("-advisory__number", "pk")
        .values_list("pk", "advisory_id", "tree_id", "current_id", "current__uploaded_at", "branches")
    )
    found: dict[int, tuple[tuple[int, int, int, datetime], set[int]]] = {}
    for pk, advisory, tree, current, uploaded_at, branch in rows:
        found.setdefault(pk, ((advisory, tree, current, uploaded_at), set()))[1].add(branch)
    return tuple(SeriesSeen(pk, *facts, frozenset(branches)) for pk, (facts, branches) in found.items())


def _advisories(viewer: Viewer, pks: set[int]) -> dict[int, AdvisorySeen]:
    known: Any = Advisory.objects.known_to(viewer).filter(pk__in=pks)
    known = known.marked_readable_by(viewer).titled_for(viewer).marked_embargoed()
    rows = known.values_list("pk", "number", "told_title", "state", "public_at", "is_readable", "is_embargoed")
    return {
        pk: AdvisorySeen(
            number=number,
            label=f"{settings.ADVISORY_PREFIX}-{number}",
            title=title if readable else "",
            state=state if readable else "",
            url=reverse("advisories:detail", args=[number]) if readable else "",
            is_readable=readable,
            is_embargoed=embargoed,
            public_at=public_at if readable else None,
        )
        for pk, number, title, state, public_at, readable, embargoed in rows
    }


def _cells(viewer: Viewer, series: tuple[SeriesSeen, ...]) -> dict[tuple[int, int, str], CellSeen]:
    current = {one.pk: one for one in series}
    rows = Cell.objects.known_to(viewer).filter(series__in=current)
    names = ("series_id", "branch_id", "baseline", "is_due", "check_made_id")
    found: dict[tuple[int, int, str], CellSeen] = {}
    for pk, branch, baseline, due, check, kind, revision in rows.values_list(
        *names, "check_made__verdict__kind", "check_made__revision_id"
    ):
        if branch in current[pk].branches:
            counts = revision == current[pk].current
            found[pk, branch, baseline] = CellSeen(kind if counts else "", check if counts else 0, due)
    return found


def _checks(viewer: Viewer, pks: list[int]) -> dict[int, CheckSeen]:
    """Lengths of prerequisite lists, and whether something embargoed stands in them, of lists the viewer may read."""
    leaning = Check.leans_on.through.objects.filter(check=OuterRef("pk"), advisory__in=Advisory.objects.embargoed())
    rows = Check.objects.with_list_visible_to(viewer).filter(pk__in=pks).annotate(is_leaning=Exists(leaning))
    return {
        pk: CheckSeen(len(prerequisites or ()), leaning)
        for pk, prerequisites, leaning in rows.values_list("pk", "verdict__evidence__prerequisites", "is_leaning")
    }


def _flags(viewer: Viewer, series: tuple[SeriesSeen, ...]) -> dict[int, list[FlagSeen]]:
    rows = Flag.objects.known_to(viewer).open().filter(series__in=[one.pk for one in series])
    found: dict[int, list[FlagSeen]] = {}
    for flag in rows.select_related("owner"):
        found.setdefault(flag.series_id, []).append(
            FlagSeen(flag.branch_id, flag.opened_at, str(flag.owner) if flag.owner else "")
        )
    return found
