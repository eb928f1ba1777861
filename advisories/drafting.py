"""Writing an advisory: what is kept, and what the record says of it (names of sections, never their text)."""

from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from advisories.models import Advisory, Event


@transaction.atomic
def begin(advisory: Advisory, *, by: User | None) -> Advisory:
    """Take the number and keep the first text. Raises `IntegrityError` where the number is taken."""
    advisory.save(force_insert=True)
    Event.objects.record(advisory, kind="number-taken", by=by, detail={"number": advisory.number})
    return advisory


@transaction.atomic
def keep_text(advisory: Advisory, *, changed: Iterable[str], by: User | None) -> Advisory:
    """Keep the title and sections named in `changed`; nothing is written where nothing did."""
    names = sorted(changed)
    if names:
        advisory.save(update_fields=[*names, "changed_at"])
        Event.objects.record(advisory, kind="text-edited", by=by, detail={"sections": names})
    return advisory
