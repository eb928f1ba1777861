"""A member's own things: contacts, role address, keys, terms. Its people keep them, coordinators may help.

Nothing on these pages says anything about an advisory.
"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import SignedInRequest
from advisories.access import may_decide_members, may_keep, may_triage
from advisories.forms.keys import KeyForm
from advisories.forms.organisations import ContactForm, RoleAddressForm
from advisories.models import (
    Application,
    Contact,
    ContactRight,
    Event,
    MemberKey,
    MemberLetter,
    Membership,
    MembershipState,
    Organisation,
    StaleMembership,
)
from advisories.policies import current_policy
from advisories.predisclosure import contacts, keys, terms
from advisories.timeline import timeline_of


@require_safe
def own(request: SignedInRequest) -> HttpResponse:
    """To the organisation that one speaks for; of several, one chooses."""
    mine = Contact.objects.of(request.user).values("organisation")
    found = list(Organisation.objects.visible_to(request.user).filter(pk__in=mine))
    if len(found) == 1:
        return redirect("joining:organisation", found[0].pk)
    return render(request, "joining/own.html", {"organisations": found, "may_see_team": may_triage(request.user)})


@require_safe
def organisation(request: SignedInRequest, pk: int) -> HttpResponse:
    """Everything about one organisation."""
    return _page(request, _organisation(request, pk))


@require_POST
def invite(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let somebody speak for it."""
    found = _to_change(request, pk)
    form = ContactForm(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, contact_form=form)
    told = form.cleaned_data
    try:
        made = contacts.invite(found, told["address"], told["name"], ContactRight(told["right"]), by=request.user)
    except (contacts.SpeaksAlready, contacts.LastOfItsKind) as refusal:
        form.add_error(None, str(refusal))
        return _page(request, found, status=422, contact_form=form)
    messages.success(request, f"{made.user} speaks for {found}: {made.get_right_display().lower()}.")
    return redirect("joining:organisation", pk)


@require_POST
def end_contact(request: SignedInRequest, pk: int, contact: int) -> HttpResponse:
    """Let somebody speak for it no longer."""
    found = _to_change(request, pk)
    held = get_object_or_404(Contact.objects.visible_to(request.user).filter(organisation=found), pk=contact)
    try:
        if contacts.end(held, by=request.user, may_be_last=may_decide_members(request.user)):
            messages.success(request, f"{held.user} no longer speaks for {found}.")
    except contacts.LastOfItsKind as refusal:
        messages.error(request, str(refusal))
    # Whoever ended their own place here is led to what they still speak for.
    if Organisation.objects.visible_to(request.user).filter(pk=pk).exists():
        return redirect("joining:organisation", pk)
    return redirect("joining:own")


@require_POST
def add_key(request: SignedInRequest, pk: int) -> HttpResponse:
    """Use one more key."""
    found = _to_change(request, pk)
    form = KeyForm(request.POST, request.FILES)
    if not form.is_valid() or form.certificate is None:
        return _page(request, found, status=422, key_form=form)
    made = keys.add(found, form.certificate.binary, by=request.user)
    messages.success(request, f"Letters are encrypted to {made.fingerprint} from now on.")
    return redirect("joining:organisation", pk)


@require_POST
def retire_key(request: SignedInRequest, pk: int, key: int) -> HttpResponse:
    """Encrypt to it no longer."""
    found = _to_change(request, pk)
    held = get_object_or_404(MemberKey.objects.visible_to(request.user).filter(organisation=found), pk=key)
    if keys.retire(held, by=request.user):
        messages.success(request, f"Nothing is encrypted to {held.fingerprint} any more.")
    return redirect("joining:organisation", pk)


