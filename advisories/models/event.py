"""The record: who did what and when, one chain for the whole installation, only ever appended to."""

from collections.abc import Iterator, Mapping
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connections, models, transaction
from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from accounts.access import holds, is_on_the_team
from accounts.models import Role, User
from advisories import events

_CHAIN_LOCK = 0x50454E53
"""The key of PostgreSQL's lock on the end of the chain; any number that nothing else here locks."""

TOLD_TO_READERS = ("state-changed",)
"""What a published advisory shows of its record to everyone: when it went where, not who moved it."""


TOLD_TO_TEAM = ("team-seat-given", "team-seat-ended")
"""What everybody on the team is told, whichever seat they hold: who else is on it."""


class EventQuerySet(models.QuerySet["Event"]):
    """Writing to the record, and reading it."""

    def record(
        self, subject: models.Model, *, kind: str, by: User | None, detail: Mapping[str, object] | None = None
    ) -> "Event":
        """Append an event about `subject`, in the transaction that makes the change and as the last thing in it.

        One writer at a time holds the end of the chain until its transaction is through: SQLite has one writer
        anyway, PostgreSQL is asked for a lock. `detail` takes ids, kinds and names of fields, never a text. Raises
        `NotCanonical` for a detail that JSON would not give back, `TransactionManagementError` outside one.
        """
        connection = connections[self.db]
        connection.validate_no_broken_transaction()
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError("an event lands together with its change, in one transaction")
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])
        last = self.model.objects.order_by("-sequence").first()
        head = events.Head(last.sequence, last.hash) if last is not None else events.Head()
        draft = events.Draft(kind, timezone.now(), by.pk if by is not None else None, name_of(subject), detail or {})
        link = events.append(head, draft)
        return self.create(
            sequence=link.sequence,
            previous=link.previous,
            kind=kind,
            at=draft.at,
            by=by,
            about=draft.about,
            detail=dict(detail or {}),
            hash=link.hash,
        )

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep what `viewer` may read: all of what they work on, and of what is public what readers are told."""
        from advisories.models.advisory import Advisory
        from advisories.models.batch import Batch
        from advisories.models.report import Report

        batches = _names_of(Batch.objects.read_by(viewer), "batch")
        worked_on = _names_of(Advisory.objects.worked_on_by(viewer), "advisory")
        readable = _names_of(Advisory.objects.visible_to(viewer), "advisory")
        reports = _names_of(Report.objects.visible_to(viewer), "report")
        found = (
            Q(about__in=worked_on)
            | Q(about__in=reports)
            | Q(about__in=batches)
            | Q(kind__in=TOLD_TO_READERS, about__in=readable)
        )
        if is_on_the_team(viewer):
            found |= Q(kind__in=TOLD_TO_TEAM)
        if holds(viewer, Role.SECURITY, Role.COORDINATOR):
            found |= Q(about__startswith="organisation:") | Q(about__startswith="application:")
        return self.filter(found)

    def about(self, subject: models.Model) -> Self:
        """Keep what happened to `subject`."""
        return self.filter(about=name_of(subject))

    def as_chain(self) -> Iterator[events.Event]:
        """Give the links in their order, one at a time, as the pure chain knows them."""
        for row in self.order_by("sequence").iterator():
            draft = events.Draft(row.kind, row.at, row.by_id, row.about, row.detail)
            yield events.Event(row.sequence, row.previous, draft, row.hash)


class Event(models.Model):
    """One link of the chain. The database refuses to change it, to let it go, and to put another in its place."""

    sequence = models.PositiveBigIntegerField(primary_key=True)
    previous = models.CharField(max_length=64)
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    about = models.CharField(max_length=60, db_index=True, help_text="What it happened to, such as advisory:12.")
    detail = models.JSONField(default=dict)
    hash = models.CharField(max_length=64, unique=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["sequence"]
        constraints = [
            models.CheckConstraint(condition=Q(sequence__gt=0), name="advisories_event_sequence_is_positive"),
            models.CheckConstraint(condition=Q(hash__regex=r"^[0-9a-f]{64}$"), name="advisories_event_hash_is_sha256"),
            models.CheckConstraint(
                condition=Q(kind__regex=r"^[a-z]+(-[a-z]+)*$"), name="advisories_event_kind_is_a_name"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence}: {self.kind} of {self.about}"


def name_of(subject: models.Model) -> str:
    """What an event calls a row: its model and id, such as `advisory:12`."""
    return f"{subject._meta.model_name}:{subject.pk}"


def _names_of(rows: models.QuerySet[Any], model_name: str) -> models.QuerySet[Any, Any]:
    named: models.QuerySet[Any, Any] = rows.annotate(
        _name=Concat(Value(f"{model_name}:"), Cast("pk", CharField()), output_field=CharField())
    )
    return named.order_by().values("_name")
