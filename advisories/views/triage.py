"""What the security team sees: the queue, one report with its thread, letters that were kept aside."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import SignedInRequest
from advisories.access import may_triage
from advisories.downloads import attachment
from advisories.forms.triage import AnswerForm, DecisionForm, LinkForm, OwnerForm, TermsForm, UrgencyForm, WithholdForm
from advisories.models import (
    Advisory,
    Attachment,
    Event,
    IncomingMail,
    Message,
    OpenedFile,
    OutgoingMail,
    Report,
    StaleReport,
)
from advisories.policies import current_policy
from advisories.policy import Urgency
from advisories.reporting import crediting, incoming, triage
from advisories.reporting.reports import STEPS, DuplicateOfItself, NoGrounds, ReportState, ReportStepNotAllowed
from advisories.reporting.triage_queue import in_order, waiting
from advisories.timeline import timeline_of

_IS = {ReportState.DUPLICATE: "a duplicate"}
_REFUSALS = (ReportStepNotAllowed, NoGrounds, DuplicateOfItself, StaleReport)


@require_safe
def queue(request: SignedInRequest) -> HttpResponse:
    """Reports that wait for somebody, the most urgent first; or what a search finds; or all."""
    _team_only(request)
    asked, shows_all = request.GET.get("q", "").strip()[:200], "all" in request.GET
    found = Report.objects.visible_to(request.user).select_related("finder", "owner", "advisory", "duplicate_of")
    now, policy = timezone.now(), current_policy()
    context: dict[str, Any] = {"asked": asked, "shows_all": shows_all}
    if asked or shows_all:
        page = Paginator(found.matching(asked) if asked else found, 50).get_page(request.GET.get("page"))
        context |= {"page": page, "rows": [waiting(report, policy, now) for report in page.object_list]}
    else:
        rows = in_order(found.waiting(), policy, now)
        late, mine = sum(row.is_late for row in rows), sum(row.report.owner_id == request.user.pk for row in rows)
        context |= {"rows": rows, "late": late, "mine": mine}
    aside = IncomingMail.objects.visible_to(request.user).exclude(fate="message").count()
    return render(request, "triage/queue.html", context | {"aside": aside})


@require_safe
def report(request: SignedInRequest, reference: str) -> HttpResponse:
    """One report: its thread, its clock, what can be done with it, what it resembles."""
    return _page(request, _teams_report(request, reference))


@require_POST
def answer(request: SignedInRequest, reference: str) -> HttpResponse:
    """Write to the finder, or a note among the team."""
    found = _teams_report(request, reference)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, answer_form=form)
    message = triage.answer(
        found, form.cleaned_data["text"], by=request.user, is_internal=form.cleaned_data["is_internal"]
    )
    return redirect(f"{found.get_absolute_url()}#message-{message.pk}")


@require_POST
def assign(request: SignedInRequest, reference: str) -> HttpResponse:
    """Give a report to somebody on the team, or to nobody."""
    found = _teams_report(request, reference)
    form = OwnerForm(request.POST)
    if form.is_valid():
        triage.assign(found, form.cleaned_data["owner"], by=request.user)
    else:
        messages.error(request, "That person cannot own a report.")
    return redirect(found)


@require_POST
def judge(request: SignedInRequest, reference: str) -> HttpResponse:
    """Say how urgent a report is."""
    found = _teams_report(request, reference)
    form = UrgencyForm(request.POST)
    if form.is_valid():
        triage.judge(found, Urgency(form.cleaned_data["urgency"]), by=request.user)
    else:
        messages.error(request, "There is no such urgency.")
    return redirect(found)


@require_POST
def decide(request: SignedInRequest, reference: str) -> HttpResponse:
    """Take one step, and tell the finder why."""
    found = _teams_report(request, reference)
    form = DecisionForm(request.POST, viewer=request.user, report=found)
    if form.is_valid():
        told = form.cleaned_data
        target = ReportState(told["target"])
        other = told.get("duplicate_of") if target is ReportState.DUPLICATE else None
        try:
            triage.decide(found, target, by=request.user, grounds=told["grounds"], duplicate_of=other)
        except _REFUSALS as refusal:
            form.add_error(None, f"{str(refusal)[0].upper()}{str(refusal)[1:]}.")
        else:
            messages.success(request, f"Report {found.reference} is {_IS.get(target, target)} now.")
            return redirect(found)
    return _page(request, found, status=422, decision_form=form)


@require_POST
def terms(request: SignedInRequest, reference: str) -> HttpResponse:
    """Keep what the finder was promised."""
    found = _teams_report(request, reference)
    form = TermsForm(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, terms_form=form)
    triage.promise_terms(found, form.cleaned_data["terms"], by=request.user)
    return redirect(found)


@require_POST
def withhold(request: SignedInRequest, reference: str) -> HttpResponse:
    """Withhold the finder's credit, or let their choice hold again."""
    found = _teams_report(request, reference)
    form = WithholdForm(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, withhold_form=form)
    crediting.withhold(found, form.cleaned_data["because"], by=request.user)
    return redirect(found)


def ask_draft(request: SignedInRequest, reference: str) -> HttpResponse:
    """Say what beginning an advisory takes and tells, before a number is gone for good."""
    found = _teams_report(request, reference)
    if not _may_draft(found):
        return _not_begun(request, found)
    label = Advisory(number=Advisory.next_number()).label
    context = {"report": found, "label": label, "is_accepted": found.state == ReportState.ACCEPTED}
    return render(request, "triage/draft.html", context)


