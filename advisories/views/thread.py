"""The thread of those who work on an advisory, and its files."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import SignedInRequest, visitor
from advisories.access import may_comment_on, may_write_advisories
from advisories.downloads import attachment
from advisories.forms.thread import CommentForm
from advisories.models import Advisory, Comment, CommentAudience, CommentFile
from advisories.reporting import drafts
from advisories.views.advisories import workspace_page, writing_on
from advisories.writing import commenting, typed


@require_POST
def comment(request: SignedInRequest, number: int) -> HttpResponse:
    """Write on the thread."""
    advisory = _worked_on(request, number)
    if not may_comment_on(request.user, advisory):
        raise PermissionDenied
    form = CommentForm(request.POST, request.FILES, **writing_on(advisory, request.user, request.POST.get("to", "")))
    if not form.is_valid():
        drafts.keep(form.token, form.brought, leave_out=form.leave_out)
        return workspace_page(request, advisory, comment_form=form, status=422)
    with transaction.atomic():
        files = drafts.take(form.token, leave_out=form.leave_out) + form.brought
        audience = form.chosen_audience
        written = commenting.write(
            advisory, form.cleaned_data["text"], files, audience=audience, by=request.user,
            organisation=form.to if audience is CommentAudience.MEMBER else None,
        )  # fmt: skip
    return redirect(f"{advisory.get_absolute_url()}#comment-{written.pk}")


@require_POST
def retract(request: SignedInRequest, number: int, pk: int) -> HttpResponse:
    """Take a comment off the page: one's own, or anyone's for the team."""
    advisory = _worked_on(request, number)
    found = get_object_or_404(Comment.objects.visible_to(request.user).filter(advisory=advisory), pk=pk)
    if found.by_id != request.user.pk and not may_write_advisories(request.user):
        raise PermissionDenied
    commenting.retract(found, by=request.user)
    return redirect(f"{advisory.get_absolute_url()}#comment-{found.pk}")


@require_safe
def file(request: SignedInRequest, number: int, pk: int, name: str) -> HttpResponse:
    """A file of the thread, byte for byte."""
    of_advisory = CommentFile.objects.visible_to(request.user).filter(comment__advisory__number=number)
    found = get_object_or_404(of_advisory, pk=pk)
    if found.file_name != name:
        raise Http404
    return attachment(bytes(found.content), found.file_name, "application/octet-stream")


def keep_typed(request: HttpRequest, number: int) -> str:
    """Put away what was typed as a comment."""
    return typed.keep(request, reverse("advisories:detail", args=[number]), visitor(request))


def _worked_on(request: SignedInRequest, number: int) -> Advisory:
    found = Advisory.objects.visible_to(request.user).worked_on_by(request.user).marked_embargoed()
    return get_object_or_404(found, number=number)
