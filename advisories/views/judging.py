"""The team's side of joining: who is on the list, what waits, and one application from question to decision.

The team reads all of it and may leave a note; coordinators decide.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import SignedInRequest
from accounts.models import User
from advisories.access import may_decide_members, may_triage
from advisories.forms.judging import AcceptForm, WordsForm
from advisories.models import Application, ApplicationNote, Event, MemberLetter, Membership, StaleApplication
from advisories.policies import current_policy
from advisories.predisclosure import deciding, joining
from advisories.predisclosure.applications import (
    APPLICATION_STEPS,
    ApplicationState,
    ApplicationStepNotAllowed,
    NoReason,
    links_in,
    weight_of,
)
from advisories.predisclosure.members import everyone
from advisories.predisclosure.memberships import HELD_BACK
from advisories.timeline import timeline_of

_REFUSALS = (
    ApplicationStepNotAllowed,
    NoReason,
    StaleApplication,
    deciding.Incomplete,
    deciding.OnTheListAlready,
)
_LABELS = {
    "note": ("Note for the team", "The applicant doesn't read it."),
    "ask": ("What we need to know", "The applicant reads it on the private page, and may complete the application."),
    "reject": ("Why it is turned down", "The applicant reads it, and may appeal."),
}


@require_safe
def queue(request: SignedInRequest) -> HttpResponse:
    """Members with what wants a look, and applications: those that wait first."""
    if not may_triage(request.user):
        raise PermissionDenied
    viewer, policy = request.user, current_policy()
    shows_all = "all" in request.GET
    memberships = Membership.objects.visible_to(viewer).select_related("organisation__merged_into")
    memberships = memberships.order_by("organisation__name", "-began_at")
    applications = list(Application.objects.visible_to(viewer).defer("certificate"))
    waiting = [one for one in applications if APPLICATION_STEPS[ApplicationState(one.state)]]
    context = {
        "members": everyone(list(memberships if shows_all else memberships.on_the_list()), policy, timezone.now()),
        "applications": applications if shows_all else [one for one in waiting if one.state != "rejected"],
        "waits": sum(one.state in ("applied", "appealed") for one in applications),
        "shows_all": shows_all,
        "policy": policy,
    }
    return render(request, "joining/queue.html", context)


@require_safe
def judge(request: SignedInRequest, reference: str) -> HttpResponse:
    """One application: what it shows, what is missing, what was said, and what can be done."""
    return _page(request, _application(request, reference))


@require_POST
def note(request: SignedInRequest, reference: str) -> HttpResponse:
    """A word for the team alone."""
    return _say(request, _application(request, reference), "note", deciding.note)


@require_POST
def ask(request: SignedInRequest, reference: str) -> HttpResponse:
    """Ask for what is missing."""
    found = _application(request, reference)
    _coordinators_only(request)
    return _say(request, found, "ask", deciding.ask)


@require_POST
def reject(request: SignedInRequest, reference: str) -> HttpResponse:
    """Turn it down."""
    found = _application(request, reference)
    _coordinators_only(request)
    return _say(request, found, "reject", deciding.reject)


def ask_accept(request: SignedInRequest, reference: str) -> HttpResponse:
    """What acceptance brings about, and whether it is told what others know."""
    found = _application(request, reference)
    _coordinators_only(request)
    return _accepting(request, found)


def accept(request: SignedInRequest, reference: str) -> HttpResponse:
    """Put it on the list."""
    found = _application(request, reference)
    _coordinators_only(request)
    ahead = deciding.welcome(found, timezone.now())
    form = AcceptForm(request.POST, asks_what_to_tell=bool(ahead.held))
    if not form.is_valid():
        return _accepting(request, found, status=422, form=form)
    try:
        found.turn = form.cleaned_data["turn"]
        membership, told = deciding.accept(
            found, form.cleaned_data["reason"], tell_held=form.tell_held, by=request.user
        )
    except _REFUSALS as refusal:
        form.add_error(None, _sentence(refusal))
        return _accepting(request, _application(request, reference), status=409, form=form)
    messages.success(request, f"{membership.organisation} is on the list, and its contact is invited.")
    if told:
        messages.info(request, f"It was told of what is under embargo: {len(told)} letters wait for the worker.")
    return redirect("joining:organisation", membership.organisation_id)


def _say(request: SignedInRequest, found: Application, what: str, action: Callable[..., None]) -> HttpResponse:
    form = _words(what, request.POST)
    if form.is_valid():
        try:
            found.turn = form.cleaned_data["turn"]
            action(found, form.cleaned_data["text"], by=request.user)
        except _REFUSALS as refusal:
            form.add_error(None, _sentence(refusal))
            return _page(request, _application(request, found.reference), status=409, **{f"{what}_form": form})
        return redirect(found)
    return _page(request, found, status=422, **{f"{what}_form": form})


def _words(what: str, data: Any = None, turn: int = 0) -> WordsForm:
    label, help_text = _LABELS[what]
    return WordsForm(data, label=label, help_text=help_text, initial={"turn": turn}, auto_id=f"id_{what}_%s")


def _application(request: SignedInRequest, reference: str) -> Application:
    """404 to everyone who isn't on the team, whether there is such an application or not."""
    return get_object_or_404(Application.objects.visible_to(request.user), reference=reference)


def _page(request: SignedInRequest, found: Application, *, status: int = 200, **forms: Any) -> HttpResponse:
    viewer, policy = request.user, current_policy()
    state = ApplicationState(found.state)
    may_decide = may_decide_members(viewer)
    steps = APPLICATION_STEPS[state] if may_decide else frozenset()
    shown = [(one, found.answers.get(one.key, "")) for one in policy.criteria]
    context = {
        "application": found,
        "policy": policy,
        "gaps": joining.gaps(found, policy) if APPLICATION_STEPS[state] else (),
        "weight": weight_of(found.answers, policy),
        "shown": shown,
        "links": sum(len(links_in(answer)) for _, answer in shown),
        "key": joining.key_in_words(found.certificate, timezone.now()),
        "notes": ApplicationNote.objects.visible_to(viewer).filter(application=found).select_related("by"),
        "letters": MemberLetter.objects.visible_to(viewer).filter(application=found),
        "moments": timeline_of(Event.objects.visible_to(viewer).about(found), with_addresses=True),
        "same_name": _same_name(viewer, found),
        "may_ask": ApplicationState.NEEDS_INFORMATION in steps,
        "may_reject": ApplicationState.REJECTED in steps,
        "may_accept": ApplicationState.ACCEPTED in steps,
        **{f"{what}_form": _words(what, turn=found.turn) for what in _LABELS},
    }
    return render(request, "joining/judge.html", context | forms, status=status)


def _same_name(viewer: User, found: Application) -> list[Application]:
    others = Application.objects.visible_to(viewer).filter(name__iexact=found.name).exclude(pk=found.pk)
    return list(others.defer("certificate"))


def _accepting(
    request: SignedInRequest, found: Application, *, status: int = 200, form: AcceptForm | None = None
) -> HttpResponse:
    ahead = deciding.welcome(found, timezone.now())
    if form is None:
        help_text = "The applicant reads it, and the record keeps who decided."
        form = AcceptForm(asks_what_to_tell=bool(ahead.held), help_text=help_text, initial={"turn": found.turn})
    context = {"application": found, "ahead": ahead, "form": form, "held_back": HELD_BACK}
    return render(request, "joining/accept.html", context, status=status)


def _coordinators_only(request: HttpRequest) -> None:
    if not may_decide_members(request.user):
        raise PermissionDenied


def _sentence(refusal: Exception) -> str:
    text = str(refusal)
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."
