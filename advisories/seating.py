"""Giving and ending seats, on the team and on one advisory, each with its event in the record."""

from datetime import datetime

from django.db import transaction

from accounts import inviting
from accounts.models import Invitation, Role, TeamSeat, User
from advisories.models import About, Advisory, Event, Seat
from advisories.models.seat import Right
from advisories.notifying import notify


class SeatHeldAlready(Exception):
    """This person has such a seat, with no end or one that is still to come."""


@transaction.atomic
def give_seat(advisory: Advisory, address: str, *, name: str, right: Right, until: datetime | None, by: User) -> Seat:
    """A seat for whoever has this address, invited where they have no account. Replaces the one they hold now."""
    person = inviting.invite(address, name, by=by)
    User.objects.select_for_update().get(pk=person.pk)
    for held in Seat.objects.current().filter(advisory=advisory, user=person):
        held.end(by=by)
    seat = Seat.objects.give(advisory, person, right, until_at=until, by=by)
    notify(person, advisory, About.SEAT, but=by)
    return seat


def end_seat(seat: Seat, *, by: User) -> bool:
    """End it now; the holder's next request finds it gone. False where it had ended already."""
    return seat.end(by=by)


@transaction.atomic
def give_team_seat(person: User, role: Role, *, until: datetime | None, by: User | None) -> TeamSeat:
    """A place on the team from now on, until an instant or until it is ended. `by` nobody: from the console."""
    # The person's row is held, so that of two who give the same seat at once, one is told.
    User.objects.select_for_update().get(pk=person.pk)
    if TeamSeat.objects.unended().filter(user=person, role=role).exists():
        raise SeatHeldAlready(f"{person} holds that seat already.")
    seat = TeamSeat.objects.create(user=person, role=role, until_at=until, given_by=by)
    detail = {"person": person.pk, "role": role.value}
    Event.objects.record(seat, kind="team-seat-given", by=by, detail=detail)
    return seat


@transaction.atomic
def end_team_seat(seat: TeamSeat, *, by: User) -> bool:
    """End it now; the holder's next request finds it gone. False where it had ended already."""
    if not TeamSeat.objects.filter(pk=seat.pk).end():
        return False
    detail = {"person": seat.user_id, "role": seat.role}
    Event.objects.record(seat, kind="team-seat-ended", by=by, detail=detail)
    return True


@transaction.atomic
def withdraw(invitation: Invitation, *, by: User) -> None:
    """Let the link work no longer, and end every seat that it would have opened. `InvitationUsed` where it is over."""
    inviting.revoke(invitation)
    person = User.objects.select_for_update().get(pk=invitation.user_id)
    # Somebody for whom a password was set at the console comes in without the link.
    if person.has_usable_password():
        return
    for team_seat in TeamSeat.objects.current().filter(user=person):
        end_team_seat(team_seat, by=by)
    for seat in Seat.objects.current().filter(user=person).select_related("advisory"):
        seat.end(by=by)