@require_POST
def change_address(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask for another role address; the letter to it asks back."""
    found = _to_change(request, pk)
    form = RoleAddressForm(request.POST)
    if form.is_valid():
        try:
            contacts.ask_for_address(_on_the_list(request, found), form.cleaned_data["address"], by=request.user)
        except contacts.NoRoleAddress as refusal:
            form.add_error("address", str(refusal))
        else:
            messages.success(request, "A letter is on its way. The address counts once somebody there confirms it.")
            return redirect("joining:organisation", pk)
    return _page(request, found, status=422, address_form=form)


@require_POST
def accept_terms(request: SignedInRequest, pk: int) -> HttpResponse:
    """Accept the version that the page showed; the organisation's own people only."""
    found = _own_to_change(request, pk)
    version = request.POST.get("version", "")
    try:
        number = int(version) if version.isdecimal() and len(version) < 9 else 0
        terms.accept(_on_the_list(request, found), number, by=request.user)
    except StaleMembership as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Version {version} of the terms is accepted.")
    return redirect("joining:organisation", pk)


@require_POST
def confirm(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say that everything still holds; the organisation's own people only."""
    found = _own_to_change(request, pk)
    terms.confirm(_on_the_list(request, found), by=request.user)
    messages.success(request, "Thank you. We ask again in a year or so.")
    return redirect("joining:organisation", pk)


@require_POST
def change_listing(request: SignedInRequest, pk: int) -> HttpResponse:
    """Agree to be named in public, or no longer."""
    found = _to_change(request, pk)
    contacts.change_listing(found, is_listed="listed" in request.POST, by=request.user)
    return redirect("joining:organisation", pk)


def _organisation(request: SignedInRequest, pk: int) -> Organisation:
    """404 to everyone who neither speaks for it nor is on the team."""
    return get_object_or_404(Organisation.objects.visible_to(request.user).select_related("merged_into"), pk=pk)


def _to_change(request: SignedInRequest, pk: int) -> Organisation:
    found = _organisation(request, pk)
    if not may_keep(request.user, found):
        raise PermissionDenied
    _on_the_list(request, found)
    return found


def _own_to_change(request: SignedInRequest, pk: int) -> Organisation:
    found = _organisation(request, pk)
    if not Contact.objects.of(request.user, ContactRight.MANAGE).filter(organisation=found).exists():
        raise PermissionDenied
    _on_the_list(request, found)
    return found


def _on_the_list(request: SignedInRequest, found: Organisation) -> Membership:
    mine = Membership.objects.visible_to(request.user).on_the_list().filter(organisation=found)
    membership = mine.select_related("organisation").first()
    if membership is None:
        raise PermissionDenied
    return membership


def _page(request: SignedInRequest, found: Organisation, *, status: int = 200, **forms: Any) -> HttpResponse:
    viewer, now, policy = request.user, timezone.now(), current_policy()
    memberships = list(Membership.objects.visible_to(viewer).filter(organisation=found).order_by("-began_at", "-pk"))
    membership = memberships[0] if memberships else None
    is_on_the_list = membership is not None and membership.state != MembershipState.REMOVED
    is_team = may_triage(viewer)
    own_keys = MemberKey.objects.visible_to(viewer).filter(organisation=found, replaced_at__isnull=True)
    asked = MemberLetter.objects.visible_to(viewer).filter(membership=membership, kind="address").order_by("-pk")
    context = {
        "organisation": found,
        "membership": membership,
        "earlier": memberships[1:],
        "is_on_the_list": is_on_the_list,
        "duties": terms.duties(membership, policy, terms.changed_at(policy), now) if membership else None,
        "contacts": Contact.objects.visible_to(viewer).unended().filter(organisation=found).select_related("user"),
        "keys": [(key, keys.days_left(key, now)) for key in own_keys],
        "asked_for": asked.first() if membership else None,
        "policy": policy,
        "is_team": is_team,
        "is_own": Contact.objects.of(viewer, ContactRight.MANAGE).filter(organisation=found).exists(),
        "may_keep": is_on_the_list and may_keep(viewer, found),
        "may_decide": may_decide_members(viewer),
        "applications": Application.objects.visible_to(viewer).filter(organisation=found).defer("certificate"),
        "parts": Organisation.objects.visible_to(viewer).filter(merged_into=found) if is_team else [],
        "moments": timeline_of(Event.objects.visible_to(viewer).about(found), with_addresses=True) if is_team else [],
        "contact_form": ContactForm(auto_id="id_contact_%s"),
        "key_form": KeyForm(auto_id="id_key_%s"),
        "address_form": RoleAddressForm(auto_id="id_role_%s"),
    }
    return render(request, "joining/organisation.html", context | forms, status=status)
