"""What advisories bring by way of patches, and how they fare: read for freezing, approving and publishing.

For actions, and for the desk of those who take them: nothing here asks who looks.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils import timezone

from advisories.affected import Status
from advisories.content import Fixes, FrozenPatch, FrozenVerdict
from advisories.models import Advisory, Affected
from advisories.release.missing import BranchFacts
from advisories.versions import DEPTH, MAIN, MAIN_NAMES, Coverage, Line, NotAVersion, Range, parse_version
from releases.models import Branch, Cell, Check, Patch, Series
from releases.models.check import Kind

GOOD = (Kind.APPLIES, Kind.NEEDS_PREREQUISITES, Kind.MERGED)
"""With these a downstream gets its fix from what goes out: the list of prerequisites goes out with it."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """Everything that was read of one advisory."""

    advisory: Advisory
    series: list[Series]
    cells: list[Cell]
    patches: dict[int, list[Patch]]
    """By the revision of a series."""
    said: list[Affected]


def fixes_of(advisory: Advisory) -> Fixes:
    """The patches of every series that counts, each with its verdicts on the branches it is meant for."""
    return _read([advisory], with_bytes=True)[advisory.pk]


def fixes_of_all(advisories: Sequence[Advisory]) -> Callable[[Advisory], Fixes]:
    """The same of many, to be asked one by one: as many queries as for one. For showing: the patches carry no bytes."""
    found = _read(advisories, with_bytes=False)
    return lambda advisory: found[advisory.pk]


def _read(advisories: Sequence[Advisory], *, with_bytes: bool) -> dict[int, Fixes]:
    today = timezone.now().date()
    series: dict[int, list[Series]] = defaultdict(list)
    rows = Series.objects.filter(advisory__in=advisories, current__isnull=False).select_related("tree", "current")
    for one in rows.prefetch_related("branches__tree").order_by("tree__slug", "pk"):
        series[one.advisory_id].append(one)
    cells: dict[int, list[Cell]] = defaultdict(list)
    tried = Cell.objects.filter(series__advisory__in=advisories)
    for cell in tried.select_related("branch__tree", "check_made__verdict", "series").order_by(
        "branch__tree__slug", "-branch__position", "baseline", "series"
    ):
        cells[cell.series.advisory_id].append(cell)
    patches: dict[int, list[Patch]] = defaultdict(list)
    kept = Patch.objects.filter(revision__current_of__advisory__in=advisories).order_by("revision", "position")
    for patch in kept if with_bytes else kept.defer("content"):
        patches[patch.revision_id].append(patch)
    said: dict[int, list[Affected]] = defaultdict(list)
    affected = Affected.objects.filter(advisory__in=advisories, status=Status.AFFECTED.value)
    for statement in affected.select_related("condition_on"):
        said[statement.advisory_id].append(statement)
    followed = list(Branch.objects.followed().select_related("tree").order_by("tree__slug", "-position"))
    supported = [branch for branch in followed if branch.is_security_supported_on(today)]
    return {
        one.pk: _fixes(_Rows(one, series[one.pk], cells[one.pk], patches, said[one.pk]), supported, today, with_bytes)
        for one in advisories
    }


def _fixes(rows: _Rows, supported: Sequence[Branch], today: date, with_bytes: bool) -> Fixes:
    patches = _patches(rows, with_bytes)
    sums = {one.pk: tuple(patch.sha256 for patch in patches if patch.series == str(one.pk)) for one in rows.series}
    verdicts = tuple(
        _verdict(cell, cell.check_made, sums[cell.series_id])
        for cell in rows.cells
        if cell.check_made is not None and _is_about_now(cell, cell.check_made, rows.series)
    )
    return Fixes(patches, verdicts, (*_facts(rows, today), *_without_series(rows, supported)))


def _patches(rows: _Rows, with_bytes: bool) -> tuple[FrozenPatch, ...]:
    """Patches with names that are unique and say what they belong to."""
    found: list[FrozenPatch] = []
    taken: set[str] = set()
    for one in rows.series:
        branches = tuple(branch.name for branch in sorted(one.branches.all(), key=lambda each: each.position))
        kept = rows.patches[one.current_id or 0]
        for place, patch in enumerate(kept, start=1):
            name = _name(rows.advisory.number, one.tree.slug, branches, place if len(kept) > 1 else 0, taken)
            taken.add(name)
            found.append(
                FrozenPatch(
                    file_name=name,
                    sha256=patch.sha256,
                    tree=one.tree.slug,
                    branches=branches,
                    series=str(one.pk),
                    series_revision=one.current.number if one.current else 0,
                    content=bytes(patch.content) if with_bytes else b"",
                )
            )
    return tuple(found)


def _name(number: int, tree: str, branches: tuple[str, ...], place: int, taken: set[str]) -> str:
    """What people save a patch as, in the field's way: `ssa12-1.9-2.patch`, for the newest branch it is meant for.

    What the author called it stays in the portal: names of uploads tell what nobody meant to publish.
    """
    words = [f"{settings.ADVISORY_PREFIX.lower()}{number}", *([] if tree == settings.MAIN_TREE else [tree])]
    words += [branches[-1]] if branches else []
    words += [str(place)] if place else []
    stem = re.sub(r"[^A-Za-z0-9._+-]+", "-", "-".join(words))[:140]
    name, count = f"{stem}.patch", 2
    while name in taken:
        name, count = f"{stem}-s{count}.patch", count + 1
    return name


def _is_about_now(cell: Cell, check: Check, series: Iterable[Series]) -> bool:
    """Whether a verdict is about the revision that counts, with nothing moved since."""
    return not cell.is_due and any(one.pk == cell.series_id and one.current_id == check.revision_id for one in series)


def _verdict(cell: Cell, check: Check, sums: tuple[str, ...]) -> FrozenVerdict:
    listed = check.verdict.evidence.get("prerequisites", [])
    return FrozenVerdict(
        tree=cell.branch.tree.slug,
        branch=cell.branch.name,
        baseline=cell.baseline,
        baseline_name=check.base_name,
        base_commit=check.base_commit,
        series=str(cell.series_id),
        kind=check.verdict.kind,
        prerequisites=tuple(
            one["commit"]["commit"] if one.get("commit") else f"series {one.get('series')}" for one in listed
        ),
        patches_sha256=sums,
        checked_at=check.checked_at,
    )


def _facts(rows: _Rows, today: date) -> Iterator[BranchFacts]:
    """One for each branch under security support that a series is meant for."""
    by_branch: dict[int, list[Cell]] = defaultdict(list)
    for cell in rows.cells:
        by_branch[cell.branch_id].append(cell)
    for branch in _meant(rows):
        if not branch.is_followed or not branch.is_security_supported_on(today):
            continue
        checks = [(cell, cell.check_made) for cell in by_branch[branch.pk]]
        yield BranchFacts(
            name=str(branch),
            has_series=True,
            verdict_matches=bool(checks)
            and all(check is not None and _is_about_now(cell, check, rows.series) for cell, check in checks),
            applies=all(check is not None and check.verdict.kind in GOOD for _cell, check in checks),
            waits_for=_not_out(check for _cell, check in checks if check is not None),
        )


def _not_out(checks: Iterable[Check]) -> tuple[int, ...]:
    """Numbers of the advisories that nobody outside knows and whose series these verdicts put first."""
    listed = [one for check in checks for one in check.verdict.evidence.get("prerequisites", [])]
    first = {int(one["series"]) for one in listed if one.get("series")}
    if not first:
        return ()
    hidden = Advisory.objects.embargoed().filter(series__in=first)
    return tuple(hidden.order_by("number").values_list("number", flat=True).distinct())


def _without_series(rows: _Rows, supported: Iterable[Branch]) -> Iterator[BranchFacts]:
    """One for each supported branch that is said to be affected and that no series is meant for."""
    meant = {branch.pk for branch in _meant(rows)}
    for branch in supported:
        if branch.pk not in meant and any(_is_about(said, branch) for said in rows.said):
            yield BranchFacts(name=str(branch))


def _meant(rows: _Rows) -> list[Branch]:
    found = {branch.pk: branch for one in rows.series for branch in one.branches.all()}
    return sorted(found.values(), key=lambda branch: (branch.tree.slug, -branch.position))


def _is_about(said: Affected, branch: Branch) -> bool:
    """Whether a statement takes any release of a branch in; a name that is no version is only meant by its own word."""
    if said.tree != branch.tree.slug:
        return False
    ranges = said.statement.ranges
    if branch.name in MAIN_NAMES:
        return any(MAIN in one for one in ranges)
    try:
        line = parse_version(branch.name).line(DEPTH)
    except NotAVersion:
        return False
    return any(_holds(one, line) for one in ranges)


def _holds(one: Range, line: Line) -> bool:
    return one.covers(line) is not Coverage.NONE
