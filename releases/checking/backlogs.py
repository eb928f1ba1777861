"""What the last point release lacks, put together by the branch's own run: every public fix in one order.

A list is read by everyone, so only series take part that are public now and whose verdict everyone may read: one that
leans on a hidden fix is left alone, as if nobody had tried it yet. `earlier.py` does the releases before the last.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from releases.checking import cells
from releases.checking.circle import Entrant
from releases.checking.listing import Told, as_values, ground, in_order, together
from releases.engine.check import OpenBranch
from releases.models import Backlog, Baseline, Branch, BranchRun, Cell, PointRelease

_EVERYONE = AnonymousUser()


def bring_up(run: BranchRun, present: Mapping[int, Entrant], opened: OpenBranch) -> None:
    """Put the list of the branch's last point release together anew, where anything that it depends on has moved."""
    branch = run.branch
    release = PointRelease.objects.filter(branch=branch).order_by("-number").first()
    if release is None:
        return
    told = _told(release, present)
    ordered = in_order(present, told)
    digest = _digest(branch, release, ordered, told)
    if Backlog.objects.filter(release=release, digest=digest, wanted="").exists():
        return
    combined, left_out = together(ordered, present, opened, release.commit)
    with transaction.atomic():
        cells.hold(run, done=run.cells_total)
        Backlog.objects.update_or_create(
            release=release,
            defaults={
                "base_commit": release.commit, "digest": digest, "steps": as_values(combined, present),
                "left_out": left_out, "verified_tree": combined.verified_tree, "is_binary": combined.is_binary,
                # It may have been a release before the last, whose list is owed by itself.
                "wanted": "", "verdicts": [], "lease_until": None, "trouble": "",
            },
        )  # fmt: skip


def _told(release: PointRelease, present: Mapping[int, Entrant]) -> dict[int, Told]:
    """What everyone may know of the series on this very commit, by series."""
    public = {pk: entrant for pk, entrant in present.items() if entrant.standing.is_public}
    found = (
        Cell.objects.known_to(_EVERYONE)
        .filter(branch=release.branch_id, baseline=Baseline.RELEASE, series__in=public)
        .filter(check_made__base_commit=release.commit)
        .values_list("series", "check_made__revision", "check_made__verdict__kind", "check_made__verdict__evidence")
    )
    return {
        series: Told.of(kind, evidence)
        for series, revision, kind, evidence in found
        if revision == public[series].revision
    }


def _digest(branch: Branch, release: PointRelease, ordered: Sequence[Entrant], told: Mapping[int, Told]) -> str:
    facts: list[Any] = [
        *ground(branch, release),
        [[one.series, one.revision, one.needs, one.needs_commits, told[one.series].leans_on] for one in ordered],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
