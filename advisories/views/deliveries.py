"""Letters to members about one advisory: who had which revision when, and sending one again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.doors import SignedInRequest
from advisories.models import Delivery
from advisories.predisclosure import letters, register, returning
from advisories.views.embargo import team_only

_SHOWN = ("all", "trouble", "silent")


@require_safe
def deliveries(request: SignedInRequest, number: int) -> HttpResponse:
    """Members by revisions. `show` keeps those with trouble, or those of whom nothing was heard."""
    advisory = team_only(request, number)
    found = register.register_of(advisory, request.user)
    asked = request.GET.get("show", "")
    shown = asked if asked in _SHOWN else "all"
    rows = [row for row in found.rows if shown == "all" or any(_is(letter, shown) for letter in row.letters)]
    context = {"advisory": advisory, "register": found, "rows": rows, "shown": shown}
    return render(request, "members/deliveries.html", context)


def ask_again(request: SignedInRequest, number: int, pk: int) -> HttpResponse:
    """What sending one letter again would do."""
    advisory = team_only(request, number)
    delivery = _delivery(request, number, pk)
    keys = letters.keys_of(delivery.membership, timezone.now())
    context = {
        "advisory": advisory,
        "delivery": delivery,
        "keys": keys,
        "may": delivery.state in returning.MAY_GO_AGAIN,
    }
    return render(request, "members/send_again.html", context)


def send_again(request: SignedInRequest, number: int, pk: int) -> HttpResponse:
    """Queue it once more."""
    team_only(request, number)
    delivery = _delivery(request, number, pk)
    if returning.send_again(delivery, by=request.user):
        messages.success(request, f"The letter to {delivery.membership.organisation} goes out again.")
    else:
        messages.warning(request, "Nothing was done: by now that letter waits, or has arrived.")
    return redirect("advisories:deliveries", number)


def _delivery(request: SignedInRequest, number: int, pk: int) -> Delivery:
    mine = Delivery.objects.visible_to(request.user).filter(tiding__advisory__number=number)
    return get_object_or_404(mine.select_related("tiding__advisory", "membership__organisation"), pk=pk)


def _is(letter: register.Sent, shown: str) -> bool:
    return letter.is_trouble if shown == "trouble" else letter.is_silent
