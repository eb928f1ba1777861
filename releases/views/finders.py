"""The fix on a finder's private page: what was shared with them, its files, and what they say of it.

Like the thread, these pages use no session: the address is the secret. Nothing shared looks like any page that isn't
there.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from advisories.downloads import attachment
from advisories.models import Knock, Report
from advisories.reporting.published import newest_of
from advisories.views.reporting import behind, private
from releases.finders import answering
from releases.finders.reading import file_name, fix_for, key_of, mbox_of, patches_of, revision_called
from releases.finders.values import ToldFix
from releases.forms import FixAnswerForm
from releases.models import Found, Patch, SeriesRevision

_ANSWERS_PER_HOUR = 60


@private
@require_safe
def fix(request: HttpRequest, token: str) -> HttpResponse:
    """All of it; once it is public, what everyone reads."""
    report = behind(token)
    told = fix_for(report, token)
    if told is None:
        public = newest_of(report.concern)
        if public is None:
            raise Http404
        return redirect("advisories:public", public.number)
    if request.method == "GET":
        answering.note_looks(report)
    return render(request, "releases/finder_fix.html", _page(token, report, told))


@private
@require_safe
def patch_file(request: HttpRequest, token: str, shown: str, place: int) -> HttpResponse:
    """One patch, byte for byte."""
    report = behind(token)
    revision = _revision(report, shown)
    found = get_object_or_404(Patch.objects.told_to_finder(report), revision=revision, position=place)
    name = file_name(revision.series, revision, f"-{place}.patch")
    return attachment(bytes(found.content), name, "text/plain; charset=utf-8")


@private
@require_safe
def mbox(request: HttpRequest, token: str, shown: str) -> HttpResponse:
    """A whole series, for `git am`."""
    report = behind(token)
    revision = _revision(report, shown)
    content = mbox_of(patches_of(report, revision))
    return attachment(content, file_name(revision.series, revision, ".mbox"), "application/mbox")


@private
@require_POST
def answer(request: HttpRequest, token: str, shown: str) -> HttpResponse:
    """Keep what the finder says of the revision that they were shown; another one by now is shown instead."""
    report = behind(token)
    revision, form = _revision(report, shown), FixAnswerForm(request.POST)
    current = _counting(report, revision)
    if current != revision:
        return _again(request, report, token, revision, status=409, replaced=answering.Replaced(revision, current))
    if not Knock.objects.may_enter("fix", str(report.pk), limit=_ANSWERS_PER_HOUR):
        return _again(request, report, token, revision, status=429)
    if not form.is_valid():
        return _again(request, report, token, revision)
    said = form.cleaned_data
    try:
        answering.answer(report, revision, said["digest"], Found(said["found"]), said["comment"])
    except answering.NotShared:
        raise Http404 from None
    except answering.Replaced as replaced:
        return _again(request, report, token, revision, status=409, replaced=replaced)
    return redirect(f"{reverse('releases:finders_fix', args=[token])}#{shown}")


def _revision(report: Report, key: str) -> SeriesRevision:
    found = revision_called(report, key)
    if found is None:
        raise Http404
    return found


def _counting(report: Report, revision: SeriesRevision) -> SeriesRevision:
    """The revision that counts by now of the same series."""
    return get_object_or_404(SeriesRevision.objects.told_to_finder(report), current_of=revision.series_id)


def _page(token: str, report: Report, told: ToldFix, sent: tuple[str, QueryDict] | None = None) -> dict[str, Any]:
    """Each series with its form; `sent` is what was typed, and into the form of which series."""
    parts = []
    for one in told.series:
        typed = sent[1].copy() if sent and sent[0] == one.key else None
        if typed is not None:
            typed["digest"] = one.digest
        parts.append((one, FixAnswerForm(typed, initial={"digest": one.digest}, auto_id=f"id_{one.key}_%s")))
    return {"report": report, "token": token, "fix": told, "parts": parts}


def _again(
    request: HttpRequest, report: Report, token: str, revision: SeriesRevision, *, status: int = 422, **more: Any
) -> HttpResponse:
    """The page as it is now, with everything typed still in the form of the series that it is about."""
    told, key = fix_for(report, token), key_of(report, _counting(report, revision))
    if told is None:
        raise Http404
    context = _page(token, report, told, (key, request.POST)) | {"refused": status, **more}
    return render(request, "releases/finder_fix.html", context, status=status)
