"""What everyone sees of advisories: their pages, the list, patches, texts, and whether a version is affected."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.doors import public_page
from advisories import markdown
from advisories.downloads import attachment
from advisories.formats.doubts import NotWritable
from advisories.models import Publication, RevisionPatch, SignedText
from advisories.policies import current_policy
from advisories.public import archive, caching, facts, patches, reading, records, versions
from advisories.public.asking import Asked, columns
from advisories.public.in_hand import once
from advisories.public.values import text_stem
from advisories.release import announcing
from advisories.release.planning import announced

EVERYONE = AnonymousUser()


@public_page
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the project's process is, the latest advisories, the next date where the policy tells it."""
    standing, policy = archive.standing(), current_policy()
    coming = announced(policy)

    def make() -> HttpResponse:
        context: dict[str, object] = {
            "latest": archive.latest(6),
            "coming": coming[:3],
            "policy": policy,
            "standing": standing,
            "has_provider": records.has_provider(),
        }
        context["about"] = markdown.render(settings.BRAND.about)
        return render(request, "public/home.html", context)

    return caching.answer(request, policy, (standing, policy, coming), None, make)


@public_page
@require_safe
def advisory_list(request: HttpRequest) -> HttpResponse:
    """Everything that is published: searched, filtered, sorted."""
    standing, policy = archive.standing(), current_policy()

    def make() -> HttpResponse:
        return _list(request, standing, Asked.of(request.GET.dict()), request.GET.get("page"))

    return caching.answer(request, policy, (standing,), standing.changed_at, make)


@public_page
@require_safe
def list_page(request: HttpRequest, page: int) -> HttpResponse:
    """A further page of the list as it is, at an address of its own."""
    if page == 1:
        return redirect("advisories:list", permanent=True)
    standing, policy = archive.standing(), current_policy()
    return caching.answer(
        request, policy, (standing,), standing.changed_at, lambda: _list(request, standing, Asked(), page)
    )


def _list(request: HttpRequest, standing: archive.Standing, asked: Asked, number: int | str | None) -> HttpResponse:
    """The list as it is asked for. Raises `Http404` where an address names a page that there isn't."""
    page = archive.page_of(asked, number)
    if isinstance(number, int) and page.number != number:
        raise Http404
    context = {
        "asked": asked,
        "page": page,
        "choices": archive.choices(standing),
        "columns": columns(asked),
        "feed": records.feed_address(asked),
    }
    return render(request, "public/list.html", context)


@public_page
@require_safe
def tags(request: HttpRequest) -> HttpResponse:
    """Every tag that is published, with how many advisories have it."""
    standing, policy = archive.standing(), current_policy()

    def make() -> HttpResponse:
        return render(request, "public/tags.html", {"tags": archive.tags()})

    return caching.answer(request, policy, (standing,), standing.changed_at, make)


@public_page
@require_safe
def tag(request: HttpRequest, word: str) -> HttpResponse:
    """The advisories with one tag; none where nothing that is published has it."""
    standing, policy = archive.standing(), current_policy()

    def make() -> HttpResponse:
        page = archive.page_of(Asked(tag=word), request.GET.get("page"))
        if not page.object_list:
            raise Http404
        return render(request, "public/tag.html", {"tag": word, "page": page})

    return caching.answer(request, policy, (standing,), standing.changed_at, make)


def advisory_page(request: HttpRequest, number: int, version: int | None = None) -> HttpResponse | None:
    """One advisory as readers see it, by default its newest revision; None where that is not out."""
    issues = reading.issued(number)
    out = [one.version for one in issues]
    if not issues or version not in (None, *out):
        return None
    policy, version_asked = current_policy(), request.GET.get("version", "")

    def make() -> HttpResponse:
        contents = reading.contents_of(issues)
        page = reading.page_of(issues, contents, version or out[-1], policy)
        asked = versions.one(page, request.GET.get("tree", "")[:60], version_asked)
        documents = records.names_of(issues, contents)
        context = {
            "page": page,
            "asked": asked,
            "documents": documents,
            "key": records.key_address(page.fingerprint),
            "has_mail": announcing.is_writable(contents[page.version], page.version),
        }
        return render(request, "public/advisory.html", context)

    made_of, at = (*reading.made_of(issues), policy), reading.changed_at(issues)
    # Which releases there are takes part in an answer, and has no date.
    asks = (*made_of, once("facts", facts.known)(timezone.now())) if version_asked else made_of
    return caching.answer(request, policy, asks, None if version_asked else at, make)


