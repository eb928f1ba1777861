"""The whole archive in a handful of queries: which pages each advisory has, and what they are made of.

An export skips what is made of the same as before; asking each page by itself would take as long as rendering it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import F

from advisories.lifecycle import State
from advisories.models import Publication, RevisionPatch
from advisories.public import saying

EVERYONE = AnonymousUser()


@dataclass(frozen=True, slots=True)
class Whole:
    """One published advisory, as far as its addresses go."""

    number: int
    versions: tuple[int, ...]
    """Those that are public, the first first."""
    told_at: tuple[datetime, ...]
    """The instant of the first of them, and of the newest where that is another."""
    made_of: tuple[object, ...]
    """Everything that its pages depend on, but for the policy, the settings, the code and the releases."""
    texts: tuple[int, ...] = ()
    """Versions that have a text."""
    patches: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """Names of the files of each version."""


def every_one() -> tuple[Whole, ...]:
    """Every published advisory by number: three queries at any size."""
    rows = list(_published())
    newest = {row["advisory_id"]: row for row in rows}
    numbers = {pk: (row["number"], row["title"]) for pk, row in newest.items()}
    before: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for pk, row in newest.items():
        if row["followed_by"] in newest:
            before[row["followed_by"]].append(numbers[pk])
    known = {number for number, _ in numbers.values()}
    files = _files(row["revision_id"] for row in rows)
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["advisory_id"]].append(row)
    return tuple(
        Whole(
            number=issues[0]["number"],
            versions=tuple(one["version"] for one in issues),
            told_at=tuple(dict.fromkeys((issues[0]["public_at"], issues[-1]["public_at"]))),
            made_of=(
                *((one["pk"], one["public_at"], one["sha256"], one["text_sha256"], one["key"]) for one in issues),
                issues[-1]["because"] if issues[-1]["state"] == State.WITHDRAWN else "",
                numbers.get(issues[-1]["followed_by"]),
                sorted(before[pk])[:1],
                sorted(saying.conditions_in(one["content"] for one in issues) & known),
            ),
            texts=tuple(one["version"] for one in issues if one["text_sha256"]),
            patches={one["version"]: files.get(one["revision_id"], ()) for one in issues},
        )
        for pk, issues in sorted(found.items(), key=lambda one: one[1][0]["number"])
    )


def _published() -> Iterable[dict[str, Any]]:
    """Each live publication, by number and version, with what its page leans on."""
    found: Iterable[dict[str, Any]] = (
        Publication.objects.live()
        .order_by("number", "version")
        .values(
            *("pk", "advisory_id", "revision_id", "number", "version", "title", "public_at", "content"),
            sha256=F("revision__content_sha256"),
            text_sha256=F("revision__signed_text__sha256"),
            key=F("revision__signed_text__fingerprint"),
            state=F("advisory__state"),
            because=F("advisory__ended_because"),
            followed_by=F("advisory__superseded_by"),
        )
        .iterator()
    )
    return found


def _files(revisions: Iterable[int]) -> dict[int, tuple[str, ...]]:
    wanted = set(revisions)
    found: dict[int, list[str]] = defaultdict(list)
    kept = RevisionPatch.objects.visible_to(EVERYONE).order_by("revision", "position")
    for revision, name in kept.values_list("revision_id", "file_name"):
        if revision in wanted:
            found[revision].append(name)
    return {revision: tuple(names) for revision, names in found.items()}
