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


_PLACE = ("series", "tree", "branch", "baseline", "base_commit")
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


def verdicts_for(viewer: Viewer, revision: Revision) -> list[HeldVerdict]:
    """Those of a revision that was fetched for `viewer`: four questions, however many verdicts."""
    frozen = revision.content["verdicts"]
    if not frozen:
        return []
    known = _known_to(viewer)
    leaning = _leaning(viewer, revision)
    names = _names(viewer, known)
    told = []
    for one in frozen:
        leans_on = leaning.get(tuple(one[name] for name in _PLACE), set())
        first = [names.get(name.removeprefix("series "), "") if " " in name else name for name in one["prerequisites"]]
        if leans_on <= known and all(first):
            told.append(_verdict(one, first))
    return told


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


def _leaning(viewer: Viewer, revision: Revision) -> dict[tuple[str, ...], set[int]]:
    """Which advisories the checks of these series lean on, by the names of `_PLACE`."""
    found: dict[tuple[str, ...], set[int]] = {}
    rows = Check.objects.held_by(viewer).filter(revision__series__advisory=revision.advisory_id)
    names = ("revision__series", "branch__tree__slug", "branch__name", "baseline", "base_commit", "leans_on")
    for *place, other in rows.filter(leans_on__isnull=False).values_list(*names):
        found.setdefault(tuple(map(str, place)), set()).add(other)
    return found


def _names(viewer: Viewer, known: set[int]) -> dict[str, str]:
    """What a member calls the fix that a series of another advisory is, by the key of that series."""
    rows = Series.objects.held_by(viewer).filter(advisory__in=known).values_list("pk", "advisory__number")
    return {str(key): f"the fix of {settings.ADVISORY_PREFIX}-{number}" for key, number in rows}
