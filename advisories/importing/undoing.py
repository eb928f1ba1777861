"""The way back: what an import brought goes again, as long as nobody has worked on it since.

What is frozen cannot be deleted, so the guard of the frozen tables is lowered inside the transaction and put up again:
for everybody else it was never down.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import ProtectedError
from django.db.models.functions import Now

from advisories.append_only import FROZEN, freeze, thaw
from advisories.importing.weighing import was_worked_on
from advisories.models import (
    Advisory,
    Event,
    Identifier,
    ImportedNumber,
    ImportRun,
    Origin,
    Outcome,
    Publication,
    PublicEntry,
    PublicMeasure,
    PublicTag,
    Revision,
    RevisionPatch,
    SignedText,
    TextVersion,
)

TakeBack = Callable[[Advisory], None]
"""Removes what others have hung on an advisory when it was brought in, such as its series."""


class CannotBeUndone(Exception):
    """Somebody has worked on what an import brought, or it was not the last; says which."""


@dataclass(frozen=True, slots=True)
class Undoing:
    """What would go."""

    run: ImportRun
    advisories: tuple[Advisory, ...]


def look(run: ImportRun) -> Undoing:
    """What undoing `run` would remove. Raises `CannotBeUndone`, and removes nothing."""
    if run.undone_at is not None:
        raise CannotBeUndone(f"{run} was undone already")
    brought = list(ImportedNumber.objects.filter(run=run, advisory__isnull=False).select_related("advisory"))
    going = tuple(one.advisory for one in brought if one.advisory is not None)
    for one, advisory in zip(brought, going, strict=True):
        if one.outcome == Outcome.EXTENDED:
            raise CannotBeUndone(f"{run} added versions to {advisory.label}, which an earlier import had brought")
        if was_worked_on(advisory, one.last_event):
            raise CannotBeUndone(f"somebody has worked on {advisory.label} since, or a later import added to it")
    return Undoing(run, going)


@transaction.atomic
def undo(run: ImportRun, take_back: TakeBack = lambda advisory: None) -> int:
    """Remove everything that `run` brought; how many advisories that were. All of it or, raising, nothing."""
    locked = ImportRun.objects.select_for_update().get(pk=run.pk)
    # Whoever is at work on one of them is through first, and is seen.
    held = list(Advisory.objects.select_for_update().filter(imports__run=locked).order_by("pk"))
    going = look(locked).advisories
    with _unguarded():
        for advisory in held:
            take_back(advisory)
            try:
                _remove(advisory)
            except ProtectedError as error:
                others = sorted({str(one._meta.verbose_name_plural) for one in error.protected_objects})
                raise CannotBeUndone(f"{advisory.label} is in use: {', '.join(others)}") from error
    ImportRun.objects.filter(pk=run.pk).update(undone_at=Now())
    Event.objects.record(locked, kind="import-undone", by=None, detail={"numbers": [one.number for one in going]})
    return len(going)


def _remove(advisory: Advisory) -> None:
    of_revisions: Sequence[type[Origin | SignedText | RevisionPatch]] = (Origin, SignedText, RevisionPatch)
    for laid_down in (PublicTag, PublicMeasure, PublicEntry):
        laid_down.objects.filter(publication__advisory=advisory).delete()
    Publication.objects.filter(advisory=advisory).delete()
    for kind in of_revisions:
        kind.objects.filter(revision__advisory=advisory).delete()
    Revision.objects.filter(advisory=advisory).delete()
    TextVersion.objects.filter(advisory=advisory).delete()
    Identifier.objects.filter(advisory=advisory).delete()
    ImportedNumber.objects.filter(advisory=advisory).update(advisory=None)
    advisory.delete()


@contextmanager
def _unguarded() -> Iterator[None]:
    """The guard of the frozen tables down, for this transaction alone: an error takes its lowering back too."""
    _run(one for table in FROZEN for one in thaw(connection.vendor, table))
    yield
    if connection.vendor == "postgresql":
        # No trigger is put on a table with checks that still wait for the end of the transaction.
        _run(["SET CONSTRAINTS ALL IMMEDIATE"])
    _run(one for table in FROZEN for one in freeze(connection.vendor, table))


def _run(statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
