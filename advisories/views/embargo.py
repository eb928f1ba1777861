"""Negotiating the end of an embargo, for those who work on the advisory: the team and its guests."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import Viewer
from accounts.doors import SignedInRequest
from accounts.models.drawn import may_be_a_key
from advisories.access import may_write_advisories, party_of
from advisories.embargo import agreeing, consenting, negotiating
from advisories.embargo.consents import offered
from advisories.embargo.outside_clocks import BreaksClocks, BrokenClock, Confirmed
from advisories.embargo.reading import negotiation_of, release_for
from advisories.embargo.refusals import REFUSALS, in_words
from advisories.forms.embargo import (
    AnswerForm,
    ConfirmForm,
    DecisionForm,
    EndForm,
    FixedEndForm,
    OutForm,
    StartClockForm,
    WordingForm,
)
from advisories.models import Advisory, Consent, Party, Proposal, Side, Verdict
from advisories.policies import current_policy


@require_safe
def negotiation(request: HttpRequest, number: int) -> HttpResponse:
    """Where the negotiation stands: the end, proposals with answers, consents, outside clocks."""
    return page(request, opened(request.user, number))


@require_POST
def propose(request: SignedInRequest, number: int) -> HttpResponse:
    """Propose an end. One that breaks outside clocks is asked about first, with nothing saved.

    Whoever then wants another date gets the form back with all that was typed, on the warning, too.
    """
    advisory = opened(request.user, number)
    party = taking_part(request.user, advisory)
    policy = current_policy()
    form = EndForm(request.POST, policy=policy, proposals=negotiation_of(advisory, request.user, policy).proposals)
    if not form.is_valid():
        return page(request, advisory, end_form=form, status=422)
    if "another" in request.POST:
        return page(request, advisory, end_form=form)
    try:
        negotiating.propose(
            advisory, form.end, party=party, confirmed=confirmed_in(request), instead_of=_other(request, form)
        )
    except BreaksClocks as warning:
        return _ask_first(
            request, "embargo/end_breaks_clocks.html", warning.broken, {"advisory": advisory, "form": form}
        )
    except REFUSALS as refusal:
        form.add_error(None, in_words(refusal))
        return page(request, advisory, end_form=form, status=422)
    messages.success(request, "The date is proposed. Finders are told that there is something to answer.")
    return redirect("advisories:embargo", number)


def refusing(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Tell what the rules refuse on the page of the negotiation, where it can be seen why."""

    @wraps(view)
    def told(request: SignedInRequest, number: int, **place: int) -> HttpResponse:
        try:
            return view(request, number, **place)
        except REFUSALS as refusal:
            messages.error(request, in_words(refusal))
            return redirect("advisories:embargo", number)

    return told


@require_POST
@refusing
def answer(request: SignedInRequest, number: int, pk: int) -> HttpResponse:
    """Agree to a proposal or decline it, for oneself or for the team."""
    advisory = opened(request.user, number)
    party = taking_part(request.user, advisory)
    form = AnswerForm(request.POST)
    if form.is_valid():
        negotiating.answer(_proposal(request, advisory, pk), Verdict(form.cleaned_data["verdict"]), party=party)
    return redirect("advisories:embargo", number)


@refusing
def ask_accept(request: SignedInRequest, number: int, pk: int) -> HttpResponse:
    """Show what agreeing brings about, and every outside clock that the date breaks."""
    advisory = team_only(request, number)
    _proposal(request, advisory, pk)
    return _asked_to_accept(request, advisory, pk)


@refusing
def accept(request: SignedInRequest, number: int, pk: int) -> HttpResponse:
    """Agree on the shortest proposal."""
    advisory = team_only(request, number)
    try:
        left = agreeing.agree(_proposal(request, advisory, pk), by=request.user, confirmed=confirmed_in(request))
    except BreaksClocks as warning:
        return _asked_to_accept(request, advisory, pk, warning.broken)
    messages.success(request, "The end is agreed. Everyone who takes part is asked for consent to it.")
    if left is not None:
        messages.warning(request, "The release is still planned for another date: see below what can be done.")
    return redirect("advisories:embargo", number)


@require_POST
@refusing
def reject(request: SignedInRequest, number: int, pk: int) -> HttpResponse:
    """Turn a proposal down."""
    advisory = team_only(request, number)
    negotiating.reject(_proposal(request, advisory, pk), by=request.user)
    messages.success(request, "The proposal is turned down. What was agreed before stands.")
    return redirect("advisories:embargo", number)


@require_POST
@refusing
def withdraw(request: SignedInRequest, number: int, pk: int) -> HttpResponse:
    """Take one's own proposal back."""
    advisory = opened(request.user, number)
    party = taking_part(request.user, advisory)
    negotiating.withdraw(_proposal(request, advisory, pk), party=party)
    messages.success(request, "The proposal is withdrawn.")
    return redirect("advisories:embargo", number)


