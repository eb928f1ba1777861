"""Several public series in one list: which take part, in which order, and what goes together."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings

from releases.checking.circle import Entrant
from releases.engine.check import OpenBranch
from releases.engine.combining import Combined
from releases.engine.verdicts import ENGINE_VERSION
from releases.models import Branch, PointRelease
from releases.models.check import Kind

LIST_VERSION = 2
"""Raised where a list comes out otherwise than before, so that every one is made anew."""

_APPLYING = (Kind.APPLIES, Kind.NEEDS_PREREQUISITES)


@dataclass(frozen=True, slots=True)
class Told:
    """What everyone may know of a series on a release."""

    kind: str
    leans_on: tuple[int, ...]
    """Keys of the series that stand in its list."""

    @classmethod
    def of(cls, kind: str, evidence: Mapping[str, Any]) -> "Told":
        """From what a stored verdict keeps."""
        listed = evidence.get("prerequisites", ())
        return cls(kind, tuple(int(one["series"]) for one in listed if one["series"]))


def in_order(present: Mapping[int, Entrant], told: Mapping[int, Told]) -> list[Entrant]:
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


def _is_there(told: Told | None) -> bool:
    return told is not None and told.kind == Kind.MERGED


def together(
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


def as_values(combined: Combined, present: Mapping[int, Entrant]) -> list[dict[str, Any]]:
    """The steps as a row keeps them, each with the revision of its series."""
    return [
        {**asdict(step), "revision": present[int(step.series)].revision if step.series else 0}
        for step in combined.steps
    ]


def ground(branch: Branch, release: PointRelease) -> list[Any]:
    """What every list of a release depends on besides the series."""
    tree = branch.tree
    return [
        LIST_VERSION, ENGINE_VERSION, settings.ENGINE_LIMITS, tree.never_needed_pattern,
        [tree.allow_symlinks, tree.allow_submodules, tree.allow_git_files, tree.allow_odd_names],
        [release.commit, branch.stable_commit, branch.staging_commit, branch.fork_commit],
    ]  # fmt: skip
