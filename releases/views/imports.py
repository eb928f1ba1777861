"""What was brought in with an archive, for whoever reads every advisory."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.access import holds
from accounts.models import Role
from advisories.models import ImportRun
from releases.importing import showing


@require_safe
def imports(request: HttpRequest) -> HttpResponse:
    """Every import, the newest first."""
    if not holds(request.user, Role.SECURITY, Role.COORDINATOR):
        raise PermissionDenied
    return render(request, "imports/list.html", {"imports": showing.every(request.user)})


@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: what came in, what stayed out and why, and every doubt with its line."""
    run = get_object_or_404(ImportRun.objects.visible_to(request.user), pk=pk)
    asked, page = request.GET.get("weight", ""), request.GET.get("page")
    return render(
        request, "imports/report.html", {"report": showing.report(request.user, run, weight=asked, page=page)}
    )
