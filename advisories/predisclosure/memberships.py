"""What the team does with members: suspend, let in again, remove, and put two organisations together.

Every door of a member asks its membership, so each of these has its effect with the next query. The letter that goes
with it never says why.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.models import User
from advisories.lifecycle import State
from advisories.models import (
    Advisory,
    Batch,
    Contact,
    Delivery,
    Event,
    Membership,
    MembershipState,
    Organisation,
    Tells,
)
from advisories.predisclosure import circle, member_letters, promising
from advisories.predisclosure.applications import NoReason

HELD_BACK = "A member of the list came or went"
"""What the team reads about a release that was armed for others."""


class NotMergeable(Exception):
    """These two can't be put together; says why."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a step would bring about, for the page that asks before it."""

    knows: tuple[Advisory, ...]
    """What the member holds that readers don't have."""
    untold: tuple[Advisory, ...]
    """What other members hold, and it doesn't."""
    releases: tuple[Batch, ...]
    """Releases that go to others than was approved, once it is done."""
    people: int
    """Contacts whose access ends or begins."""


def outlook(membership: Membership) -> Outlook:
    """Look ahead to a step of this membership."""
    organisation = membership.organisation
    held = Delivery.objects.filter(membership__organisation=organisation, tiding__revision__isnull=False)
    known = Advisory.objects.filter(state=State.PREDISCLOSED, pk__in=held.values("tiding__advisory"))
    told = {tiding.advisory for tiding in promising.untold(organisation)}
    knows = tuple(known.order_by("number"))
    inside = Batch.objects.under_way().filter(was_predisclosed=False) | Batch.objects.under_way().filter(
        entries__advisory__in=knows, entries__left_at__isnull=True
    )
    return Outlook(
        knows=knows,
        untold=tuple(sorted(told - set(knows), key=lambda one: one.number)),
        releases=tuple(inside.distinct().exclude(is_at_once=True, was_predisclosed=False)),
        people=organisation.contacts.current().count(),
    )


def suspend(membership: Membership, reason: str, *, by: User) -> None:
    """Close every door for a while. Raises `NoReason`, `StaleMembership`."""
    _step(membership, MembershipState.SUSPENDED, reason, by=by)


def resume(membership: Membership, reason: str, *, tell_held: bool, by: User) -> list[Delivery]:
    """Open them again; `tell_held` tells what other members were told meanwhile. Raises as `suspend` does."""
    with circle.changing(HELD_BACK, by=by):
        _move(membership, MembershipState.ACTIVE, reason, by=by)
        return promising.catch_up(membership) if tell_held else []


def remove(membership: Membership, reason: str, *, by: User) -> None:
    """Take it off the list for good, with its contacts and keys; what it was told stays in the record."""
    _step(membership, MembershipState.REMOVED, reason, by=by)


def merge(organisation: Organisation, into: Organisation, reason: str, *, bring_people: bool, by: User) -> None:
    """Put `organisation` into another member, whose contacts hold from now on what it was told.

    `bring_people` makes its contacts speak for the other one, with the rights they had. Raises `NoReason`,
    `NotMergeable`, `StaleMembership`.
    """
    if not reason.strip():
        raise NoReason("say why: the record keeps it")
    with circle.changing(HELD_BACK, by=by):
        one, other = _both(organisation, into)
        people = list(one.contacts.current().select_related("user")) if bring_people else []
        membership = one.memberships.on_the_list().first()
        if membership is not None:
            membership.move_to(MembershipState.REMOVED, by=by, reason=reason)
        _close(one)
        for person in people:
            if not other.contacts.unended().filter(user=person.user_id).exists():
                Contact.objects.create(organisation=other, user=person.user, right=person.right, given_by=by)
        Organisation.objects.filter(merged_into=one).update(merged_into=other)
        Organisation.objects.filter(pk=one.pk).update(merged_into=other)
        detail = {"into": str(other.pk), "people": sorted(person.user_id for person in people)}
        Event.objects.record(one, kind="organisation-merged", by=by, detail=detail)
    organisation.refresh_from_db()


def to_merge_into(organisation: Organisation) -> QuerySet[Organisation]:
    """Those that it could be put into."""
    active = Membership.objects.active().values("organisation")
    return Organisation.objects.filter(merged_into__isnull=True, pk__in=active).exclude(pk=organisation.pk)


def _both(organisation: Organisation, into: Organisation) -> tuple[Organisation, Organisation]:
    rows = Organisation.objects.select_for_update().filter(pk__in=[organisation.pk, into.pk]).order_by("pk")
    held = {row.pk: row for row in rows}
    one, other = held[organisation.pk], held.get(into.pk)
    if other is None or one == other:
        raise NotMergeable("An organisation is put into another one.")
    if one.merged_into_id is not None or other.merged_into_id is not None:
        raise NotMergeable("One of them was put into another organisation already.")
    if not other.memberships.active().exists():
        raise NotMergeable(f"{other} is not on the list.")
    return one, other


def _step(membership: Membership, target: MembershipState, reason: str, *, by: User) -> None:
    with circle.changing(HELD_BACK, by=by):
        _move(membership, target, reason, by=by)
        if target is MembershipState.REMOVED:
            _close(membership.organisation)


@transaction.atomic
def _move(membership: Membership, target: MembershipState, reason: str, *, by: User) -> None:
    if not reason.strip():
        raise NoReason("say why: the record keeps it, and the letter to the member doesn't")
    membership.move_to(target, by=by, reason="" if target is MembershipState.ACTIVE else reason)
    changes = Event.objects.about(membership.organisation).filter(kind="membership-changed").count()
    member_letters.promise_to_member(membership, Tells.STANDING, key=f"standing-{changes}")


def _close(organisation: Organisation) -> None:
    """Whoever comes back later brings people and keys anew; the old ones must not come to life with it."""
    organisation.contacts.end()
    organisation.keys.filter(replaced_at__isnull=True).update(replaced_at=Now())
