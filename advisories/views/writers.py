"""The doors of pages on which the team writes: 404 to those who may not know of it, 403 to those who may only read."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from advisories.access import may_write_advisories
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
