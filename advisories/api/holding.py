"""What a token's owner may read of advisories: what they hold, and on the team what they work on; never a draft."""

from collections.abc import Mapping
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform

from accounts.models import User
from advisories.affected import Condition, Needs
from advisories.api.problems import missing
from advisories.models import BatchEntry, Publication, Revision
from advisories.predisclosure.holding import Held, batch_key, held_by
from advisories.predisclosure.page import told_to
from advisories.sections import ALL


def known(viewer: User, *, number: int | None = None) -> list[Held]:
    """Every advisory with a revision that `viewer` holds or works on, by number."""
    held = held_by(viewer, number=number)
    return sorted([*held, *_worked_on(viewer, number, {one.number for one in held})], key=lambda one: one.number)


def one_of(viewer: User, number: int) -> Held:
    """One of them. Raises `Problem`."""
    found = known(viewer, number=number)
    if not found:
        raise missing()
    return found[0]


def revisions(viewer: User, number: int) -> QuerySet[Revision]:
    """Those of one advisory."""
    mine = Revision.objects.held_by(viewer) | Revision.objects.visible_to(viewer)
    return mine.filter(advisory__number=number).select_related("advisory").order_by("number")


def revision(viewer: User, number: int, version: int) -> Revision:
    """One of them. Raises `Problem`."""
    found = revisions(viewer, number).filter(number=version).first()
    if found is None:
        raise missing()
    return found


def in_short(found: Revision) -> dict[str, Any]:
    """What lists say of a revision."""
    names = ("reason", "changes", "frozen_at", "content_sha256")
    return {"number": found.advisory.number, "version": found.number} | {name: getattr(found, name) for name in names}


def in_full(viewer: User, found: Revision) -> dict[str, Any]:
    """Everything that a revision says, with nothing in it of advisories that `viewer` doesn't know."""
    content = told_to(viewer, found.content)
    texts = content["sections"]
    return in_short(found) | {
        "title": content["title"],
        "sections": [
            {"name": one.name, "heading": one.heading, "markdown": texts[one.name],
             "for_members_only": one.is_for_members}
            for one in ALL if texts.get(one.name)
        ],
        "affected": [{**line, "condition": _condition(line["condition"])} for line in content["affected"]],
        "identifiers": content["identifiers"],
        "severities": content["severities"],
        "patches": content["patches"],
    }  # fmt: skip


def _condition(told: Mapping[str, Any] | None) -> str:
    return str(Condition(int(told["advisory"]), Needs(told["needs"]))) if told else ""


def _worked_on(viewer: User, number: int | None, held: set[int]) -> list[Held]:
    rows = Revision.objects.visible_to(viewer).exclude(advisory__number__in=held)
    if number is not None:
        rows = rows.filter(advisory__number=number)
    live = Publication.objects.live().filter(advisory=OuterRef("advisory")).order_by("-version")
    entry = BatchEntry.objects.visible_to(viewer).filter(advisory=OuterRef("advisory"), left_at__isnull=True)
    rows = rows.annotate(
        title=KeyTextTransform("title", "content"),
        live_at=Subquery(live.values("public_at")[:1]),
        batch_pk=Subquery(entry.values("batch")[:1]),
        batch_at=Subquery(entry.values("batch__planned_at")[:1]),
    )
    names = ("advisory__number", "number", "title", "live_at", "batch_pk", "batch_at", "frozen_at")
    found: dict[int, list[tuple[Any, ...]]] = {}
    for row in rows.order_by("advisory__number", "number").values_list(*names):
        found.setdefault(row[0], []).append(row)
    return [
        Held(
            number=key, title=each[-1][2] or "", version=each[-1][1], versions=tuple(row[1] for row in each),
            planned_at=each[-1][5], was_planned_at=None, public_at=each[-1][3], batch=batch_key(each[-1][4]), news=(),
            is_acknowledged=True, changed_at=each[-1][6],
        )
        for key, each in found.items()
    ]  # fmt: skip
