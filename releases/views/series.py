"""Series: their revisions, and their patches byte for byte."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.doors import public_page
from advisories.access import may_upload_to
from advisories.downloads import attachment
from advisories.models import Advisory
from releases.board.grid import grids_of, series_of
from releases.evidence.showing import shaped_patches
from releases.models import Patch, Series, SeriesRevision, Upload


@public_page
@require_safe
def series(request: HttpRequest, pk: int, number: int | None = None) -> HttpResponse:
    """One series, with the patches of its current revision or of the one asked for."""
    found = get_object_or_404(Series.objects.visible_to(request.user), pk=pk)
    revisions = SeriesRevision.objects.visible_to(request.user).filter(series=found).select_related("uploaded_by")
    shown = get_object_or_404(revisions, **({"number": number} if number else {"current_of": found}))
    patches = Patch.objects.visible_to(request.user).filter(revision=shown)
    context = {
        "grid": grids_of([one for one in series_of(found.advisory_id, request.user) if one.pk == pk], request.user)[0],
        "advisory": Advisory.objects.visible_to(request.user)
        .titled_for(request.user)
        .marked_embargoed()
        .get(pk=found.advisory_id),
        "revisions": revisions.order_by("-number"),
        "shown": shown,
        "patches": shaped_patches(list(patches)),
        "uploads": Upload.objects.visible_to(request.user).filter(revision=shown),
        "depends_on": Series.objects.visible_to(request.user).filter(needed_by=found).select_related("advisory"),
        "may_upload": may_upload_to(request.user, found.advisory),
    }
    return render(request, "releases/series_detail.html", context)


@public_page
@require_safe
def patch_file(request: HttpRequest, pk: int) -> HttpResponse:
    """One patch, byte for byte as it was uploaded. Its name stays out of the address, which logs keep."""
    found = get_object_or_404(Patch.objects.visible_to(request.user), pk=pk)
    return attachment(bytes(found.content), found.file_name, "text/plain; charset=utf-8")


@require_safe
def uploaded_file(request: HttpRequest, pk: int) -> HttpResponse:
    """A file as it came, before it was split into patches; for those who work on the advisory."""
    found = get_object_or_404(Upload.objects.visible_to(request.user), pk=pk)
    return attachment(bytes(found.content), found.file_name, "application/octet-stream")
