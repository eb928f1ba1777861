"""The doors of pages on which the team writes: 404 to those who may not know of it, 403 to those who may only read."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from advisories.access import may_write_advisories
from advisories.lifecycle import HasEnded, State
from advisories.models import Advisory


def writers_only(request: HttpRequest) -> None:
    """Let in those who write advisories."""
    if not may_write_advisories(request.user):
        raise PermissionDenied


def writers_advisory(request: HttpRequest, number: int) -> Advisory:
    """The advisory, for those who write it."""
    advisory = get_object_or_404(Advisory.objects.visible_to(request.user), number=number)
    writers_only(request)
    return advisory


def back_to_what_ended(request: HttpRequest, advisory: Advisory) -> HttpResponse:
    """Say why nothing is written of it any more, on its page."""
    messages.error(request, str(HasEnded(State(advisory.state))))
    return redirect(advisory)
