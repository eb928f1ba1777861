"""Who may see what, written a second time: from raw rows, in Python, without a single question of the project's own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils import timezone

from advisories.models import Batch, BatchEntry, Comment, Identifier, Publication, RevisionPatch, SignedText
from releases.models import Patch, Series, SeriesRevision, Upload


@dataclass(frozen=True)
class Rows:
    """Every row of every model that the rules are about, read once."""

    of: dict[str, dict[Any, Any]]
    public: frozenset[int]
    """Keys of the advisories that readers see."""
    published: frozenset[int]
    """Keys of the revisions that readers see."""

    @classmethod
    def read(cls) -> "Rows":
        """Everything as it is now, raw."""
        of = {
            label: {row.pk: row for row in apps.get_model(label)._base_manager.select_related(*_NEAR.get(label, ()))}
            for label in RULES
        }
        live = [one for one in of["advisories.Publication"].values() if is_live(one)]
        return cls(of, frozenset(one.advisory_id for one in live), frozenset(one.revision_id for one in live))


@dataclass(frozen=True)
class Person:
    """Somebody by the seats that they hold."""

    name: str
    on_the_team: bool = False
    is_manager: bool = False
    seats: frozenset[int] = frozenset()
    """Keys of advisories."""

    def works_on(self, advisory: int) -> bool:
        """By the team, or by a seat."""
        return self.on_the_team or advisory in self.seats


Rule = Callable[[Person, Any, Rows], bool]


def is_live(publication: Publication) -> bool:
    """Whether its instant has come."""
    return publication.voided_at is None and publication.public_at <= timezone.now()


def _may_read(person: Person, advisory: int, rows: Rows) -> bool:
    return person.works_on(advisory) or advisory in rows.public


def _knows_batch(person: Person, batch: Batch, rows: Rows) -> bool:
    return person.on_the_team or (person.is_manager and batch.state != "open")


def _sees_entry(person: Person, row: BatchEntry, rows: Rows) -> bool:
    return person.works_on(row.advisory_id) or _knows_batch(person, row.batch, rows)


def _sees_comment(person: Person, row: Comment, rows: Rows) -> bool:
    return person.on_the_team or (person.works_on(row.advisory_id) and row.audience != "team")


def _sees_identifier(person: Person, row: Identifier, rows: Rows) -> bool:
    settled = row.state not in ("requested", "reserved") and _may_read(person, row.advisory_id, rows)
    return settled or person.works_on(row.advisory_id)


def _sees_series_revision(person: Person, row: SeriesRevision, rows: Rows) -> bool:
    if person.works_on(row.series.advisory_id):
        return True
    return _may_read(person, row.series.advisory_id, rows) and row.series.current_id == row.pk


def _sees_patch(person: Person, row: Patch, rows: Rows) -> bool:
    return _sees_series_revision(person, row.revision, rows)


def _sees_upload(person: Person, row: Upload, rows: Rows) -> bool:
    return person.works_on(row.revision.series.advisory_id)


def _sees_series(person: Person, row: Series, rows: Rows) -> bool:
    return _may_read(person, row.advisory_id, rows)


def _sees_frozen(person: Person, row: RevisionPatch | SignedText, rows: Rows) -> bool:
    return person.works_on(row.revision.advisory_id) or row.revision_id in rows.published


RULES: dict[str, Rule] = {
    "advisories.Advisory": lambda person, row, rows: _may_read(person, row.pk, rows),
    "advisories.Batch": _knows_batch,
    "advisories.BatchEntry": _sees_entry,
    "advisories.Comment": _sees_comment,
    "advisories.Identifier": _sees_identifier,
    "advisories.Publication": lambda person, row, rows: is_live(row) or person.works_on(row.advisory_id),
    "advisories.RevisionPatch": _sees_frozen,
    "advisories.SignedText": _sees_frozen,
    "releases.Series": _sees_series,
    "releases.SeriesRevision": _sees_series_revision,
    "releases.Patch": _sees_patch,
    "releases.Upload": _sees_upload,
    **dict.fromkeys(
        (f"advisories.{name}" for name in ("Approval", "Arming", "BatchMove")),
        lambda person, row, rows: person.on_the_team,
    ),
    **dict.fromkeys(
        (f"advisories.{name}" for name in ("Override", "Revision", "Tag", "TextVersion", "Tick", "Tiding")),
        lambda person, row, rows: person.works_on(row.advisory_id),
    ),
    "advisories.PublicationStep": lambda person, row, rows: person.works_on(row.publication.advisory_id),
}
"""Model to who sees one row of it."""


_NEAR = {
    "advisories.Approval": ("batch",), "advisories.Arming": ("batch",), "advisories.BatchMove": ("batch",),
    "advisories.BatchEntry": ("batch",), "advisories.RevisionPatch": ("revision",),
    "advisories.SignedText": ("revision",),
    "advisories.PublicationStep": ("publication",), "releases.SeriesRevision": ("series",),
    "releases.Patch": ("revision__series",), "releases.Upload": ("revision__series",),
}  # fmt: skip
"""What a rule asks of other rows."""


def disagreements(person: Person, viewer: Any, rows: Rows) -> list[str]:
    """Rows of which the project's own question and this one say something else."""
    found = []
    for label, rule in RULES.items():
        here = rows.of[label]
        if not here:
            continue
        seen = set(apps.get_model(label)._default_manager.visible_to(viewer).values_list("pk", flat=True))
        wanted = {pk for pk, row in here.items() if rule(person, row, rows)}
        found += [f"{person.name} sees {here[pk]!r}" for pk in seen - wanted]
        found += [f"{person.name} doesn't see {here[pk]!r}" for pk in wanted - seen]
    return found
