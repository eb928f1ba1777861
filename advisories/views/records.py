"""Feeds and documents for machines, and the files of a CSAF provider."""

import logging
import re
from collections.abc import Callable, Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.doors import public_page
from advisories.formats import csaf_provider
from advisories.formats import security_txt as format_of_security_txt
from advisories.formats.doubts import NotWritable
from advisories.models import Publication
from advisories.policies import current_policy
from advisories.public import archive, atom, caching, facts, reading
from advisories.public import records as written
from advisories.public.asking import Asked
from advisories.public.editions import public_site
from advisories.public.in_hand import once
from advisories.severity import Rating

logger = logging.getLogger(__name__)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")
"""Of a tree or a branch, as far as one may stand in an address."""

_TYPES = {
    "json": "application/json",
    "meta": "application/json",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "asc": "application/pgp-keys",
}


@public_page
@require_safe
def document(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """One advisory for machines, in its newest revision."""
    issues = reading.issued(number)
    return _of_one(request, issues, name, lambda: written.document(issues, name))


@public_page
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The whole archive in one file."""
    standing = archive.standing()
    made_of = (standing, once("facts", facts.known)(timezone.now()))
    return caching.answer(request, current_policy(), made_of, None, lambda: _file("index.json", written.index))


@public_page
@require_safe
def feed(request: HttpRequest, rating: str = "") -> HttpResponse:
    """What came out last, as an Atom feed: everything, or what has one rating."""
    if rating not in ("", *Rating):
        raise Http404
    return _feed(request, Asked(rating=rating))


@public_page
@require_safe
def branch_feed(request: HttpRequest, tree: str, branch: str) -> HttpResponse:
    """What came out last with patches for one branch; empty where nothing did, whether or not there is the branch."""
    if not (_NAME.fullmatch(tree) and _NAME.fullmatch(branch)):
        raise Http404
    return _feed(request, Asked(place=f"{tree}/{branch}"))


def _feed(request: HttpRequest, asked: Asked) -> HttpResponse:
    address, standing = public_site() + request.path, archive.standing_of(asked)
    return caching.answer(
        request,
        current_policy(),
        (standing,),
        None if asked.is_narrowed else standing.changed_at,
        lambda: _file("feed.atom", lambda: written.feed(asked, address), atom.MEDIA_TYPE),
    )


@public_page
@require_safe
def provider_metadata(request: HttpRequest) -> HttpResponse:
    """What the project says of itself as a CSAF provider."""

    def make(standing: archive.Standing) -> bytes:
        return csaf_provider.metadata(written.provider(), updated_at=standing.told_at or written.EPOCH)

    return _of_the_archive(request, "provider-metadata.json", make)


@public_page
@require_safe
def provider_file(request: HttpRequest, path: str) -> HttpResponse:
    """A list, a feed, a document or a digest of the CSAF provider."""
    number = written.number_in(path)
    if number is not None:
        issues = reading.issued(number)
        return _of_one(request, issues, path, lambda: written.provided(issues, path))
    return _of_the_archive(request, path, lambda standing: written.provider_file(path, standing.told_at))


@public_page
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where to report, as RFC 9116 has it."""
    try:
        content = written.attested_security_file(timezone.now())
    except NotWritable:
        raise Http404 from None

    def make() -> HttpResponse:
        return _file("security.txt", lambda: content, format_of_security_txt.MEDIA_TYPE)

    return caching.answer(request, current_policy(), (content,), None, make)


@public_page
@require_safe
def team_key(request: HttpRequest) -> HttpResponse:
    """The team's public key, with which readers verify texts."""
    key = written.team_key()

    def make() -> HttpResponse:
        return _file("team-key.asc", lambda: key.encode() or None)

    return caching.answer(request, current_policy(), (key,), None, make)


def _of_one(
    request: HttpRequest, issues: Sequence[Publication], name: str, make: Callable[[], bytes | None]
) -> HttpResponse:
    """A file of one advisory. Releases that were found later change it without a word, so it has no date."""
    if not issues:
        raise Http404
    known = once("facts", facts.known)
    releases = [known(at) for at in dict.fromkeys((issues[0].public_at, issues[-1].public_at))]
    made_of = (*reading.made_of(issues), releases, written.key_fingerprint())
    return caching.answer(request, current_policy(), made_of, None, lambda: _file(name, make))


def _of_the_archive(request: HttpRequest, name: str, make: Callable[[archive.Standing], bytes | None]) -> HttpResponse:
    """A file that changes with anything that is published."""
    standing = archive.standing()
    return caching.answer(
        request,
        current_policy(),
        (standing, written.key_fingerprint(), written.is_attested()),
        standing.changed_at,
        lambda: _file(name, lambda: make(standing)),
    )


def _file(name: str, make: Callable[[], bytes | None], media_type: str = "") -> HttpResponse:
    """The file, or 404 where there is none or it cannot be written; why not is logged, by kind."""
    try:
        content = make()
    except NotWritable as refusal:
        logger.warning("a file of the archive was not written: %s", type(refusal).__name__)
        content = None
    if content is None:
        raise Http404
    if name.endswith(".json.asc"):
        media_type = "application/pgp-signature"
    kind = media_type or _TYPES.get(name.rpartition(".")[2], "text/plain; charset=utf-8")
    response = HttpResponse(content, content_type=kind)
    response["X-Content-Type-Options"] = "nosniff"
    # Feed readers and pages of others may read what is public anyway.
    response["Access-Control-Allow-Origin"] = "*"
    return response
