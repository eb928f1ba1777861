"""What others decide about an embargo: their clocks, and that the issue is out."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.doors import SignedInRequest
from advisories.calendar.clocks import FixedEnd
from advisories.embargo import afterwards, negotiating, outside_clocks
from advisories.embargo.outside_clocks import Began
from advisories.embargo.reading import negotiation_of
from advisories.forms.embargo import DecisionForm, FixedEndForm, OutForm, StartClockForm
from advisories.models import Decision, Embargo, Matter, Out, StartedClock
from advisories.policies import current_policy
from advisories.views.embargo import page, refusing, team_only


@require_POST
@refusing
def start(request: SignedInRequest, number: int) -> HttpResponse:
    """Say that a clock of the policy has started."""
    advisory = team_only(request, number)
    policy = current_policy()
    running = {clock.rule_key for clock in negotiation_of(advisory, request.user, policy).clocks}
    form = StartClockForm(request.POST, policy=policy, running=running, prefix="start")
    if not form.is_valid():
        return page(request, advisory, start_form=form, status=422)
    told = form.cleaned_data
    outside_clocks.start(advisory, told["rule"], Began(form.instant, told["zone"], told["note"]), by=request.user)
    return _said(request, number)


@require_POST
@refusing
def fix(request: SignedInRequest, number: int) -> HttpResponse:
    """Enter an end that somebody else has fixed and owns."""
    advisory = team_only(request, number)
    form = FixedEndForm(request.POST, policy=current_policy(), prefix="fix")
    if not form.is_valid():
        return page(request, advisory, fix_form=form, status=422)
    told = form.cleaned_data
    end = FixedEnd(told["owner"], form.instant, told["reference"])
    outside_clocks.fix(advisory, end, zone=told["zone"], note=told["note"], by=request.user)
    return _said(request, number)


@require_POST
@refusing
def stop(request: SignedInRequest, number: int, pk: int) -> HttpResponse:
    """Take back a clock that was started by mistake."""
    advisory = team_only(request, number)
    found = StartedClock.objects.visible_to(request.user).select_related("embargo__advisory")
    outside_clocks.stop(get_object_or_404(found, embargo__advisory=advisory, pk=pk), by=request.user)
    messages.success(request, "The clock is taken back. It stays on the record.")
    return redirect("advisories:embargo", number)


@require_POST
@refusing
def note_out(request: SignedInRequest, number: int) -> HttpResponse:
    """Keep that the issue is public or exploited already."""
    advisory = team_only(request, number)
    form = OutForm(request.POST)
    if not form.is_valid():
        return page(request, advisory, out_form=form, status=422)
    negotiating.note_out(Embargo.of(advisory), Out(form.cleaned_data["out"]), by=request.user)
    messages.warning(request, "Noted. Nothing new can be put under embargo here.")
    return redirect("advisories:embargo", number)


@require_POST
@refusing
def tell_afterwards(request: SignedInRequest, number: int) -> HttpResponse:
    """Keep a decision for readers."""
    advisory = team_only(request, number)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return page(request, advisory, decision_form=form, status=422)
    afterwards.decide(advisory, Matter(form.cleaned_data["about"]), form.cleaned_data["words"], by=request.user)
    messages.success(request, "Kept. Readers are told once the advisory is public.")
    return redirect("advisories:embargo", number)


@require_POST
@refusing
def tell_nothing(request: SignedInRequest, number: int, pk: int) -> HttpResponse:
    """Take a decision for readers back."""
    advisory = team_only(request, number)
    found = get_object_or_404(Decision.objects.visible_to(request.user).filter(advisory=advisory), pk=pk)
    afterwards.take_back(found, by=request.user)
    messages.success(request, "Taken back: readers are told nothing of it.")
    return redirect("advisories:embargo", number)


def _said(request: SignedInRequest, number: int) -> HttpResponse:
    messages.success(request, "The clock runs. Dates that break it are marked, and asked about before they are saved.")
    return redirect("advisories:embargo", number)
