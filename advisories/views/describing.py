"""Changing what stands beside the text: affected versions, identifiers, severity. A whole list at once."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.doors import SignedInRequest
from advisories.forms.describing import AffectedLines, IdentifierLines, Lines, PermissionLines, TagLines, VectorLines
from advisories.lifecycle import HasEnded
from advisories.models import Advisory, Affected, Identifier, Permission, Tag, Vector
from advisories.public import facts
from advisories.views.writers import back_to_what_ended, writers_advisory
from advisories.writing import describing


@dataclass(frozen=True, slots=True)
class Page:
    """What one list is called, and how it is explained."""

    rows: describing.Lines
    lines: type[Lines]
    heading: str
    lede: str


PAGES = {
    "affected": Page(
        Affected, AffectedLines, "Affected versions",
        "One line for each tree and status. Ranges as people write them: 4.15.x - 4.17.x, main; 4.12 and later; all.",
    ),
    "identifiers": Page(
        Identifier, IdentifierLines, "Identifiers",
        "What others call it. Nobody outside sees one before publication; what is only requested or reserved, never.",
    ),
    "deployment": Page(
        Permission, PermissionLines, "Deployment during embargo",
        "What members may do before publication, one line each. Nothing is permitted that isn't named. Members read it"
        " with the next revision, everyone after publication; what else there is to say goes into the text.",
    ),
    "severity": Page(
        Vector, VectorLines, "Severity",
        "CVSS 3.1 or 4.0, as many as there are views of it. Score, rating and words follow. None at all is fine.",
    ),
    "tags": Page(
        Tag, TagLines, "Tags",
        "Words under which readers find it with others of its kind, such as x86, denial-of-service or qemu.",
    ),
}  # fmt: skip


def ask_lines(request: SignedInRequest, number: int, what: str) -> HttpResponse:
    """The list as it is, with room for more."""
    advisory = writers_advisory(request, number)
    page = PAGES[what]
    if advisory.has_ended and page.rows is not Identifier:
        return back_to_what_ended(request, advisory)
    initial = describing.lines_of(advisory, page.rows)
    lines = page.lines(initial=initial, form_kwargs={"viewer": request.user, "advisory": advisory})
    return _render(request, advisory, page, lines, describing.version_of(advisory, page.rows))


def keep_lines(request: SignedInRequest, number: int, what: str) -> HttpResponse:
    """Put the list in the place of the one that was read."""
    advisory = writers_advisory(request, number)
    page, read_version = PAGES[what], request.POST.get("read_version", "")[:64]
    lines = page.lines(request.POST, form_kwargs={"viewer": request.user, "advisory": advisory})
    if not lines.is_valid():
        return _render(request, advisory, page, lines, read_version, status=422)
    try:
        describing.replace(advisory, page.rows, lines.told, read_version=read_version, by=request.user)
    except IntegrityError:
        messages.error(request, "Another advisory was given one of these meanwhile. Nothing was kept; look again.")
        return _render(request, advisory, page, lines, read_version, status=409)
    except HasEnded as refusal:
        messages.error(request, f"{refusal} What you wrote is below and is not kept.")
        return _render(request, advisory, page, lines, read_version, status=409)
    except describing.StaleLines:
        theirs = describing.lines_of(advisory, page.rows)
        now = describing.version_of(advisory, page.rows)
        return _render(request, advisory, page, lines, now, status=409, theirs=theirs)
    return redirect(f"{reverse('advisories:detail', args=[number])}#{what}")


def _render(
    request: HttpRequest, advisory: Advisory, page: Page, lines: Lines, read_version: str, *, status: int = 200,
    theirs: list[dict[str, Any]] | None = None,
) -> HttpResponse:  # fmt: skip
    context = {
        "advisory": advisory,
        "page": page,
        "lines": lines,
        "read_version": read_version,
        "theirs": theirs,
        "trees": [one.name for one in facts.known()(timezone.now())] if page.rows is Affected else (),
        "columns": [field for field in lines.empty_form if field.name not in ("DELETE", "ORDER")],
    }
    return render(request, "advisories/lines_form.html", context, status=status)
