"""The verdicts of a frozen revision for a member who holds it: of exactly its patches, and none that leans elsewhere.

A verdict that leans on a fix which the member neither holds nor could read is left out whole: that there is something
which makes it apply, or gets in its way, would tell of the other one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.access import Viewer
from advisories.models import Advisory, Revision
from releases.models import Check, Series

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


_AS_FROZEN = ("tree", "branch", "baseline", "baseline_name", "base_commit", "series", "kind")


@dataclass(frozen=True, slots=True)
class HeldVerdict:
    """How one series of the revision fares on one baseline."""

    tree: str
    branch: str
    baseline: str
    baseline_name: str
    base_commit: str
    series: str
    kind: str
    prerequisites: tuple[str, ...]
    """What comes first, in order: full commit ids, and names of advisories whose fixes do."""
    patches: tuple[str, ...]
    """SHA-256 of the patches that were tried."""
    checked_at: datetime

    @property
    def command(self) -> str:
        """What picks the commits, for a shell; empty where something besides commits comes first."""
        if not self.prerequisites or not all(_COMMIT.fullmatch(one) for one in self.prerequisites):
            return ""
        return "git cherry-pick -x \\\n" + " \\\n".join(f"  {one}" for one in self.prerequisites)


@dataclass(frozen=True, slots=True)
class HeldVerdicts:
    """Those that may be told."""

    told: tuple[HeldVerdict, ...]
    withheld: int
    """How many lean on what the member doesn't hold."""


def verdicts_for(viewer: Viewer, revision: Revision) -> HeldVerdicts:
    """Those of a revision that was fetched for `viewer`: four questions, however many verdicts."""
    frozen = revision.content["verdicts"]
    if not frozen:
        return HeldVerdicts((), 0)
    known = _known_to(viewer)
    leaning = _leaning(viewer, revision)
    names = _names(viewer, known)
    told, withheld = [], 0
    for one in frozen:
        leans_on = leaning.get((one["series"], one["tree"], one["branch"], one["base_commit"]), set())
        first = [names.get(name.removeprefix("series "), "") if " " in name else name for name in one["prerequisites"]]
        if leans_on - known or not all(first):
            withheld += 1
            continue
        told.append(_verdict(one, first))
    return HeldVerdicts(tuple(told), withheld)


def _verdict(one: Mapping[str, Any], first: list[str]) -> HeldVerdict:
    return HeldVerdict(
        **{name: one[name] for name in _AS_FROZEN},
        prerequisites=tuple(first),
        patches=tuple(one["patches"]),
        checked_at=datetime.fromisoformat(one["checked_at"]),
    )


def _known_to(viewer: Viewer) -> set[int]:
    """Keys of the advisories of which `viewer` holds a revision or that they may read anyway."""
    held = Revision.objects.held_by(viewer).values_list("advisory", flat=True)
    readable = Advisory.objects.visible_to(viewer).values_list("pk", flat=True)
    return {*held, *readable}


def _leaning(viewer: Viewer, revision: Revision) -> dict[tuple[str, str, str, str], set[int]]:
    """Which advisories the checks of these series lean on, by series, tree, branch and base commit."""
    found: dict[tuple[str, str, str, str], set[int]] = {}
    rows = Check.objects.held_by(viewer).filter(revision__series__advisory=revision.advisory_id)
    names = ("revision__series", "branch__tree__slug", "branch__name", "base_commit", "leans_on")
    for series, tree, branch, commit, other in rows.filter(leans_on__isnull=False).values_list(*names):
        found.setdefault((str(series), tree, branch, commit), set()).add(other)
    return found


def _names(viewer: Viewer, known: set[int]) -> dict[str, str]:
    """What a member calls the fix that a series of another advisory is, by the key of that series."""
    rows = Series.objects.held_by(viewer).filter(advisory__in=known).values_list("pk", "advisory__number")
    return {str(key): f"the fix of {settings.ADVISORY_PREFIX}-{number}" for key, number in rows}
