"""Who is on the team: everyone on it sees the list, a coordinator changes it."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts import inviting
from accounts.access import holds, is_on_the_team
from accounts.doors import SignedInRequest
from accounts.forms import TeamSeatForm
from accounts.models import Invitation, Role, TeamSeat
from advisories import seating
from advisories.models import Event
from advisories.models.event import TOLD_TO_TEAM
from advisories.timeline import timeline_of

_LATEST = 12
"""How much of the history the page shows."""


def seats(request: HttpRequest) -> HttpResponse:
    """Current seats, the invitations that are open, and how it came to that."""
    if not is_on_the_team(request.user):
        raise PermissionDenied
    return _page(request, TeamSeatForm())


def give(request: SignedInRequest) -> HttpResponse:
    """Give a seat; somebody who has no account is invited."""
    _coordinators_only(request)
    form = TeamSeatForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    told = form.cleaned_data
    person = inviting.invite(told["address"], told["name"], by=request.user)
    try:
        seating.give_team_seat(person, Role(told["role"]), until=told["until_at"], by=request.user)
    except seating.SeatHeldAlready as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{person} has the seat.")
    return redirect("team:seats")


@require_POST
def end(request: SignedInRequest, pk: int) -> HttpResponse:
    """End a seat now."""
    _coordinators_only(request)
    seat = get_object_or_404(TeamSeat.objects.select_related("user"), pk=pk)
    if seating.end_team_seat(seat, by=request.user):
        messages.success(request, f"{seat.user} no longer has that seat.")
    return redirect("team:seats")


@require_POST
def invite_again(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send a new link; the old one stops working."""
    return _change(request, pk, inviting.invite_again, "A new link is on its way to {}.")


@require_POST
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """Withdraw an invitation, and with it the seats that it was for."""
    withdrawing = partial(seating.withdraw, by=request.user)
    return _change(
        request, pk, withdrawing, "The link sent to {} works no longer, and the seats it was for have ended."
    )


def _change(request: SignedInRequest, pk: int, action: Callable[[Invitation], None], said: str) -> HttpResponse:
    _coordinators_only(request)
    invitation = get_object_or_404(Invitation.objects.select_related("user"), pk=pk)
    try:
        action(invitation)
    except inviting.InvitationUsed:
        messages.error(request, "That invitation is no longer open.")
    else:
        messages.success(request, said.format(invitation.user.email))
    return redirect("team:seats")


def _page(request: HttpRequest, form: TeamSeatForm, status: int = 200) -> HttpResponse:
    may_change = holds(request.user, Role.COORDINATOR)
    context = {
        "seats": TeamSeat.objects.current().select_related("user", "given_by").order_by("role", "user__email"),
        # Guests on single advisories are among them: for those alone who see every advisory.
        "invitations": Invitation.objects.open().select_related("user", "invited_by") if may_change else [],
        "moments": timeline_of(_latest(request), with_addresses=True),
        "may_change": may_change,
        "reads_imports": holds(request.user, Role.SECURITY, Role.COORDINATOR),
        "form": form,
    }
    return render(request, "team/seats.html", context, status=status)


def _latest(request: HttpRequest) -> QuerySet[Event]:
    return Event.objects.visible_to(request.user).filter(kind__in=TOLD_TO_TEAM).order_by("-sequence")[:_LATEST]


def _coordinators_only(request: HttpRequest) -> None:
    if not holds(request.user, Role.COORDINATOR):
        raise PermissionDenied
