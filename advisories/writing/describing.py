"""What stands beside the text: identifiers, severity, affected versions, tags.

A list is put in the place of the one that was read, so that two who change it at once don't overwrite each other.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from advisories.canonical import canonical, digest, instant_text
from advisories.lifecycle import State, check_goes_on
from advisories.models import Advisory, Affected, Event, Identifier, Permission, Tag, Vector
from advisories.release.disarming import disarm_for

Lines = type[Affected] | type[Identifier] | type[Vector] | type[Permission] | type[Tag]

_KINDS: dict[Lines, str] = {
    Affected: "affected-changed",
    Identifier: "identifiers-changed",
    Vector: "severity-changed",
    Permission: "permission-changed",
    Tag: "tags-changed",
}

_WORDS: dict[Lines, str] = {
    Affected: "Affected versions",
    Identifier: "Identifiers",
    Vector: "Severity",
    Permission: "What may be deployed",
    Tag: "Tags",
}

_OTHERS = ("condition_on", "after")
"""Fields that name another advisory, which people know by its number."""


class StaleLines(Exception):
    """Somebody else changed the list since it was read."""


def lines_of(advisory: Advisory, lines: Lines) -> list[dict[str, Any]]:
    """The list as plain values of its fields, in order; another advisory by its number."""
    fields = [field.name for field in lines._meta.concrete_fields if field.name not in ("id", "advisory", "position")]
    asked = [f"{name}__number" if name in _OTHERS else name for name in fields]
    rows = lines.objects.filter(advisory=advisory).values_list(*asked)
    return [dict(zip(fields, row, strict=True)) for row in rows]


def version_of(advisory: Advisory, lines: Lines) -> str:
    """What a form carries to say which list it was made from."""
    return digest(f"penstock {lines._meta.model_name}", [_plain(line) for line in lines_of(advisory, lines)])


@transaction.atomic
def replace(
    advisory: Advisory, lines: Lines, told: Sequence[dict[str, Any]], *, read_version: str, by: User | None
) -> bool:
    """Put `told` (values of fields, in order) in the place of the list that was read; False where nothing changed.

    Raises `StaleLines`, `HasEnded` for all but identifiers, and `IntegrityError` for what the database refuses, such as
    a CVE of another advisory.
    """
    if not _are_the_same(lines_of(advisory, lines), told):
        # Batches before advisories, as everybody takes them.
        disarm_for(advisory, f"{_WORDS[lines]} changed", by=by)
    held = Advisory.objects.select_for_update(no_key=True).get(pk=advisory.pk)
    if lines is not Identifier:
        # What an authority makes of an identifier goes on when the advisory doesn't.
        check_goes_on(State(held.state))
    if version_of(advisory, lines) != read_version:
        raise StaleLines(f"{lines._meta.verbose_name_plural} of {advisory} were changed meanwhile")
    lines.objects.filter(advisory=advisory).delete()
    for position, values in enumerate(told, start=1):
        placed = {"position": position} if lines in (Affected, Permission) else {}
        lines.objects.create(advisory=advisory, **values, **placed)
    if version_of(advisory, lines) == read_version:
        return False
    Event.objects.record(advisory, kind=_KINDS[lines], by=by, detail={"lines": len(told)})
    return True


def _are_the_same(lines: Sequence[dict[str, Any]], told: Sequence[dict[str, Any]]) -> bool:
    return [canonical(_plain(line)) for line in lines] == [canonical(_plain(line)) for line in told]


def _plain(line: dict[str, Any]) -> dict[str, Any]:
    """A line as values that can be compared: another advisory by its number, an instant in UTC."""
    return {
        name: value.number
        if isinstance(value, Advisory)
        else instant_text(value)
        if isinstance(value, datetime)
        else value
        for name, value in line.items()
    }
