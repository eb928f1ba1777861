"""A frozen revision for those who work on the advisory: what it said, its patches, and how it differs from another."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.access import Viewer
from accounts.doors import SignedInRequest
from advisories.models import Publication, Revision, RevisionPatch, Tiding
from advisories.release.batching import Audience
from advisories.sections import Audience as ReadBy
from advisories.writing import differences
from advisories.writing.differences import HeldPatch
from advisories.writing.showing import rendered


@require_safe
def revision(request: SignedInRequest, number: int, version: int) -> HttpResponse:
    """What it said. `against` names the revision to compare it with, by default the one before."""
    all_of_it = Revision.objects.visible_to(request.user).filter(advisory__number=number)
    found = get_object_or_404(all_of_it.select_related("advisory", "frozen_by"), number=version)
    numbers = list(all_of_it.order_by("number").values_list("number", flat=True))
    other = all_of_it.filter(number=_asked(request, version)).exclude(pk=found.pk).first()
    patches = list(RevisionPatch.objects.visible_to(request.user).filter(revision=found).order_by("position"))
    context = {
        "advisory": found.advisory,
        "revision": found,
        "first_for": _first_for(request.user, found),
        "numbers": numbers,
        "other": other,
        "patches": patches,
        "sections": rendered(found.content["sections"], ReadBy.MEMBER),
        "beside": differences.beside_the_text(found.content),
        "verdicts": found.content["verdicts"],
    }
    if other is not None:
        older, newer = sorted((other, found), key=lambda one: one.number)
        context |= {
            "older": older,
            "newer": newer,
            "texts": differences.of_texts(older.content, newer.content),
            "fates": differences.of_patches(_held(request.user, older), _held(request.user, newer)),
        }
    return render(request, "revisions/revision.html", context)


def _asked(request: SignedInRequest, version: int) -> int:
    text = request.GET.get("against", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else version - 1


def _first_for(viewer: Viewer, revision: Revision) -> str:
    """Who got it first; empty while nobody did. What is frozen before pre-disclosure goes to members all the same."""
    if Tiding.objects.visible_to(viewer).filter(revision=revision, audience=Audience.MEMBERS).exists():
        return "pre-disclosure members, then for readers"
    return "readers" if Publication.objects.visible_to(viewer).live().filter(revision=revision).exists() else ""


def _held(viewer: Viewer, revision: Revision) -> list[HeldPatch]:
    rows = RevisionPatch.objects.visible_to(viewer).filter(revision=revision).order_by("position")
    return [HeldPatch(row.file_name, row.sha256, bytes(row.content).decode("utf-8", "replace")) for row in rows]
