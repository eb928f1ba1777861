"""Giving and ending seats on one advisory."""

from datetime import datetime

from django.db import transaction

from accounts import inviting
from accounts.models import User
from advisories.models import Advisory, Seat
from advisories.models.seat import Right


@transaction.atomic
def give_seat(advisory: Advisory, address: str, *, name: str, right: Right, until: datetime | None, by: User) -> Seat:
    """A seat for whoever has this address, invited where they have no account. Replaces the one they hold now."""
    person = inviting.invite(address, name, by=by)
    User.objects.select_for_update().get(pk=person.pk)
    for held in Seat.objects.current().filter(advisory=advisory, user=person):
        held.end(by=by)
    return Seat.objects.give(advisory, person, right, until_at=until, by=by)


def end_seat(seat: Seat, *, by: User) -> bool:
    """End it now; the holder's next request finds it gone. False where it had ended already."""
    return seat.end(by=by)
