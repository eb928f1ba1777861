"""What finders say about dates on their private page: agree, decline, propose another, choose terms."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from advisories.embargo import consenting, negotiating
from advisories.embargo.for_finders import view_of
from advisories.embargo.refusals import REFUSALS, in_words
from advisories.forms.embargo import AnswerForm, FinderEndForm, WordingForm
from advisories.forms.reporting import MessageForm
from advisories.models import Consent, Knock, Party, Proposal, Report, Verdict
from advisories.policies import current_policy
from advisories.views.reporting import behind, private, thread_page

_CHANGES_PER_HOUR = 60


def _own(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open the report behind the link, and say on its page what the rules refuse."""

    @wraps(view)
    def opened(request: HttpRequest, token: str, **place: int) -> HttpResponse:
        report = behind(token)
        if not Knock.objects.may_enter("dates", str(report.pk), limit=_CHANGES_PER_HOUR):
            return _again(request, report, token, "Too many changes within an hour: try again later.", status=429)
        try:
            return view(request, token, report, **place)
        except REFUSALS as refusal:
            return _again(request, report, token, in_words(refusal))

    return private(require_POST(opened))


@_own
def propose(request: HttpRequest, token: str, report: Report) -> HttpResponse:
    """Propose an end."""
    policy = current_policy()
    advisory, shown = report.concern, view_of(report, policy)
    if advisory is None or shown is None:
        raise Http404
    form = FinderEndForm(request.POST, policy=policy, proposals=shown.proposals)
    if not form.is_valid():
        context = thread_page(request, report, token, MessageForm()) | {"end_form": form}
        return render(request, "reports/thread.html", context, status=422)
    pk = form.instead_of_pk
    other = get_object_or_404(Proposal.objects.told_to_finder(report), pk=pk) if pk is not None else None
    negotiating.propose(advisory, form.end, party=Party.finder(report), instead_of=other)
    return _back(token)


@_own
def answer(request: HttpRequest, token: str, report: Report, pk: int) -> HttpResponse:
    """Agree to a proposal or decline it."""
    form = AnswerForm(request.POST)
    proposal = get_object_or_404(Proposal.objects.told_to_finder(report).select_related("embargo__advisory"), pk=pk)
    if form.is_valid():
        negotiating.answer(proposal, Verdict(form.cleaned_data["verdict"]), party=Party.finder(report))
    return _back(token)


@_own
def withdraw(request: HttpRequest, token: str, report: Report, pk: int) -> HttpResponse:
    """Take one's own proposal back."""
    proposal = get_object_or_404(Proposal.objects.told_to_finder(report).select_related("embargo__advisory"), pk=pk)
    negotiating.withdraw(proposal, party=Party.finder(report))
    return _back(token)


@_own
def consent(request: HttpRequest, token: str, report: Report) -> HttpResponse:
    """Agree to keep the secret until the end that the page showed, in words of one's choice; or say no, or leave."""
    row = get_object_or_404(Consent.objects.told_to_finder(report).select_related("embargo__advisory"))
    form = WordingForm(request.POST, policy=current_policy())
    if not form.is_valid():
        return _again(request, report, token, "Say what you agree to.")
    if form.cleaned_data["says"] == "decline":
        consenting.decline(row, by=None)
    else:
        consenting.sign(row, form.cleaned_data["wording"], form.cleaned_data["end_at"], by=None)
    return _back(token)


def _again(request: HttpRequest, report: Report, token: str, words: str, status: int = 422) -> HttpResponse:
    context = thread_page(request, report, token, MessageForm()) | {"dates_refused": words}
    return render(request, "reports/thread.html", context, status=status)


def _back(token: str) -> HttpResponse:
    return redirect(f"{reverse('reports:thread', args=[token])}#dates")
