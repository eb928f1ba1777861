"""Bringing a series and its next revision, and changing where it is meant to go."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.doors import SignedInRequest
from advisories.access import may_upload_to
from advisories.lifecycle import HasEnded, State, check_goes_on
from advisories.models import Advisory
from advisories.views.writers import back_to_what_ended
from releases import targeting, uploading
from releases.forms import RevisionForm, SeriesForm, TargetsForm
from releases.models import Series, SeriesRevision


def ask_series(request: SignedInRequest, number: int) -> HttpResponse:
    """The form for a new series of an advisory."""
    advisory = _uploaders_advisory(request, number)
    if advisory.has_ended:
        return back_to_what_ended(request, advisory)
    form = SeriesForm(viewer=request.user, advisory=advisory)
    return render(request, "releases/series_form.html", {"advisory": advisory, "form": form})


def upload_series(request: SignedInRequest, number: int) -> HttpResponse:
    """Keep a new series, or say which file and line is not a patch."""
    advisory = _uploaders_advisory(request, number)
    form = SeriesForm(request.POST, request.FILES, viewer=request.user, advisory=advisory)
    if form.is_valid():
        try:
            check_goes_on(State(advisory.state))
            revision = uploading.upload_series(advisory, by=request.user, files=form.brought, **form.where)
        except (HasEnded, *uploading.REFUSALS) as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, f"{advisory.label}: {_patches(revision)} kept. A worker tries them now.")
            return redirect(revision.series)
    return render(request, "releases/series_form.html", {"advisory": advisory, "form": form}, status=422)


def ask_revision(request: SignedInRequest, pk: int) -> HttpResponse:
    """The form for the next revision of a series."""
    found = _uploaders_series(request, pk)
    if found.advisory.has_ended:
        return back_to_what_ended(request, found.advisory)
    return render(request, "releases/revision_form.html", {"series": found, "form": RevisionForm()})


def upload_revision(request: SignedInRequest, pk: int) -> HttpResponse:
    """Keep the next revision."""
    found = _uploaders_series(request, pk)
    form = RevisionForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            check_goes_on(State(found.advisory.state))
            revision = uploading.upload_revision(
                found, by=request.user, files=form.brought, note=form.cleaned_data["note"]
            )
        except (HasEnded, *uploading.REFUSALS) as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, f"Revision {revision} is kept, {_patches(revision)}. A worker tries it now.")
            return redirect(found)
    return render(request, "releases/revision_form.html", {"series": found, "form": form}, status=422)


def ask_targets(request: SignedInRequest, pk: int) -> HttpResponse:
    """The form for the branches of a series and what must come first."""
    found = _uploaders_series(request, pk)
    if found.advisory.has_ended:
        return back_to_what_ended(request, found.advisory)
    form = TargetsForm(viewer=request.user, series=found)
    return render(request, "releases/series_change.html", {"series": found, "form": form})


def change_targets(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change them, or say why not."""
    found = _uploaders_series(request, pk)
    form = TargetsForm(request.POST, viewer=request.user, series=found)
    if form.is_valid():
        try:
            check_goes_on(State(found.advisory.state))
            targeting.change(found, by=request.user, **form.wanted)
        except (HasEnded, *targeting.REFUSALS) as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, f"{found.advisory.label}: kept. A worker tries again whatever this touches.")
            return redirect(found)
    return render(request, "releases/series_change.html", {"series": found, "form": form}, status=422)


def _uploaders_advisory(request: SignedInRequest, number: int) -> Advisory:
    """404 to those who may not know of it, 403 to those who may only read."""
    advisory = get_object_or_404(Advisory.objects.visible_to(request.user), number=number)
    if not may_upload_to(request.user, advisory):
        raise PermissionDenied
    return advisory


def _uploaders_series(request: SignedInRequest, pk: int) -> Series:
    found = get_object_or_404(Series.objects.visible_to(request.user).select_related("advisory", "tree"), pk=pk)
    if not may_upload_to(request.user, found.advisory):
        raise PermissionDenied
    return found


def _patches(revision: SeriesRevision) -> str:
    count = revision.patches.count()
    return f"{count} patch{'es' if count != 1 else ''}"
