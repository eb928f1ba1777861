"""Flags: what fails, for how long, and who looks at it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts.access import is_on_the_team
from accounts.doors import SignedInRequest
from advisories.models import Event
from releases.access import may_take_flags
from releases.board.flagged import shaped_flags
from releases.forms import FlagFilter, FlagOwnerForm
from releases.models import Flag


@require_safe
def flags(request: HttpRequest) -> HttpResponse:
    """Open flags, the oldest first; for those who act on them."""
    if not is_on_the_team(request.user):
        raise PermissionDenied
    form = FlagFilter(request.GET)
    found = form.narrow(Flag.objects.known_to(request.user).open(), request.user)
    context = {"form": form, "flags": shaped_flags(found, request.user)}
    return render(request, "releases/flag_list.html", context)


@require_POST
def take(request: SignedInRequest, pk: int) -> HttpResponse:
    """Become the owner."""
    flag = get_object_or_404(Flag.objects.known_to(request.user), pk=pk)
    if not may_take_flags(request.user):
        raise PermissionDenied
    with transaction.atomic():
        Flag.objects.known_to(request.user).filter(pk=flag.pk).update(owner=request.user)
        _record(flag, request, request.user.pk)
    messages.success(request, f"The flag of {flag.series.advisory.label} on {flag.branch} is yours.")
    return _back(request, "releases:flags")


@require_POST
def hand_over(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give a flag to somebody on the team, or to nobody."""
    flag = get_object_or_404(Flag.objects.known_to(request.user), pk=pk)
    if not may_take_flags(request.user):
        raise PermissionDenied
    form = FlagOwnerForm(request.POST, instance=flag)
    if form.is_valid():
        with transaction.atomic():
            _record(form.save(), request, flag.owner_id)
        messages.success(request, f"The flag of {flag.series.advisory.label} on {flag.branch} was handed over.")
    else:
        messages.error(request, "That person cannot own a flag.")
    return _back(request, "releases:flags")


def _record(flag: Flag, request: SignedInRequest, owner: int | None) -> None:
    detail = {"flag": str(flag.pk), "branch": str(flag.branch), "owner": owner}
    Event.objects.record(flag.series.advisory, kind="flag-taken", by=request.user, detail=detail)


def _back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """To the page that the form stood on."""
    asked = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return redirect(asked)
    return redirect(otherwise)
