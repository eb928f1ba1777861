"""Sharing the fix of an advisory with a finder, and taking that back: one page each, which says what will happen."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.doors import SignedInRequest
from advisories.models import Advisory, Report
from advisories.views.writers import writers_advisory
from releases.board.grid import grids_of, series_of
from releases.finders import sharing
from releases.models import SharedFix


def ask_share(request: SignedInRequest, number: int, reference: str) -> HttpResponse:
    """Say exactly what the finder will see."""
    advisory, report = _finders(request, number, reference)
    return _page(request, advisory, report)


def share(request: SignedInRequest, number: int, reference: str) -> HttpResponse:
    """Share it."""
    advisory, report = _finders(request, number, reference)
    try:
        sharing.share(advisory, report, by=request.user)
    except sharing.REFUSALS as refusal:
        messages.error(request, f"{refusal}. Nothing was shared.")
        return _page(request, advisory, report, status=409)
    messages.success(request, f"The fix is shared with the finder of {report}.")
    return _back(advisory)


def ask_withdraw(request: SignedInRequest, number: int, reference: str) -> HttpResponse:
    """Say what closing it brings about."""
    advisory, report = _finders(request, number, reference)
    context = {"advisory": advisory, "report": report, "shared": _standing(request, advisory, report)}
    return render(request, "releases/fix_withdraw.html", context)


def withdraw(request: SignedInRequest, number: int, reference: str) -> HttpResponse:
    """Close it; what was closed already stays closed."""
    advisory, report = _finders(request, number, reference)
    shared = _standing(request, advisory, report)
    if shared is not None:
        sharing.withdraw(shared, by=request.user)
    messages.success(request, f"The fix is not shared with the finder of {report}.")
    return _back(advisory)


def _finders(request: SignedInRequest, number: int, reference: str) -> tuple[Advisory, Report]:
    """The advisory for those who write it, and a report whose finder has a say in it."""
    advisory = writers_advisory(request, number)
    taking_part = Report.objects.visible_to(request.user).taking_part_in([advisory])
    rows = taking_part.select_related("finder", "advisory", "duplicate_of__advisory")
    return advisory, get_object_or_404(rows, reference=reference)


def _standing(request: SignedInRequest, advisory: Advisory, report: Report) -> SharedFix | None:
    return SharedFix.objects.visible_to(request.user).standing().filter(advisory=advisory, report=report).first()


def _page(request: SignedInRequest, advisory: Advisory, report: Report, *, status: int = 200) -> HttpResponse:
    context = {
        "advisory": advisory,
        "report": report,
        "grids": grids_of(series_of(advisory.pk, request.user), request.user),
        "shared": _standing(request, advisory, report),
    }
    return render(request, "releases/fix_share.html", context, status=status)


def _back(advisory: Advisory) -> HttpResponse:
    return redirect(f"{advisory.get_absolute_url()}#finders")
