"""What members and the team write to each other on an advisory that the members hold."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import SignedInRequest, visitor
from advisories.downloads import attachment
from advisories.forms.answering import PostForm
from advisories.models import Comment, CommentAudience, CommentFile, Revision
from advisories.policies import current_policy
from advisories.predisclosure import answering
from advisories.reporting import drafts
from advisories.views.answering import held_or_404
from advisories.writing import commenting, typed
from advisories.writing.workspace import shown


def read(request: SignedInRequest, number: int) -> HttpResponse:
    """The thread, oldest first, and a form below it."""
    return _page(request, held_or_404(request, number))


def write(request: SignedInRequest, number: int) -> HttpResponse:
    """Write to the team, or to every member that holds it where the policy lets members talk."""
    revision = held_or_404(request, number)
    form = _post_form(request, revision)
    if form is None:
        raise PermissionDenied
    if not form.is_valid():
        drafts.keep(form.token, form.brought, leave_out=form.leave_out)
        return _page(request, revision, form=form, status=422)
    audience = CommentAudience.MEMBERS if form.cleaned_data.get("is_for_all") else CommentAudience.MEMBER
    with transaction.atomic():
        files = drafts.take(form.token, leave_out=form.leave_out) + form.brought
        written = commenting.write(
            revision.advisory, form.cleaned_data["text"], files, audience=audience, by=request.user,
            organisation=form.cleaned_data["organisation"],
        )  # fmt: skip
    return redirect(f"{reverse('answering:discussion', args=[number])}#comment-{written.pk}")


@require_POST
def retract(request: SignedInRequest, number: int, pk: int) -> HttpResponse:
    """Take one's own message off the page."""
    revision = held_or_404(request, number)
    thread = Comment.objects.visible_to(request.user).told_to_member(request.user)
    found = get_object_or_404(thread.filter(advisory=revision.advisory_id), pk=pk)
    if found.by_id != request.user.pk:
        raise PermissionDenied
    commenting.retract(found, by=request.user)
    return redirect(f"{reverse('answering:discussion', args=[number])}#comment-{found.pk}")


@require_safe
def file(request: SignedInRequest, number: int, pk: int, name: str) -> HttpResponse:
    """A file of the thread, byte for byte."""
    revision = held_or_404(request, number)
    files = CommentFile.objects.visible_to(request.user).filter(comment__advisory=revision.advisory_id)
    found = get_object_or_404(files, pk=pk)
    if found.file_name != name:
        raise Http404
    return attachment(bytes(found.content), found.file_name, "application/octet-stream")


def keep_typed(request: HttpRequest, number: int) -> str:
    """Put away what was typed."""
    return typed.keep(request, reverse("answering:discussion", args=[number]), visitor(request))


def _post_form(request: SignedInRequest, revision: Revision) -> PostForm | None:
    """The form as it was sent or empty; None for contacts who may only read."""
    may = answering.answering_for(request.user, revision.advisory_id)
    if not may.exists():
        return None
    given: dict[str, Any] = {"may_speak_for": may, "with_members": current_policy().members_discuss}
    if request.method == "POST":
        return PostForm(request.POST, request.FILES, **given)
    kept = typed.kept_for(request)
    return PostForm(initial=kept.dict() if kept is not None else {}, **given)


def _page(
    request: SignedInRequest, revision: Revision, *, form: PostForm | None = None, status: int = 200
) -> HttpResponse:
    thread = Comment.objects.visible_to(request.user).told_to_member(request.user)
    context = {
        "revision": revision,
        "number": revision.content["number"],
        "comments": shown(thread.filter(advisory=revision.advisory_id), request.user),
        "form": form or _post_form(request, revision),
        "members_discuss": current_policy().members_discuss,
    }
    return render(request, "members/discussion.html", context, status=status)
