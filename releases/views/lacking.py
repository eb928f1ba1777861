"""What a point release lacks, as a page and as files. Everyone gets the same, whoever they are."""

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from accounts.doors import public_page
from advisories.downloads import attachment
from advisories.policies import current_policy
from advisories.public import archive, caching, versions
from advisories.public.in_hand import once
from advisories.public.versions import Hit
from releases.evidence.backport import MirrorMissing
from releases.lacking import files
from releases.lacking.reading import lacking, last_releases, made_of, release_called, release_of
from releases.lacking.stopping import stopped
from releases.lacking.values import Lacking


@public_page
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Lead to the page of the release that somebody names; where there is none, say so and what there is."""
    tree = request.GET.get("tree", "").replace("\0", "")[:60] or settings.MAIN_TREE
    version = request.GET.get("version", "").replace("\0", "").strip()[:60]
    found = release_called(tree, version)
    if found is not None:
        return redirect("releases:release", tree, found.branch.name, found)
    context = {"tree": tree, "version": version, "last": last_releases(tree)}
    return render(request, "releases/release_unknown.html", context, status=404 if version else 200)


@public_page
@require_safe
def release(request: HttpRequest, slug: str, name: str, version: str) -> HttpResponse:
    """Which published fixes a release is without, and in which order all of them apply."""
    told = _told(slug, name, version)
    # Without a list, every advisory is asked.
    asked = None if told.standing.is_kept else archive.standing()

    def make() -> HttpResponse:
        answered = versions.every(slug, version) if asked else None
        by_hand = () if told.is_last else stopped(told.by_hand)
        named = _named(answered.affected_named) if answered else ""
        context = {"told": told, "answered": answered, "by_hand": by_hand, "named": named}
        return render(request, "releases/release_detail.html", context)

    return caching.answer(request, current_policy(), (*made_of(told), asked), None, make)


@public_page
@require_safe
def release_mbox(request: HttpRequest, slug: str, name: str, version: str) -> HttpResponse:
    """The whole list for `git am`."""
    return _file(request, _told(slug, name, version), files.mbox, "mbox", "application/mbox")


@public_page
@require_safe
def release_quilt(request: HttpRequest, slug: str, name: str, version: str) -> HttpResponse:
    """The whole list as a quilt series."""
    told = _told(slug, name, version)
    if not told.has_quilt:
        raise Http404
    return _file(request, told, files.quilt, "quilt.tar.gz", "application/gzip")


@public_page
@require_safe
def release_json(request: HttpRequest, slug: str, name: str, version: str) -> HttpResponse:
    """The list for programs: what comes in which order, and what is missing from it."""
    told = _told(slug, name, version)

    def make() -> HttpResponse:
        response = HttpResponse(files.as_json(told, settings.PUBLISHER["licence"]), content_type="application/json")
        response["Access-Control-Allow-Origin"] = "*"
        return response

    return caching.answer(request, current_policy(), made_of(told), None, make)


def _named(hits: tuple[Hit, ...]) -> str:
    """The list of advisories; the same one for all releases of which the same is said, where answers hold."""
    key = ("named", *(hit.number for hit in hits))
    return once(key, lambda: render_to_string("releases/_release_hits.html", {"hits": hits}))


def _file(
    request: HttpRequest, told: Lacking, write: Callable[[Lacking], bytes], ending: str, kind: str
) -> HttpResponse:
    """A list as a file; none where there is nothing in it."""
    if not told.steps:
        raise Http404

    def make() -> HttpResponse:
        try:
            content = write(told)
        except MirrorMissing as missing:
            context = {"told": told, "why": str(missing)}
            return render(request, "releases/release_file_missing.html", context, status=503)
        return attachment(content, f"{told.file_stem}.{ending}", kind)

    return caching.answer(request, current_policy(), made_of(told), None, make)


def _told(slug: str, name: str, version: str) -> Lacking:
    found = release_of(slug, name, version)
    if found is None:
        raise Http404
    return lacking(found)
