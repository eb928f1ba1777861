"""The disclosure policy: everyone reads it, the team its history, coordinators change it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import SignedInRequest, public_page
from advisories import policies
from advisories.access import may_change_policy, may_triage
from advisories.consequences import consequences
from advisories.forms.policy_entry import PolicyEntry
from advisories.models import PolicyVersion
from advisories.policy import Policy, PolicyIsWrong
from advisories.policy.document import Document, as_text, from_document, parse, to_document
from advisories.policy.merging import merge
from advisories.policy.promises import promises
from advisories.policy.words import LABELS, differences, said
from advisories.public import caching
from advisories.release.planning import announced, taken_days


@public_page
@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    """What the project promises, in words made from its values."""
    held = policies.in_force()
    coming = announced(held.policy)

    def make() -> HttpResponse:
        context = {
            "promises": promises(held.policy),
            "held": held,
            "coming": coming,
            "may_change": may_change_policy(request.user),
            "may_read_history": may_triage(request.user),
        }
        return render(request, "policy/policy.html", context)

    return caching.answer(request, held.policy, (held, coming), None, make)


def ask_change(request: SignedInRequest) -> HttpResponse:
    """The form, filled in with what holds."""
    _coordinators_only(request)
    held = policies.in_force()
    return _form(request, PolicyEntry(document=to_document(held.policy), based_on=held.sequence))


def preview(request: SignedInRequest) -> HttpResponse:
    """What the change would bring about; nothing is saved yet. With a `document`, back to the form."""
    _coordinators_only(request)
    if "document" in request.POST:
        return _form(request, _again(request))
    entry = PolicyEntry(request.POST)
    if not entry.is_valid() or entry.policy is None:
        return _form(request, entry, status=422)
    told, held = entry.main.cleaned_data, policies.in_force()
    if told["based_on"] != held.sequence:
        return _stale(request, entry.document(), told["based_on"], told["why"])
    entry.policy = policies.with_terms_counted(held.policy, entry.policy)
    if not differences(held.policy, entry.policy):
        entry.main.add_error(None, "Nothing differs from the policy that holds.")
        return _form(request, entry, status=422)
    found = consequences(
        held.policy, entry.policy, taken_days(entry.policy, request.user), viewer=request.user, now=timezone.now()
    )
    context = {"found": found, "held": held, "document": as_text(entry.policy), "why": told["why"]}
    context["new_zone"] = entry.policy.zone
    return render(request, "policy/preview.html", context)


@require_POST
def save(request: SignedInRequest) -> HttpResponse:
    """Let what was previewed hold from now on."""
    _coordinators_only(request)
    try:
        document, based_on, why = _previewed(request)
        changed = policies.change(policies.check(document), based_on=based_on, by=request.user, why=why)
    except policies.StalePolicy:
        return _stale(request, document, based_on, why)
    except (PolicyIsWrong, policies.NothingChanged, policies.NoReasonGiven) as refusal:
        messages.error(request, f"Nothing was saved: {refusal}")
        return redirect("policy:change")
    messages.success(request, f"Version {changed.pk} of the policy holds now.")
    return redirect(changed)


@require_safe
def history(request: SignedInRequest) -> HttpResponse:
    """Every version, the newest first, with who, when and why."""
    _team_only(request)
    versions = PolicyVersion.objects.visible_to(request.user).with_people()
    page = Paginator(versions, 50).get_page(request.GET.get("page"))
    return render(request, "policy/history.html", {"page": page, "may_change": may_change_policy(request.user)})


@require_safe
def version(request: SignedInRequest, sequence: int) -> HttpResponse:
    """One version whole, and how it differs from the one before it."""
    _team_only(request)
    found = get_object_or_404(PolicyVersion.objects.visible_to(request.user).with_people(), pk=sequence)
    now, before = policies.of(found), _policy_at(request, sequence - 1)
    context = {"version": found, "said": said(now), "differences": differences(before, now)}
    return render(request, "policy/version.html", context)


def _team_only(request: HttpRequest) -> None:
    if not may_triage(request.user):
        raise PermissionDenied


def _coordinators_only(request: HttpRequest) -> None:
    if not may_change_policy(request.user):
        raise PermissionDenied


def _policy_at(request: SignedInRequest, sequence: int) -> Policy:
    """The policy of a version; before the first one, the defaults held."""
    found = PolicyVersion.objects.visible_to(request.user).filter(pk=sequence).first()
    return policies.defaults() if found is None else policies.of(found)


def _previewed(request: SignedInRequest) -> tuple[Document, int, str]:
    """What a previewed page sends back. Raises `PolicyIsWrong` for what no page of ours sends."""
    told = request.POST
    document = to_document(parse(told.get("document", "")))
    based_on = told.get("based_on", "")
    return (
        document,
        int(based_on) if based_on.isdecimal() and len(based_on) < 10 else 0,
        told.get("why", "").replace("\0", "")[:2000],
    )


def _again(request: SignedInRequest) -> PolicyEntry:
    try:
        document, based_on, why = _previewed(request)
    except PolicyIsWrong:
        held = policies.in_force()
        document, based_on, why = to_document(held.policy), held.sequence, ""
    return PolicyEntry(document=document, based_on=based_on, why=why)


def _stale(request: SignedInRequest, mine: Document, based_on: int, why: str) -> HttpResponse:
    """Somebody was faster: both changes beside each other, and a form that holds what comes of them."""
    held = policies.in_force()
    base, theirs = to_document(_policy_at(request, based_on)), to_document(held.policy)
    merged = merge(base, mine, theirs)
    context = {
        "newest": PolicyVersion.objects.visible_to(request.user).with_people().filter(pk=held.sequence).first(),
        "clashes": [each for each in differences(held.policy, from_document(mine)) if each.field in merged.clashes],
        "taken": [LABELS[name] for name in merged.taken],
    }
    return _form(request, PolicyEntry(document=merged.document, based_on=held.sequence, why=why), status=409, **context)


def _form(request: SignedInRequest, entry: PolicyEntry, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"entry": entry, "prefix": policies.prefix(), "clashes": (), "taken": (), "newest": None}
    return render(request, "policy/change.html", context | more, status=status)
