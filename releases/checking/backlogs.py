"""What the last point release lacks, put together by the worker: every public fix in one list that applies in order.

A list is read by everyone, so only series take part that are public now and whose verdict everyone may read: one that
leans on a hidden fix is left alone, as if nobody had tried it yet.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from releases.checking import cells
from releases.checking.circle import Entrant
from releases.engine.check import OpenBranch
from releases.engine.combining import Combined
from releases.engine.verdicts import ENGINE_VERSION
from releases.models import Backlog, Baseline, BranchRun, Cell, PointRelease
from releases.models.check import Kind

_EVERYONE = AnonymousUser()
_APPLYING = (Kind.APPLIES, Kind.NEEDS_PREREQUISITES)


@dataclass(frozen=True, slots=True)
class _Told:
    """What everyone may know of a series on the release."""

    kind: str
    leans_on: tuple[int, ...]
    """Keys of the series that stand in its list."""


def bring_up(run: BranchRun, present: Mapping[int, Entrant], opened: OpenBranch) -> None:
    """Put the list of the branch's last point release together anew, where anything that it depends on has moved."""
    branch = run.branch
    release = PointRelease.objects.filter(branch=branch).order_by("-number").first()
    if release is None:
        return
    told = _told(release, present)
    ordered = _in_order(present, told)
    digest = _digest(run, release, ordered, told)
    if Backlog.objects.filter(release=release, digest=digest).exists():
        return
    combined, left_out = _combined(ordered, present, opened, release.commit)
    steps = [
        {**asdict(step), "revision": present[int(step.series)].revision if step.series else 0}
        for step in combined.steps
    ]
    with transaction.atomic():
        cells.hold(run, done=run.cells_total)
        Backlog.objects.update_or_create(
            release=release,
            defaults={
                "base_commit": release.commit, "digest": digest, "steps": steps, "left_out": left_out,
                "verified_tree": combined.verified_tree,
            },
        )  # fmt: skip


def _told(release: PointRelease, present: Mapping[int, Entrant]) -> dict[int, _Told]:
    """What everyone may know of the series on this very commit, by series."""
    public = {pk: entrant for pk, entrant in present.items() if entrant.standing.is_public}
    found = (
        Cell.objects.known_to(_EVERYONE)
        .filter(branch=release.branch_id, baseline=Baseline.RELEASE, series__in=public)
        .filter(check_made__base_commit=release.commit)
        .values_list("series", "check_made__revision", "check_made__verdict__kind", "check_made__verdict__evidence")
    )
    return {
        series: _Told(kind, tuple(int(one["series"]) for one in evidence.get("prerequisites", ()) if one["series"]))
        for series, revision, kind, evidence in found
        if revision == public[series].revision
    }


def _in_order(present: Mapping[int, Entrant], told: Mapping[int, _Told]) -> list[Entrant]:
    """The series that apply, by number, each behind those that it needs; without those that need one that doesn't."""
    found: dict[int, Entrant] = {}
    entered: set[int] = set()

    def enter(pk: int) -> bool:
        if pk in entered:
            return pk in found or _is_there(told.get(pk))
        entered.add(pk)
        if pk not in told or told[pk].kind not in _APPLYING:
            return _is_there(told.get(pk))
        needs = [one for one in (*present[pk].needs, *told[pk].leans_on) if one in present]
        if all(enter(one) for one in needs):
            found[pk] = present[pk]
        return pk in found

    for pk in sorted(told, key=lambda one: (present[one].number, one)):
        enter(pk)
    return list(found.values())


def _is_there(told: _Told | None) -> bool:
    return told is not None and told.kind == Kind.MERGED


def _combined(
    ordered: Sequence[Entrant], present: Mapping[int, Entrant], opened: OpenBranch, base: str
) -> tuple[Combined, list[int]]:
    """All of them in one list, or as many as go together, with the keys of the others."""
    inputs = [one.as_input(present) for one in ordered]
    whole = opened.combined(inputs, base)
    if whole is not None:
        return whole, []
    best = Combined((), "")
    taken: list[int] = []
    for place, one in enumerate(inputs):
        missing = any(inputs[other].key in one.needs for other in range(place) if other not in taken)
        attempt = None if missing else opened.combined([*(inputs[other] for other in taken), one], base)
        if attempt is not None:
            best = attempt
            taken.append(place)
    return best, [entrant.series for place, entrant in enumerate(ordered) if place not in taken]


def _digest(run: BranchRun, release: PointRelease, ordered: Sequence[Entrant], told: Mapping[int, _Told]) -> str:
    branch, tree = run.branch, run.branch.tree
    facts: list[Any] = [
        ENGINE_VERSION, settings.ENGINE_LIMITS, tree.never_needed_pattern,
        [tree.allow_symlinks, tree.allow_submodules, tree.allow_git_files, tree.allow_odd_names],
        [release.commit, branch.stable_commit, branch.staging_commit, branch.fork_commit],
        [[one.series, one.revision, one.needs, one.needs_commits, told[one.series].leans_on] for one in ordered],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