@public_page
@require_safe
def advisory(request: HttpRequest, number: int) -> HttpResponse:
    """One advisory as readers see it, whoever asks."""
    return advisory_page(request, number) or _missing()


@public_page
@require_safe
def revision(request: HttpRequest, number: int, version: int) -> HttpResponse:
    """One public revision of an advisory, marked where a newer one is out."""
    return advisory_page(request, number, version) or _missing()


@public_page
@require_safe
def patch_file(request: HttpRequest, number: int, version: int, name: str) -> HttpResponse:
    """A patch byte for byte, to save."""
    patch, issue = _patch(number, version, name)

    def make() -> HttpResponse:
        return attachment(bytes(patch.content), patch.file_name, "text/x-diff; charset=utf-8")

    return caching.answer(request, current_policy(), (patch.sha256,), issue.public_at, make)


@public_page
@require_safe
def patch_page(request: HttpRequest, number: int, version: int, name: str) -> HttpResponse:
    """A patch to read, its lines numbered and addressable."""
    patch, issue = _patch(number, version, name)

    def make() -> HttpResponse:
        shown = patches.shown(patch.file_name, patch.sha256, bytes(patch.content))
        return render(request, "public/patch.html", {"patch": shown, "issue": issue})

    return caching.answer(request, current_policy(), (patch.sha256, issue.title), issue.public_at, make)


@public_page
@require_safe
def old_text(request: HttpRequest, number: int, version: int) -> HttpResponse:
    """Where the text lay before its address ended like its name."""
    return redirect("advisories:text", number, version, text_stem(number, version), permanent=True)


@public_page
@require_safe
def text(request: HttpRequest, number: int, version: int, name: str) -> HttpResponse:
    """The text that goes with a revision, clear-signed where the team has a key."""
    issue = _issue(number, version)
    if name != text_stem(number, version):
        raise Http404
    found = SignedText.objects.visible_to(EVERYONE).filter(revision=issue.revision_id, made_at__isnull=False).first()
    if found is None:
        raise Http404

    def make() -> HttpResponse:
        return attachment(bytes(found.text), f"{name}.txt", "text/plain; charset=utf-8")

    return caching.answer(request, current_policy(), (found.sha256,), issue.public_at, make)


@public_page
@require_safe
def mail(request: HttpRequest, number: int, version: int, name: str) -> HttpResponse:
    """The announcement of a revision as a mail, with recipe and patches attached."""
    issue = _issue(number, version)
    sealed = getattr(issue.revision, "signed_text", None)
    if name != text_stem(number, version) or sealed is None or sealed.made_at is None:
        raise Http404

    def make() -> HttpResponse:
        try:
            content = announcing.as_file(issue)
        except NotWritable:
            raise Http404 from None
        return attachment(content, f"{name}.eml", "message/rfc822")

    made_of = (issue.revision.content_sha256, sealed.sha256, settings.MAIL_ADDRESS, *announcing.readers())
    return caching.answer(request, current_policy(), made_of, issue.public_at, make)


@public_page
@require_safe
def is_affected(request: HttpRequest) -> HttpResponse:
    """Which published advisories concern a version that somebody names."""
    standing, policy = archive.standing(), current_policy()

    def make() -> HttpResponse:
        answered = versions.every(request.GET.get("tree", ""), request.GET.get("version", ""))
        trees = [place for place in archive.choices(standing).places if "/" not in place]
        return render(request, "public/is_affected.html", {"answered": answered, "trees": trees})

    if not request.GET.get("version", ""):
        return caching.answer(request, policy, (standing,), standing.changed_at, make)
    made_of = (standing, once("facts", facts.known)(timezone.now()))
    return caching.answer(request, policy, made_of, None, make)


def _issued(number: int) -> list[Publication]:
    """Public revisions of an advisory. Raises `Http404` alike for what is hidden and for what isn't there."""
    issues = reading.issued(number)
    if not issues:
        raise Http404
    return issues


def _issue(number: int, version: int) -> Publication:
    found = next((one for one in _issued(number) if one.version == version), None)
    if found is None:
        raise Http404
    return found


def _patch(number: int, version: int, name: str) -> tuple[RevisionPatch, Publication]:
    issue = _issue(number, version)
    found = RevisionPatch.objects.visible_to(EVERYONE).filter(revision=issue.revision_id, file_name=name).first()
    if found is None:
        raise Http404
    return found, issue


def _missing() -> HttpResponse:
    raise Http404