@require_POST
@refusing
def consent(request: SignedInRequest, number: int) -> HttpResponse:
    """A guest agrees to keep the secret until the end that the page showed, or says no. The team agrees by agreeing."""
    advisory = opened(request.user, number)
    if taking_part(request.user, advisory).side != Side.GUEST:
        raise PermissionDenied
    mine = Consent.objects.visible_to(request.user).filter(embargo__advisory=advisory, user=request.user)
    row = get_object_or_404(mine, side=Side.GUEST)
    form = WordingForm(request.POST, policy=current_policy())
    if not form.is_valid():
        messages.error(request, "Say what you agree to.")
    elif form.cleaned_data["says"] == "decline":
        consenting.decline(row, by=request.user)
    else:
        consenting.sign(row, form.cleaned_data["wording"], form.cleaned_data["end_at"], by=request.user)
    return redirect("advisories:embargo", number)


@require_POST
@refusing
def ask_again(request: SignedInRequest, number: int, pk: int) -> HttpResponse:
    """Ask somebody for consent who declined or said nothing."""
    advisory = team_only(request, number)
    found = Consent.objects.visible_to(request.user).filter(embargo__advisory=advisory)
    consenting.ask_again(get_object_or_404(found, pk=pk), by=request.user)
    messages.success(request, "Asked again.")
    return redirect("advisories:embargo", number)


def opened(viewer: Viewer, number: int) -> Advisory:
    """The advisory, for those who work on it; 404 for everyone else, also once it is public."""
    return get_object_or_404(Advisory.objects.visible_to(viewer).worked_on_by(viewer), number=number)


def taking_part(viewer: Viewer, advisory: Advisory) -> Party:
    """For whom the viewer speaks; 403 for those who may only read."""
    party = party_of(viewer, advisory)
    if party is None:
        raise PermissionDenied
    return party


def team_only(request: HttpRequest, number: int) -> Advisory:
    """The advisory, for the team: what is agreed and which clocks run is theirs to decide."""
    advisory = opened(request.user, number)
    if not may_write_advisories(request.user):
        raise PermissionDenied
    return advisory


def confirmed_in(request: HttpRequest) -> Confirmed:
    """The clocks that were ticked on the page that warned of them, with the reason; the action checks them."""
    ticked = {int(value) for value in request.POST.getlist("clocks") if may_be_a_key(value)}
    return Confirmed(frozenset(ticked), request.POST.get("despite", "").replace("\0", "").strip())


def page(request: HttpRequest, advisory: Advisory, status: int = 200, **forms: object) -> HttpResponse:
    """The negotiation with its forms, of which those given hold what was typed."""
    policy = current_policy()
    shown = negotiation_of(advisory, request.user, policy)
    context: dict[str, object] = {
        "advisory": advisory,
        "page": shown,
        "end_form": EndForm(policy=policy, proposals=shown.proposals),
        "wordings": offered(is_announced=bool(policy.announced)),
    }
    if shown.is_team:
        running = {clock.rule_key for clock in shown.clocks}
        context["start_form"] = StartClockForm(policy=policy, running=running, prefix="start")
        context["fix_form"] = FixedEndForm(policy=policy, prefix="fix")
        context["out_form"] = OutForm()
        context["decision_form"] = DecisionForm()
    return render(request, "embargo/negotiation.html", context | forms, status=status)


def _proposal(request: HttpRequest, advisory: Advisory, pk: int) -> Proposal:
    found = Proposal.objects.visible_to(request.user).select_related("embargo__advisory")
    return get_object_or_404(found, embargo__advisory=advisory, pk=pk)


def _other(request: HttpRequest, form: EndForm) -> Proposal | None:
    pk = form.instead_of_pk
    return get_object_or_404(Proposal.objects.visible_to(request.user), pk=pk) if pk is not None else None


def _asked_to_accept(
    request: HttpRequest, advisory: Advisory, pk: int, broken: tuple[BrokenClock, ...] | None = None
) -> HttpResponse:
    shown = negotiation_of(advisory, request.user, current_policy())
    proposal = next((one for one in shown.proposals if one.pk == pk), None)
    if proposal is None:
        messages.error(request, "That proposal is not open any more.")
        return redirect("advisories:embargo", advisory.number)
    release = release_for(advisory, request.user)
    context = {"advisory": advisory, "page": shown, "proposal": proposal, "release": release}
    return _ask_first(request, "embargo/end_accept.html", proposal.broken if broken is None else broken, context)


def _ask_first(
    request: HttpRequest, template: str, broken: tuple[BrokenClock, ...], context: dict[str, Any]
) -> HttpResponse:
    """A page that says what a step brings about; what was ticked wrongly or left out is shown on it."""
    is_tried = request.method == "POST" and "confirming" in request.POST
    kept = {"despite": request.POST.get("despite", "")}
    confirm = ConfirmForm(request.POST if is_tried else None, broken=broken, initial=kept) if broken else None
    status = 422 if request.method == "POST" else 200
    return render(request, template, {"broken": broken, "confirm": confirm} | context, status=status)
