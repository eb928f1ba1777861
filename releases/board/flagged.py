"""Flags as their list shows them: what fails, for how long, whose it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.access import Viewer
from advisories.models import Advisory
from releases.board.values import WORST_FIRST
from releases.models import Branch, Cell, Check, Flag
from releases.models.check import FAILURES


@dataclass(frozen=True, slots=True)
class FlagShown:
    """One open flag."""

    pk: int
    label: str
    title: str
    """Empty where the viewer may know only the number."""
    url: str
    """Of the check that fails worst; empty where the viewer may not read it."""
    is_embargoed: bool
    branch: Branch
    kind: str
    opened_at: datetime
    times_reopened: int
    owner: Any
    is_mine: bool


def shaped_flags(flags: QuerySet[Flag], viewer: Viewer) -> tuple[FlagShown, ...]:
    """`flags`, which `viewer` may know, the oldest first; four queries however many there are."""
    found = list(flags.select_related("series__advisory", "branch__tree", "owner").order_by("opened_at", "pk"))
    known: Any = Advisory.objects.known_to(viewer).marked_readable_by(viewer).titled_for(viewer).marked_embargoed()
    advisories = {one.pk: one for one in known.filter(series__flags__in=found).distinct()}
    worst = _worst_checks(found, viewer)
    return tuple(_shaped(flag, advisories[flag.series.advisory_id], worst, viewer) for flag in found)


def _shaped(flag: Flag, advisory: Any, worst: dict[tuple[int, int], Check], viewer: Viewer) -> FlagShown:
    check = worst.get((flag.series_id, flag.branch_id))
    return FlagShown(
        pk=flag.pk,
        label=advisory.label,
        title=advisory.told_title if advisory.is_readable else "",
        url=check.get_absolute_url() if check and advisory.is_readable else "",
        is_embargoed=advisory.is_embargoed,
        branch=flag.branch,
        kind=check.verdict.kind if check else "waiting",
        opened_at=flag.opened_at,
        times_reopened=flag.times_reopened,
        owner=flag.owner,
        is_mine=flag.owner_id is not None and flag.owner_id == viewer.pk,
    )


def _worst_checks(flags: Iterable[Flag], viewer: Viewer) -> dict[tuple[int, int], Check]:
    """The failing check of each flag's cells: the worst kind, and of those the last point release's."""
    series = {flag.series_id for flag in flags}
    cells = Cell.objects.known_to(viewer).filter(series__in=series, check_made__verdict__kind__in=FAILURES)
    found: dict[tuple[int, int], tuple[int, int, Check]] = {}
    for cell in cells.select_related("check_made__verdict"):
        if cell.check_made is None:
            continue
        rank = (WORST_FIRST.index(cell.check_made.verdict.kind), ("release", "stable", "staging").index(cell.baseline))
        key = (cell.series_id, cell.branch_id)
        if key not in found or rank < found[key][:2]:
            found[key] = (*rank, cell.check_made)
    return {key: check for key, (_, _, check) in found.items()}
