"""The checklist before a release: ticked and taken back by people, each of which is an event."""

from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from advisories.lifecycle import State, check_goes_on
from advisories.models import Advisory, Event, Tick
from advisories.release.checklists import ChecklistItem, Kind, items_for, kind_of


class NoSuchItem(Exception):
    """The checklist of this kind of release doesn't ask for that."""


@dataclass(frozen=True, slots=True)
class Line:
    """One item with its tick, if it is done."""

    item: ChecklistItem
    tick: Tick | None


def kind_for(advisory: Advisory) -> Kind:
    """The kind of release that `advisory` heads for."""
    return kind_of(State(advisory.state), is_already_public=advisory.is_already_public)


def lines_of(kind: Kind, ticks: list[Tick]) -> list[Line]:
    """The checklist with the `ticks` of an advisory, as fetched for the viewer."""
    done = {tick.key: tick for tick in ticks if tick.kind == kind}
    return [Line(item, done.get(item.key)) for item in items_for(kind)]


@transaction.atomic
def tick(advisory: Advisory, key: str, *, by: User) -> bool:
    """Say that an item is done; False where somebody had. Raises `NoSuchItem`, `HasEnded`."""
    kind = _checked(advisory, key)
    _, is_new = Tick.objects.get_or_create(advisory=advisory, kind=kind.value, key=key, defaults={"by": by})
    if is_new:
        Event.objects.record(advisory, kind="item-ticked", by=by, detail={"item": key, "for": kind.value})
    return is_new


@transaction.atomic
def untick(advisory: Advisory, key: str, *, by: User) -> bool:
    """Take a tick back; False where there was none. Raises `NoSuchItem`, `HasEnded`."""
    kind = _checked(advisory, key)
    taken, _ = Tick.objects.filter(advisory=advisory, kind=kind.value, key=key).delete()
    if taken:
        Event.objects.record(advisory, kind="item-unticked", by=by, detail={"item": key, "for": kind.value})
    return bool(taken)


@transaction.atomic
def begin_anew(advisory: Advisory, *, by: User | None) -> None:
    """Clear the list for the next release of the same kind, once one has gone out."""
    kind = kind_for(advisory)
    if Tick.objects.filter(advisory=advisory, kind=kind.value).delete()[0]:
        Event.objects.record(advisory, kind="checklist-cleared", by=by, detail={"for": kind.value})


@transaction.atomic
def say_whether_public(advisory: Advisory, *, is_already_public: bool, by: User) -> None:
    """Say whether the issue was known outside before it was written; the checklist follows. Raises `HasEnded`."""
    check_goes_on(State(advisory.state))
    others = Advisory.objects.filter(pk=advisory.pk).exclude(is_already_public=is_already_public)
    if others.update(is_already_public=is_already_public):
        Event.objects.record(advisory, kind="release-kind-set", by=by, detail={"is_public": is_already_public})
        advisory.refresh_from_db()


def _checked(advisory: Advisory, key: str) -> Kind:
    check_goes_on(State(advisory.state))
    kind = kind_for(advisory)
    if not any(item.key == key for item in items_for(kind)):
        raise NoSuchItem(key)
    return kind
