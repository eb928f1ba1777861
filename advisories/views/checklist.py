"""Ticking off what people check by hand before a release."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.doors import SignedInRequest
from advisories.lifecycle import HasEnded
from advisories.release import ticking
from advisories.views.writers import back_to_what_ended, writers_advisory


@require_POST
def tick(request: SignedInRequest, number: int) -> HttpResponse:
    """Say that an item is done, or take that back."""
    advisory = writers_advisory(request, number)
    step = ticking.untick if "undo" in request.POST else ticking.tick
    key = request.POST.get("undo", request.POST.get("item", ""))
    try:
        step(advisory, key, by=request.user)
    except ticking.NoSuchItem:
        raise Http404 from None
    except HasEnded:
        return back_to_what_ended(request, advisory)
    return redirect(f"{advisory.get_absolute_url()}#checklist")


@require_POST
def release_kind(request: SignedInRequest, number: int) -> HttpResponse:
    """Say whether the issue was public before it was written."""
    advisory = writers_advisory(request, number)
    try:
        ticking.say_whether_public(advisory, is_already_public="is_public" in request.POST, by=request.user)
    except HasEnded:
        return back_to_what_ended(request, advisory)
    return redirect(f"{advisory.get_absolute_url()}#checklist")
