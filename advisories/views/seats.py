"""Who sits on one advisory: everyone on it sees that, the team gives and ends seats."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.doors import SignedInRequest
from advisories import seating
from advisories.access import may_write_advisories
from advisories.forms.advisory import SeatForm
from advisories.models import Advisory, Seat
from advisories.models.seat import Right


def seats(request: HttpRequest, number: int) -> HttpResponse:
    """Who holds a seat here now. The team reads every advisory and is listed on a page of its own."""
    return _page(request, _advisory(request, number), SeatForm())


def give(request: SignedInRequest, number: int) -> HttpResponse:
    """Give a seat; it replaces the one that this person holds here."""
    advisory = _advisory(request, number)
    _team_only(request)
    form = SeatForm(request.POST)
    if not form.is_valid():
        return _page(request, advisory, form, status=422)
    told = form.cleaned_data
    seat = seating.give_seat(
        advisory,
        told["address"],
        name=told["name"],
        right=Right(told["right"]),
        until=told["until_at"],
        by=request.user,
    )
    messages.success(request, f"{seat.user} has the seat.")
    return redirect("advisories:seats", number)


@require_POST
def end(request: SignedInRequest, number: int, pk: int) -> HttpResponse:
    """End a seat now."""
    advisory = _advisory(request, number)
    _team_only(request)
    seat = get_object_or_404(advisory.seats.select_related("user"), pk=pk)
    if seating.end_seat(seat, by=request.user):
        messages.success(request, f"{seat.user} no longer has a seat on {advisory}.")
    return redirect("advisories:seats", number)


def _advisory(request: HttpRequest, number: int) -> Advisory:
    """404 to those who have no say on it, even where it is public: who worked on it is theirs to know."""
    return get_object_or_404(Advisory.objects.visible_to(request.user).worked_on_by(request.user), number=number)


def _team_only(request: HttpRequest) -> None:
    if not may_write_advisories(request.user):
        raise PermissionDenied


def _page(request: HttpRequest, advisory: Advisory, form: SeatForm, status: int = 200) -> HttpResponse:
    context = {
        "advisory": advisory,
        "seats": Seat.objects.on(advisory),
        "form": form,
        "may_change": may_write_advisories(request.user),
    }
    return render(request, "advisories/seat_list.html", context, status=status)
