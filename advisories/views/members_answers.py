"""How ready the members are, for the team: who said what of which product, who is silent, who asks for another date."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import SignedInRequest
from advisories.forms.answering import ReplyForm
from advisories.models import Advisory, Ask
from advisories.predisclosure import answering, readiness
from advisories.views.writers import writers_advisory


@require_safe
def page(request: HttpRequest, number: int) -> HttpResponse:
    """Every member that was told, with its products."""
    return _page(request, writers_advisory(request, number))


@require_POST
def reply(request: SignedInRequest, number: int, pk: int) -> HttpResponse:
    """Answer what a member asked of the date."""
    advisory = writers_advisory(request, number)
    asked = get_object_or_404(Ask.objects.visible_to(request.user).filter(advisory=advisory), pk=pk)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _page(request, advisory, form=form, at=asked.pk, status=422)
    try:
        answering.reply(asked, form.cleaned_data["answer"], by=request.user)
    except answering.AnsweredAlready:
        messages.error(request, "Somebody else answered meanwhile; theirs stands.")
    else:
        messages.success(request, f"{asked.organisation} reads your answer.")
    return redirect("answering:members_answers", number)


def _page(
    request: HttpRequest, advisory: Advisory, *, form: ReplyForm | None = None, at: int = 0, status: int = 200
) -> HttpResponse:
    asks = Ask.objects.visible_to(request.user).filter(advisory=advisory).select_related("organisation", "by")
    context = {
        "advisory": advisory,
        "members": readiness.by_member(advisory, request.user),
        "glance": readiness.glance([advisory.pk], request.user)[advisory.pk],
        "asks": asks.order_by("answered_at", "at"),
        "form": form or ReplyForm(),
        "at": at,
    }
    return render(request, "members/answers.html", context, status=status)
