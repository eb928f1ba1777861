"""Giving and ending seats on one advisory."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from accounts import inviting
from accounts.models import User
from advisories.models import Advisory, Seat
from advisories.models.seat import Right


@transaction.atomic
def give_seat(advisory: Advisory, address: str, *, name: str, right: Right, until: datetime | None, by: User) -> Seat:
    """A seat for whoever has this address, invited where they have no account. Replaces the one they hold now."""
    person = inviting.invite(address, name, by=by)
    User.objects.select_for_update().get(pk=person.pk)
    _end(Seat.objects.filter(advisory=advisory, user=person))
    return Seat.objects.create(advisory=advisory, user=person, right=right, until_at=until)


def end_seat(seat: Seat) -> bool:
    """End it now; the holder's next request finds it gone. False where it had ended already."""
    return bool(_end(Seat.objects.filter(pk=seat.pk)))


def _end(seats: QuerySet[Seat]) -> int:
    return seats.filter(Q(until_at__isnull=True) | Q(until_at__gt=Now()), from_at__lt=Now()).update(until_at=Now())
