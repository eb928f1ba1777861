"""What finders see: the report form, and the thread behind their private link. Nobody signs in here.

Messages and files are named by their places in the thread: keys would tell how much others write meanwhile.

These pages use no session and no cookie: nothing expires while somebody types. The cross-site check is left out because
there is nothing to protect: the form acts in nobody's name, and the thread's address is itself the secret.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.doors import public_page, visitor
from advisories.downloads import attachment
from advisories.embargo.for_finders import view_of
from advisories.forms.embargo import FinderEndForm
from advisories.forms.reporting import CreditForm, FormWithFiles, MessageForm, ReportForm
from advisories.models import Attachment, Credit, DoorKind, Knock, Message, Report, ReportDoor
from advisories.policies import current_policy
from advisories.policy.promises import usual_first_answer
from advisories.reporting import drafts, intake
from advisories.reporting.published import newest_of

_FORMS_PER_HOUR = 20
"""How often one address may send a form with files that we keep although the form cannot be taken yet."""

_MESSAGES_PER_HOUR = 60


def private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page behind a secret address: kept by no cache, told to no other site, found by no search."""

    @wraps(view)
    def behind(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return public_page(csrf_exempt(never_cache(behind)))


@public_page
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The form; taken, it leads to the thread's private page."""
    if request.method != "POST":
        return render(request, "reports/report_form.html", _report(ReportForm()))
    form = ReportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _again(request, "reports/report_form.html", _report(form), form)
    if not Knock.objects.may_enter("report", visitor(request), limit=settings.REPORTS_PER_HOUR):
        form.add_error(None, "Too many reports came from your network within an hour. Nothing is lost: send it later.")
        return _again(request, "reports/report_form.html", _report(form), form, status=429)
    with transaction.atomic():
        files = drafts.take(form.token, leave_out=form.leave_out) + form.brought
        found = intake.open_report(form.told, files, is_suspect=form.is_suspect)
        token = ReportDoor.open_for(found, DoorKind.PAGE)
    return redirect(f"{reverse('reports:thread', args=[token])}?new=1")


@private
@require_http_methods(["GET", "HEAD", "POST"])
def thread(request: HttpRequest, token: str) -> HttpResponse:
    """The thread as its finder reads it, and what they add."""
    found = behind(token)
    if request.method != "POST":
        return render(request, "reports/thread.html", thread_page(request, found, token, MessageForm()))
    form = MessageForm(request.POST, request.FILES)
    if not form.is_valid():
        return _again(request, "reports/thread.html", thread_page(request, found, token, form), form)
    if not Knock.objects.may_enter("thread", str(found.pk), limit=_MESSAGES_PER_HOUR):
        form.add_error(None, "Too many messages within an hour. Nothing is lost: send it later.")
        return _again(request, "reports/thread.html", thread_page(request, found, token, form), form, status=429)
    with transaction.atomic():
        files = drafts.take(form.token, leave_out=form.leave_out) + form.brought
        intake.continue_thread(found, form.cleaned_data["text"], files)
    place = Message.objects.told_to_finder(found).count()
    return redirect(f"{reverse('reports:thread', args=[token])}#message-{place}")


@private
@require_POST
def credit(request: HttpRequest, token: str) -> HttpResponse:
    """Keep how the finder wants to be named."""
    found = behind(token)
    form = CreditForm(request.POST)
    if not form.is_valid():
        context = thread_page(request, found, token, MessageForm()) | {"credit_form": form}
        return render(request, "reports/thread.html", context, status=422)
    intake.choose_credit(found, Credit(form.cleaned_data["credit"]), form.cleaned_data["credit_as"])
    return redirect(f"{reverse('reports:thread', args=[token])}#credit")


@private
@require_safe
def file(request: HttpRequest, token: str, place: int, name: str) -> HttpResponse:
    """A file of the thread, byte for byte."""
    found = get_object_or_404(Attachment.objects.told_to_finder(behind(token)), place=place)
    if found.file_name != name:
        raise Http404
    return attachment(bytes(found.content), found.file_name, "application/octet-stream")


def behind(token: str) -> Report:
    """The report that a private link leads to; a link that was never given looks like any page that isn't there."""
    found = Report.objects.behind(token, DoorKind.PAGE).select_related("finder", "advisory", "duplicate_of__advisory")
    return get_object_or_404(found)


def _report(form: ReportForm) -> dict[str, Any]:
    return {"form": form, "first_answer": usual_first_answer(current_policy())}


def thread_page(request: HttpRequest, found: Report, token: str, form: MessageForm) -> dict[str, Any]:
    """What the private page shows: the thread, the dates, the credit."""
    policy = current_policy()
    dates = view_of(found, policy)
    chosen = {"credit": found.finder.credit, "credit_as": found.finder.credit_as}
    return {
        "report": found,
        "token": token,
        "link": request.build_absolute_uri(reverse("reports:thread", args=[token])),
        "thread": Message.objects.told_to_finder(found).prefetch_related(
            Prefetch("attachments", Attachment.objects.told_to_finder(found))
        ),
        "form": form,
        "credit_form": CreditForm(initial=chosen),
        "takes_part": found.takes_part,
        "public": newest_of(found.concern),
        "dates": dates,
        "dates_refused": "",
        "end_form": FinderEndForm(policy=policy, proposals=dates.proposals) if dates else None,
    }


def _again(
    request: HttpRequest, template: str, context: dict[str, Any], form: FormWithFiles, *, status: int = 422
) -> HttpResponse:
    """The form with everything typed still in it, and its files kept for the next attempt."""
    if Knock.objects.may_enter("draft", visitor(request), limit=_FORMS_PER_HOUR):
        drafts.keep(form.token, form.brought, leave_out=form.leave_out)
    return render(request, template, context, status=status)
