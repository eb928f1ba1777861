"""The rehearsal of a release, for those who release."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from advisories.access import may_write_advisories
from advisories.downloads import attachment
from advisories.models import Batch, Membership
from advisories.predisclosure import previewing
from advisories.release import rehearsing


@require_safe
def rehearsal(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that would go out, file by file and mail by mail."""
    found = rehearsing.rehearse(_batch(request, pk))
    return render(request, "rehearsal/rehearsal.html", {"rehearsal": found})


@require_safe
def members(request: HttpRequest, pk: int) -> HttpResponse:
    """Which members would be told, with which keys, and who not; `member` shows what one of them would get."""
    batch = _batch(request, pk)
    found = previewing.preview(batch)
    asked = request.GET.get("member", "")
    chosen = next((one for one in found.recipients if str(one.pk) == asked), None)
    context = {"batch": batch, "preview": found, "chosen": chosen}
    if chosen is not None:
        membership = Membership.objects.visible_to(request.user).get(pk=chosen.pk)
        context["letters"] = previewing.letters_for(batch, membership)
    return render(request, "rehearsal/members.html", context)


@require_safe
def letter(request: HttpRequest, pk: int, number: int, recipient: str) -> HttpResponse:
    """One mail as it would leave."""
    raw = rehearsing.letter(_batch(request, pk), number, recipient)
    if raw is None:
        raise Http404
    return attachment(raw, f"{number}-{recipient}.eml", "application/octet-stream")


def _batch(request: HttpRequest, pk: int) -> Batch:
    """404 to those who may not know of it, 403 to those who know the date alone."""
    batch = get_object_or_404(Batch.objects.visible_to(request.user), pk=pk)
    if not may_write_advisories(request.user):
        raise PermissionDenied
    return batch
