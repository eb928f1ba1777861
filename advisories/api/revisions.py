"""Frozen revisions, their text and their patches, as a token's owner holds them."""

from typing import Any

from django.http import HttpResponse
from ninja import Router

from advisories.api import holding
from advisories.api.problems import missing
from advisories.api.requests import TokenRequest
from advisories.api.schemas import PatchOut, RevisionOut, RevisionWithContent, SumsOut
from advisories.downloads import attachment
from advisories.models import RevisionPatch
from advisories.predisclosure import archives, reading
from advisories.predisclosure.files import Folder

router = Router(tags=["Revisions"])
_HERE = "/advisories/{int:number}/revisions"
_ONE = _HERE + "/{int:version}"


@router.get(_HERE, response=list[RevisionOut], summary="The revisions that you hold")
def revisions(request: TokenRequest, number: int) -> list[dict[str, Any]]:
    """The first first, each with what it changed."""
    found = [holding.in_short(one) for one in holding.revisions(request.user, number)]
    if not found:
        raise missing()
    return found


@router.get(_ONE, response=RevisionWithContent, summary="One revision")
def revision(request: TokenRequest, number: int, version: int) -> dict[str, Any]:
    """Everything that it says, the notes for members among it; counts as read."""
    found = holding.revision(request.user, number, version)
    reading.note_fetched(request.user, [found.pk])
    return holding.in_full(request.user, found)


@router.get(_ONE + "/text", summary="Its text")
def text(request: TokenRequest, number: int, version: int) -> HttpResponse:
    """As it lies in the archive."""
    folder = _folder(request, number, version)
    return attachment(folder.text, f"{folder.name}.txt", "text/plain; charset=utf-8")


@router.get(_ONE + "/sums", response=SumsOut, summary="Its sums, and the signature over them")
def sums(request: TokenRequest, number: int, version: int) -> dict[str, Any]:
    """`signed` is false where the team has no key in use here, or hasn't signed yet."""
    folder = _folder(request, number, version)
    return {
        "sums": folder.sums.decode(), "signature": folder.signature.decode(),
        "fingerprint": folder.fingerprint, "signed": bool(folder.signature),
    }  # fmt: skip


@router.get(_ONE + "/patches", response=list[PatchOut], summary="Its patches", tags=["Patches"])
def patches(request: TokenRequest, number: int, version: int) -> list[dict[str, Any]]:
    """In order, each with its digest and the branches that it is for."""
    found: list[dict[str, Any]] = holding.revision(request.user, number, version).content["patches"]
    return found


@router.get(_ONE + "/patches/{str:name}", summary="One patch, byte for byte", tags=["Patches"])
def patch(request: TokenRequest, number: int, version: int, name: str) -> HttpResponse:
    """The file as `sha256` is of it."""
    found = holding.revision(request.user, number, version)
    row = RevisionPatch.objects.visible_to(request.user).filter(revision=found, file_name=name).first()
    if row is None:
        raise missing()
    reading.note_fetched(request.user, [found.pk])
    return attachment(bytes(row.content), row.file_name, "text/x-diff; charset=utf-8")


def _folder(request: TokenRequest, number: int, version: int) -> Folder:
    folder = archives.folder_for(request.user, number, version)
    if folder is None:
        raise missing()
    return folder
