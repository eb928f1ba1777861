"""Series and verdicts of a revision, of exactly its patches, and none that leans on what its reader doesn't know."""

from datetime import datetime
from typing import Any

from ninja import Router, Schema

from advisories.api import holding
from advisories.api.requests import TokenRequest
from releases.evidence.held import verdicts_for

router = Router(tags=["Series and verdicts"])
_REVISION = "/advisories/{int:number}/revisions/{int:version}"


class SeriesOut(Schema):
    """Patches that apply one after the other."""

    series: str
    revision: int
    tree: str
    branches: list[str]
    patches: list[str]


class VerdictOut(Schema):
    """How a series fared on one baseline, when the revision was frozen."""

    series: str
    tree: str
    branch: str
    baseline: str
    baseline_name: str
    base_commit: str
    kind: str
    prerequisites: list[str]
    patches: list[str]
    checked_at: datetime


@router.get(_REVISION + "/series", response=list[SeriesOut], summary="Its series")
def series(request: TokenRequest, number: int, version: int) -> list[dict[str, Any]]:
    """Which patches belong together, and for which branches they are."""
    found: dict[str, dict[str, Any]] = {}
    for patch in holding.revision(request.user, number, version).content["patches"]:
        one = found.setdefault(
            patch["series"],
            {"series": patch["series"], "revision": patch["series_revision"], "tree": patch["tree"],
             "branches": patch["branches"], "patches": []},
        )  # fmt: skip
        one["patches"].append(patch["name"])
    return list(found.values())


@router.get(_REVISION + "/verdicts", response=list[VerdictOut], summary="Its verdicts")
def verdicts(request: TokenRequest, number: int, version: int, branch: str | None = None) -> list[Any]:
    """On which baseline each series applies, and what comes first. A branch that isn't in it was not tried, or its
    verdict depends on something that you do not hold.
    """
    found = verdicts_for(request.user, holding.revision(request.user, number, version))
    return [one for one in found if branch is None or one.branch == branch]
