"""The members' desk, and each advisory that was delivered to them: everything is read through what they hold."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import SignedInRequest
from advisories.downloads import attachment
from advisories.models import Revision, RevisionPatch, Token
from advisories.policies import current_policy
from advisories.predisclosure import answering, archives, readiness, reading, shell
from advisories.predisclosure.access import members_only, memberships_of
from advisories.predisclosure.holding import Held, held_by, releases
from advisories.predisclosure.page import page_of
from advisories.public import patches

_OLD_ONES = 20
ARCHIVE = "application/gzip"


@require_safe
def desk(request: SignedInRequest) -> HttpResponse:
    """What is coming and when, what is new, what is public by now; the way to tokens, key and contacts."""
    members_only(request.user)
    held = held_by(request.user)
    public = sorted((one for one in held if one.is_public), key=lambda one: one.public_at or timezone.now())
    context = {
        "releases": releases(held),
        "new": [one for one in held if one.new and not one.is_public],
        "public": Paginator(public[::-1], _OLD_ONES).get_page(request.GET.get("page")),
        "answers": readiness.mine(request.user, [(one.number, one.label) for one in held if not one.is_public]),
        "memberships": memberships_of(request.user),
        "tokens": list(Token.objects.of(request.user).alive()),
        "once": shell.once(),
        "each_time": shell.each_time(),
        "now": timezone.now(),
    }
    return render(request, "members/desk.html", context)


@require_safe
def advisory(request: SignedInRequest, number: int, version: int | None = None) -> HttpResponse:
    """One revision, by default the newest they hold, beside the one before or the one that `against` names."""
    held = _held(request, number)
    shown = version or held.version
    rows = {one.number: one for one in _revisions(request, number)}
    if shown not in rows:
        raise Http404
    against = rows.get(_against(request, shown, held.versions))
    page = page_of(request.user, held, rows[shown], against)
    reading.note_fetched(request.user, [rows[shown].pk])
    reading.note_looked(request.user, number)
    context = {
        "page": page,
        "revision": rows[shown],
        "policy": current_policy(),
        "now": timezone.now(),
        "notice": answering.service_notice(held.label, held.planned_at),
    }
    return render(request, "members/advisory.html", context)


@require_POST
def acknowledge(request: SignedInRequest, number: int) -> HttpResponse:
    """Say that it has arrived."""
    try:
        reading.acknowledge(number, by=request.user)
    except reading.NotHeld:
        raise Http404 from None
    messages.success(request, "Thank you: the team sees that it has arrived.")
    return redirect("members:advisory", number)


@require_safe
def patch_file(request: SignedInRequest, number: int, version: int, name: str) -> HttpResponse:
    """A patch byte for byte, to save."""
    patch = _patch(request, number, version, name)
    reading.note_fetched(request.user, [patch.revision_id])
    return attachment(bytes(patch.content), patch.file_name, "text/x-diff; charset=utf-8")


@require_safe
def patch_lines(request: SignedInRequest, number: int, version: int, name: str) -> HttpResponse:
    """A patch to read, its lines numbered and addressable."""
    patch = _patch(request, number, version, name)
    reading.note_fetched(request.user, [patch.revision_id])
    shown = patches.shown(patch.file_name, patch.sha256, bytes(patch.content))
    context = {"patch": shown, "held": _held(request, number), "version": version}
    return render(request, "members/patch.html", context)


@require_safe
def text(request: SignedInRequest, number: int, version: int) -> HttpResponse:
    """The text that a member gets of a revision, as it lies in the archive."""
    folder = archives.folder_for(request.user, number, version)
    if folder is None:
        raise Http404
    return attachment(folder.text, f"{folder.name}.txt", "text/plain; charset=utf-8")


@require_safe
def archive(request: SignedInRequest, number: int) -> HttpResponse:
    """The newest revision of one advisory with everything that belongs to it."""
    return _archive(request, [_held(request, number)])


@require_safe
def batch_archive(request: SignedInRequest, batch: str) -> HttpResponse:
    """Everything that comes out together, as far as the reader holds it."""
    held = [one for one in held_by(request.user) if one.batch == batch]
    if not held:
        raise Http404
    return _archive(request, held)


@require_safe
def everything(request: SignedInRequest) -> HttpResponse:
    """Everything that is secret still."""
    members_only(request.user)
    return _archive(request, [one for one in held_by(request.user) if not one.is_public])


def _archive(request: SignedInRequest, held: Sequence[Held]) -> HttpResponse:
    name = f"{held[0].label.lower()}-v{held[0].version}" if len(held) == 1 else "advisories"
    return attachment(archives.archive_for(request.user, held), f"{name}.tar.gz", ARCHIVE)


def _held(request: SignedInRequest, number: int) -> Held:
    found = held_by(request.user, number=number)
    if not found:
        raise Http404
    return found[0]


def _revisions(request: SignedInRequest, number: int) -> list[Revision]:
    found = Revision.objects.held_by(request.user).filter(advisory__number=number)
    return list(found.select_related("advisory").order_by("number"))


def _against(request: HttpRequest, shown: int, versions: Sequence[int]) -> int:
    told = request.GET.get("against", "")
    if told.isascii() and told.isdecimal() and len(told) < 10:
        return int(told) if int(told) != shown else 0
    return max((one for one in versions if one < shown), default=0)


def _patch(request: SignedInRequest, number: int, version: int, name: str) -> RevisionPatch:
    revision = Revision.objects.held_by(request.user).filter(advisory__number=number, number=version)
    found = RevisionPatch.objects.visible_to(request.user).filter(revision__in=revision, file_name=name)
    patch = found.first()
    if patch is None:
        raise Http404
    return patch
