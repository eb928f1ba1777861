"""Advisories that a token's owner holds, and the archives of them."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from ninja import Query, Router, Schema

from advisories.api import holding
from advisories.api.paging import Page, Paging, page_of
from advisories.api.problems import missing
from advisories.api.requests import TokenRequest
from advisories.api.schemas import AdvisoryOut, AdvisoryWithNews, BatchOut, Me, PublishedOut, State
from advisories.downloads import attachment
from advisories.models import Publication
from advisories.predisclosure import archives
from advisories.predisclosure.holding import Held, held_by

router = Router(tags=["Advisories"])
ARCHIVE = "application/gzip"


class Wanted(Schema):
    """By what the list of advisories can be narrowed down; nothing else is looked at."""

    state: State | None = None
    batch: str | None = None
    changed_since: datetime | None = None


@router.get("/me", response=Me, summary="The token that you show", tags=["Tokens"])
def me(request: TokenRequest) -> dict[str, Any]:
    """What it may do, for whom, and until when."""
    token = request.auth
    organisation = str(token.contact.organisation) if token.contact else None
    return {"name": token.name, "scope": token.scope, "organisation": organisation, "ends_at": token.ends_at}


@router.get("/advisories", response=Page[AdvisoryOut], summary="What you hold")
def advisories(request: TokenRequest, wanted: Query[Wanted], paging: Query[Paging]) -> dict[str, Any]:
    """Every advisory of which you hold a revision, by number; `changed_since` asks for what was told after that."""
    found = [_said(one) for one in holding.known(request.user) if _is_wanted(one, wanted)]
    return page_of(found, paging)


@router.get("/advisories/{int:number}", response=AdvisoryWithNews, summary="One advisory")
def advisory(request: TokenRequest, number: int) -> dict[str, Any]:
    """Which revisions you hold, when it becomes public, and everything that you were told of it."""
    one = holding.one_of(request.user, number)
    return _said(one) | {"news": one.news}


@router.get("/advisories/{int:number}/archive.tar.gz", summary="One advisory as an archive", tags=["Archives"])
def advisory_archive(request: TokenRequest, number: int) -> HttpResponse:
    """The newest revision that you hold: text, patches, `SHA256SUMS` and the team's signature over it."""
    return _archive(request, held_by(request.user, number=number))


@router.get("/archive.tar.gz", summary="Everything that is secret still", tags=["Archives"])
def archive(request: TokenRequest) -> HttpResponse:
    """The newest revision that you hold of each advisory that isn't public yet, a folder each."""
    return _archive(request, [one for one in held_by(request.user) if not one.is_public], may_be_empty=True)


@router.get("/batches", response=list[BatchOut], summary="What comes out together", tags=["Batches"])
def batches(request: TokenRequest) -> list[dict[str, Any]]:
    """Releases that are still to come, the nearest first."""
    return [_batch(name, each) for name, each in _by_batch(holding.known(request.user)).items()]


@router.get("/batches/{str:batch}", response=BatchOut, summary="One release", tags=["Batches"])
def one_batch(request: TokenRequest, batch: str) -> dict[str, Any]:
    """Its instant as it was told last, and the advisories in it that you hold."""
    return _batch(batch, _in_batch(holding.known(request.user), batch))


@router.get("/batches/{str:batch}/archive.tar.gz", summary="One release as an archive", tags=["Archives"])
def batch_archive(request: TokenRequest, batch: str) -> HttpResponse:
    """Everything of it that you hold, a folder for each advisory."""
    return _archive(request, _in_batch(held_by(request.user), batch))


@router.get("/published", response=Page[PublishedOut], summary="What everybody may read", tags=["Published"])
def published(request: TokenRequest, paging: Query[Paging]) -> dict[str, Any]:
    """Every published advisory as its newest revision has it, the latest first."""
    rows = Publication.objects.current().order_by("-public_at", "-number")
    return page_of([_published(one) for one in rows.only("number", "title", "version", "public_at")], paging)


def _is_wanted(one: Held, wanted: Wanted) -> bool:
    return (
        (wanted.state is None or (wanted.state == "public") == one.is_public)
        and (wanted.batch is None or wanted.batch == one.batch)
        and (wanted.changed_since is None or one.changed_at > _aware(wanted.changed_since))
    )


def _aware(told: datetime) -> datetime:
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def _said(one: Held) -> dict[str, Any]:
    names = ("number", "label", "title", "version", "versions", "planned_at", "public_at", "batch", "changed_at")
    return {name: getattr(one, name) for name in names} | {"acknowledged": one.is_acknowledged}


def _by_batch(held: list[Held]) -> dict[str, list[Held]]:
    found: dict[str, list[Held]] = {}
    for one in sorted(held, key=lambda each: (each.planned_at is None, each.planned_at, each.number)):
        if one.batch and not one.is_public:
            found.setdefault(one.batch, []).append(one)
    return found


def _in_batch(held: list[Held], batch: str) -> list[Held]:
    found = [one for one in held if one.batch and one.batch == batch]
    if not found:
        raise missing()
    return found


def _batch(name: str, held: list[Held]) -> dict[str, Any]:
    return {"batch": name, "planned_at": held[0].planned_at, "advisories": [one.number for one in held]}


def _published(one: Publication) -> dict[str, Any]:
    said = {name: getattr(one, name) for name in ("number", "title", "version", "public_at")}
    label = f"{settings.ADVISORY_PREFIX}-{one.number}"
    return said | {"label": label, "page": settings.SITE_URL + reverse("advisories:public", args=[one.number])}


def _archive(request: TokenRequest, held: list[Held], *, may_be_empty: bool = False) -> HttpResponse:
    if not held and not may_be_empty:
        raise missing()
    return attachment(archives.archive_for(request.user, held), "advisories.tar.gz", ARCHIVE)
