"""Keeping one advisory from some members: somebody else owns the secret and wants a narrower circle."""

from django.db import transaction

from accounts.models import User
from advisories.models import Advisory, Event, KeptFrom, Organisation
from advisories.predisclosure import circle
from advisories.predisclosure.applications import NoReason

_HELD_BACK = "Who is told of an advisory was changed"


class IsPublic(Exception):
    """There is nothing left to keep from anybody."""


def keep(advisory: Advisory, organisations: list[Organisation], reason: str, *, by: User) -> list[KeptFrom]:
    """Tell these members nothing of it from now on; what one holds already it can no longer fetch.

    Releases that were armed for them are held back. Raises `NoReason`, `IsPublic`.
    """
    if not reason.strip():
        raise NoReason("say why: the team reads it on the advisory's page")
    with circle.changing(_HELD_BACK, by=by):
        _still_secret(advisory)
        made = []
        for organisation in organisations:
            row, is_new = KeptFrom.objects.get_or_create(
                advisory=advisory, organisation=organisation, defaults={"reason": reason.strip()[:500], "by": by}
            )
            made += [row] if is_new else []
        if made:
            detail = {"organisations": [str(row.organisation_id) for row in made]}
            Event.objects.record(advisory, kind="kept-from", by=by, detail=detail)
    return made


def tell_again(kept: KeptFrom, *, by: User) -> bool:
    """Keep it from this member no longer: what it was told before it may fetch again, and it hears what comes.

    What went out meanwhile it is not told by itself. False where that was so already.
    """
    with circle.changing(_HELD_BACK, by=by):
        if not KeptFrom.objects.filter(pk=kept.pk).delete()[0]:
            return False
        detail = {"organisations": [str(kept.organisation_id)]}
        Event.objects.record(kept.advisory, kind="kept-from-no-longer", by=by, detail=detail)
        return True


@transaction.atomic
def _still_secret(advisory: Advisory) -> None:
    if not Advisory.objects.embargoed().filter(pk=advisory.pk).exists():
        raise IsPublic(f"{advisory} is public, or nothing will be told of it")
