"""Coordinators decide who stays on the list: each step on a page that says beforehand what it brings about."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.doors import SignedInRequest
from advisories.access import may_decide_members
from advisories.forms.judging import MergeForm, ReasonForm
from advisories.models import Membership, MembershipState, Organisation, StaleMembership
from advisories.models.membership import MEMBERSHIP_STEPS
from advisories.policies import current_policy
from advisories.predisclosure import memberships
from advisories.predisclosure.applications import NoReason

_STEPS = {
    "suspend": (MembershipState.SUSPENDED, "Suspend", "Its doors close at once, and open again when you let it in."),
    "resume": (MembershipState.ACTIVE, "Let it in again", "Its doors open at once."),
    "remove": (
        MembershipState.REMOVED,
        "Remove",
        "Its doors close at once and for good; to come back it applies anew. Its duties remain for what it was told.",
    ),
}


def ask_step(request: SignedInRequest, pk: int, step: str) -> HttpResponse:
    """What the step brings about."""
    return _asking(request, _membership(request, pk), step)


def take_step(request: SignedInRequest, pk: int, step: str) -> HttpResponse:
    """Take it."""
    found = _membership(request, pk)
    _known(step)
    asks = step == "resume" and bool(memberships.outlook(found).untold)
    form = ReasonForm(request.POST, asks_what_to_tell=asks)
    if not form.is_valid():
        return _asking(request, found, step, status=422, form=form)
    reason = form.cleaned_data["reason"]
    try:
        if step == "resume":
            memberships.resume(found, reason, tell_held=form.tell_held, by=request.user)
        elif step == "suspend":
            memberships.suspend(found, reason, by=request.user)
        else:
            memberships.remove(found, reason, by=request.user)
    except (StaleMembership, NoReason) as refusal:
        form.add_error(None, f"Nothing was done: {refusal}.")
        return _asking(request, _membership(request, pk), step, status=409, form=form)
    messages.success(request, f"{found.organisation}: {found.get_state_display().lower()} now.")
    return redirect("joining:organisation", found.organisation_id)


def ask_merge(request: SignedInRequest, pk: int) -> HttpResponse:
    """What putting two organisations together brings about."""
    return _merging(request, _organisation(request, pk))


def merge(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put them together."""
    found = _organisation(request, pk)
    form = MergeForm(request.POST, choices=_choices(request, found))
    if not form.is_valid():
        return _merging(request, found, status=422, form=form)
    told = form.cleaned_data
    try:
        memberships.merge(found, told["into"], told["reason"], bring_people=told["bring_people"], by=request.user)
    except (memberships.NotMergeable, StaleMembership, NoReason) as refusal:
        form.add_error(None, f"Nothing was done: {refusal}")
        return _merging(request, found, status=409, form=form)
    messages.success(request, f"{found} is a part of {told['into']} now.")
    return redirect("joining:organisation", told["into"].pk)


def _membership(request: SignedInRequest, pk: int) -> Membership:
    found = get_object_or_404(Membership.objects.visible_to(request.user).select_related("organisation"), pk=pk)
    _coordinators_only(request)
    return found


def _organisation(request: SignedInRequest, pk: int) -> Organisation:
    found = get_object_or_404(Organisation.objects.visible_to(request.user), pk=pk)
    _coordinators_only(request)
    return found


def _coordinators_only(request: SignedInRequest) -> None:
    if not may_decide_members(request.user):
        raise PermissionDenied


def _known(step: str) -> None:
    if step not in _STEPS:
        raise Http404


def _asking(
    request: SignedInRequest, found: Membership, step: str, *, status: int = 200, form: ReasonForm | None = None
) -> HttpResponse:
    _known(step)
    target, title, lede = _STEPS[step]
    ahead = memberships.outlook(found)
    if form is None:
        help_text = "The record keeps it. The letter to the member says only that its place on the list has changed."
        form = ReasonForm(asks_what_to_tell=step == "resume" and bool(ahead.untold), help_text=help_text)
    context: dict[str, Any] = {
        "membership": found,
        "step": step,
        "title": title,
        "lede": lede,
        "ahead": ahead,
        "form": form,
        "is_possible": target in MEMBERSHIP_STEPS[MembershipState(found.state)],
        "policy": current_policy(),
    }
    return render(request, "joining/step.html", context, status=status)


def _merging(
    request: SignedInRequest, found: Organisation, *, status: int = 200, form: MergeForm | None = None
) -> HttpResponse:
    membership = Membership.objects.visible_to(request.user).on_the_list().filter(organisation=found).first()
    context = {
        "organisation": found,
        "ahead": memberships.outlook(membership) if membership else None,
        "form": form or MergeForm(choices=_choices(request, found)),
    }
    return render(request, "joining/merge.html", context, status=status)


def _choices(request: SignedInRequest, found: Organisation) -> Any:
    return Organisation.objects.visible_to(request.user).filter(pk__in=memberships.to_merge_into(found))
