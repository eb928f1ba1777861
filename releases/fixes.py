"""What an advisory brings by way of patches, and how they fare: read for freezing, approving and publishing.

For actions, never for pages: nothing here asks who looks.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.utils import timezone

from advisories.content import Fixes, FrozenPatch, FrozenVerdict
from advisories.missing import BranchFacts
from advisories.models import Advisory
from releases.models import Branch, Cell, Check, Patch, Series
from releases.models.check import Kind

GOOD = (Kind.APPLIES, Kind.NEEDS_PREREQUISITES, Kind.MERGED)
"""With these a downstream gets its fix from what goes out: the list of prerequisites goes out with it."""


def fixes_of(advisory: Advisory) -> Fixes:
    """The patches of every series that counts, each with its verdicts on the branches it is meant for."""
    series = list(
        Series.objects.filter(advisory=advisory, current__isnull=False)
        .select_related("tree", "current")
        .prefetch_related("branches")
        .order_by("tree__slug", "pk")
    )
    patches = _patches(series, advisory.number)
    cells = list(
        Cell.objects.filter(series__in=series)
        .select_related("branch__tree", "check_made__verdict", "series")
        .order_by("branch__tree__slug", "-branch__position", "baseline", "series")
    )
    sums = {one.pk: tuple(patch.sha256 for patch in patches if patch.series == str(one.pk)) for one in series}
    verdicts = tuple(
        _verdict(cell, cell.check_made, sums[cell.series_id])
        for cell in cells
        if cell.check_made is not None and _is_about_now(cell, cell.check_made, series)
    )
    return Fixes(patches, verdicts, tuple(_facts(series, cells, timezone.now().date())))


def _patches(series: Iterable[Series], number: int) -> tuple[FrozenPatch, ...]:
    """Patches with names that are unique and say what they belong to."""
    found: list[FrozenPatch] = []
    taken: set[str] = set()
    for one in series:
        branches = tuple(branch.name for branch in sorted(one.branches.all(), key=lambda each: each.position))
        kept = list(Patch.objects.filter(revision=one.current_id).order_by("position"))
        for place, patch in enumerate(kept, start=1):
            name = _name(number, one.tree.slug, branches, place if len(kept) > 1 else 0, taken)
            taken.add(name)
            found.append(
                FrozenPatch(
                    file_name=name,
                    sha256=patch.sha256,
                    tree=one.tree.slug,
                    branches=branches,
                    series=str(one.pk),
                    series_revision=one.current.number if one.current else 0,
                    content=bytes(patch.content),
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


def _facts(series: list[Series], cells: Iterable[Cell], today: date) -> Iterable[BranchFacts]:
    """One for each branch under security support that a series is meant for."""
    by_branch: dict[int, list[Cell]] = defaultdict(list)
    for cell in cells:
        by_branch[cell.branch_id].append(cell)
    branches = Branch.objects.filter(series__in=series).select_related("tree").distinct()
    for branch in branches.order_by("tree__slug", "-position"):
        if not branch.is_followed or not branch.is_security_supported_on(today):
            continue
        checks = [(cell, cell.check_made) for cell in by_branch[branch.pk]]
        yield BranchFacts(
            name=str(branch),
            has_series=True,
            verdict_matches=bool(checks)
            and all(check is not None and _is_about_now(cell, check, series) for cell, check in checks),
            applies=all(check is not None and check.verdict.kind in GOOD for _cell, check in checks),
        )
