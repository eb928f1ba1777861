"""Who is on the team: everyone on it sees the list, a coordinator changes it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts import inviting
from accounts.access import holds, is_on_the_team
from accounts.doors import SignedInRequest
from accounts.forms import TeamSeatForm
from accounts.models import Invitation, Role, TeamSeat


def team(request: HttpRequest) -> HttpResponse:
    """Current seats, and the invitations that are open."""
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
        inviting.give_team_seat(person, Role(told["role"]), until=told["until_at"], by=request.user)
    except inviting.SeatHeldAlready as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{person} has the seat.")
    return redirect("accounts:team")


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a seat now."""
    _coordinators_only(request)
    seat = get_object_or_404(TeamSeat.objects.select_related("user"), pk=pk)
    if inviting.end_team_seat(seat):
        messages.success(request, f"{seat.user} no longer has that seat.")
    return redirect("accounts:team")


@require_POST
def invite_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a new link; the old one stops working."""
    _coordinators_only(request)
    invitation = get_object_or_404(Invitation.objects.select_related("user"), pk=pk)
    try:
        inviting.invite_again(invitation)
    except inviting.InvitationUsed:
        messages.error(request, "That invitation is no longer open.")
    else:
        messages.success(request, f"A new link is on its way to {invitation.user.email}.")
    return redirect("accounts:team")


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw an invitation."""
    _coordinators_only(request)
    invitation = get_object_or_404(Invitation.objects.select_related("user"), pk=pk)
    try:
        inviting.revoke(invitation)
    except inviting.InvitationUsed:
        messages.error(request, "That invitation is no longer open.")
    else:
        messages.success(request, f"The link sent to {invitation.user.email} works no longer.")
    return redirect("accounts:team")


def _page(request: HttpRequest, form: TeamSeatForm, status: int = 200) -> HttpResponse:
    may_change = holds(request.user, Role.COORDINATOR)
    context = {
        "seats": TeamSeat.objects.current().select_related("user", "given_by").order_by("role", "user__email"),
        # Guests on single advisories are among them: for those alone who see every advisory.
        "invitations": Invitation.objects.open().select_related("user", "invited_by") if may_change else [],
        "may_change": may_change,
        "form": form,
    }
    return render(request, "accounts/team.html", context, status=status)


def _coordinators_only(request: HttpRequest) -> None:
    if not holds(request.user, Role.COORDINATOR):
        raise PermissionDenied