def draft(request: SignedInRequest, reference: str) -> HttpResponse:
    """Begin an advisory on what a report is about."""
    found = _teams_report(request, reference)
    try:
        return redirect(triage.draft_advisory(found, by=request.user))
    except (*_REFUSALS, IntegrityError):
        return _not_begun(request, found)


@require_POST
def link(request: SignedInRequest, reference: str) -> HttpResponse:
    """Say which advisory a report feeds."""
    found = _teams_report(request, reference)
    form = LinkForm(request.POST, viewer=request.user)
    if form.is_valid():
        try:
            triage.link(found, form.cleaned_data["advisory"], by=request.user)
        except _REFUSALS as refusal:
            form.add_error(None, f"{str(refusal)[0].upper()}{str(refusal)[1:]}.")
        else:
            return redirect(found)
    return _page(request, found, status=422, link_form=form)


@require_safe
def file(request: SignedInRequest, reference: str, pk: int, name: str) -> HttpResponse:
    """A file of the thread, byte for byte."""
    of_report = Attachment.objects.visible_to(request.user).filter(message__report__reference=reference)
    found = get_object_or_404(of_report, pk=pk)
    if found.file_name != name:
        raise Http404
    return attachment(bytes(found.content), found.file_name, "application/octet-stream")


@require_safe
def opened_file(request: SignedInRequest, reference: str, pk: int, name: str) -> HttpResponse:
    """A file that was in an encrypted letter, byte for byte."""
    of_report = OpenedFile.objects.visible_to(request.user).filter(letter__message__report__reference=reference)
    found = get_object_or_404(of_report, pk=pk)
    if found.file_name != name:
        raise Http404
    return attachment(bytes(found.content), found.file_name, "application/octet-stream")


@require_safe
def letters(request: SignedInRequest) -> HttpResponse:
    """Letters that no thread took in: automatic answers, returned mail, answers of members, loops."""
    _team_only(request)
    aside = IncomingMail.objects.visible_to(request.user).exclude(fate="message")
    aside = aside.select_related("report", "delivery__tiding__advisory", "delivery__membership__organisation")
    page = Paginator(aside.defer("content"), 50).get_page(request.GET.get("page"))
    return render(request, "triage/letters.html", {"page": page})


@require_safe
def original(request: SignedInRequest, pk: int) -> HttpResponse:
    """A letter byte for byte; where it is too large for the database, from where mail comes in, if that is here."""
    found = get_object_or_404(IncomingMail.objects.visible_to(request.user), pk=pk)
    try:
        content = incoming.original(found)
    except incoming.OnAnotherMachine as elsewhere:
        messages.error(request, f"Letter {found.pk} is large, and lies on the machine that takes mail in: {elsewhere}.")
        return redirect("triage:letters")
    return attachment(content, f"letter-{found.pk}.eml", "application/octet-stream")


def _team_only(request: HttpRequest) -> None:
    if not may_triage(request.user):
        raise PermissionDenied


def _teams_report(request: SignedInRequest, reference: str) -> Report:
    """404 to everyone who isn't on the team, whether there is such a report or not."""
    found = Report.objects.visible_to(request.user).select_related("finder", "owner", "advisory", "duplicate_of")
    return get_object_or_404(found, reference=reference)


def _may_draft(found: Report) -> bool:
    return found.advisory is None and found.state in (ReportState.TRIAGING, ReportState.ACCEPTED)


def _not_begun(request: SignedInRequest, found: Report) -> HttpResponse:
    messages.error(request, f"No advisory was begun: report {found.reference} was moved or linked meanwhile.")
    return redirect(found)


def _page(request: SignedInRequest, found: Report, *, status: int = 200, **forms: Any) -> HttpResponse:
    viewer = request.user
    mine = Message.objects.visible_to(viewer).filter(report=found)
    context = {
        "report": found,
        "row": waiting(found, current_policy(), timezone.now()),
        "thread": mine.select_related("by", "letter", "opened").prefetch_related("attachments", "opened__files"),
        "notices": OutgoingMail.objects.visible_to(viewer).filter(report=found),
        "letters": IncomingMail.objects.visible_to(viewer)
        .filter(report=found)
        .exclude(fate="message")
        .defer("content"),
        "alike": Report.objects.visible_to(viewer).resembling(found).select_related("finder"),
        "duplicates": Report.objects.visible_to(viewer).filter(duplicate_of=found).select_related("finder"),
        "moments": timeline_of(Event.objects.visible_to(viewer).about(found), with_addresses=True),
        "may_draft": _may_draft(found),
        "can_move": bool(STEPS[ReportState(found.state)]),
        "answer_form": AnswerForm(),
        "owner_form": OwnerForm(initial={"owner": found.owner_id}),
        "urgency_form": UrgencyForm(initial={"urgency": found.urgency}),
        "terms_form": TermsForm(initial={"terms": found.finder.terms}),
        "withhold_form": WithholdForm(initial={"because": found.finder.withheld_because}),
        "link_form": LinkForm(viewer=viewer),
        "decision_form": DecisionForm(viewer=viewer, report=found),
    }
    return render(request, "triage/report.html", context | forms, status=status)
