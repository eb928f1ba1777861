"""Joining the pre-disclosure list, as everyone sees it: who is on it, the form, and the private page of an application.

As on the pages of finders there is no session and no cookie: nothing expires while somebody collects their evidence.
"""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.doors import public_page, visitor
from advisories.access import may_triage
from advisories.forms.joining import AppealForm, ApplicationForm
from advisories.models import Application, ApplicationNote, Knock, StaleApplication
from advisories.policies import current_policy
from advisories.policy import Policy
from advisories.predisclosure import contacts, joining
from advisories.predisclosure.applications import (
    APPLICATION_STEPS,
    MAY_BE_COMPLETED,
    ApplicationState,
    ApplicationStepNotAllowed,
    NoReason,
)
from advisories.predisclosure.members import listed
from advisories.views.reporting import private

_CHANGES_PER_HOUR = 60


@public_page
@require_safe
def members(request: HttpRequest) -> HttpResponse:
    """What the list is, who is on it if the policy says so, and what it takes to join."""
    policy = current_policy()
    context = {"policy": policy, "listed": listed(policy), "may_see_team": may_triage(request.user)}
    return render(request, "joining/members.html", context)


@public_page
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """The form; kept, complete or not, it leads to the application's private page."""
    policy = current_policy()
    if request.method != "POST":
        return _form(request, ApplicationForm(policy=policy), policy)
    form = ApplicationForm(request.POST, request.FILES, policy=policy)
    if not form.is_valid():
        return _form(request, form, policy, status=422)
    if not Knock.objects.may_enter("apply", visitor(request), limit=settings.REPORTS_PER_HOUR):
        form.add_error(None, "Too many applications came from your network within an hour. Send it later.")
        return _form(request, form, policy, status=429)
    joining.begin(form.told, token=form.token, is_suspect=form.is_suspect)
    return redirect(f"{reverse('joining:application', args=[form.token])}?new=1")


@private
@require_http_methods(["GET", "HEAD", "POST"])
def application(request: HttpRequest, token: str) -> HttpResponse:
    """Where it stands, what is missing, what was said; while it may be completed, the form."""
    found, policy = _behind(token), current_policy()
    if request.method != "POST":
        return _page(request, found, token, policy)
    form = ApplicationForm(request.POST, request.FILES, policy=policy, application=found)
    if not form.is_valid():
        return _page(request, found, token, policy, status=422, form=form)
    if not Knock.objects.may_enter("application", str(found.pk), limit=_CHANGES_PER_HOUR):
        form.add_error(None, "Too many changes within an hour. Nothing is lost: send it later.")
        return _page(request, found, token, policy, status=429, form=form)
    try:
        is_in = joining.complete(found, form.told, answer=form.cleaned_data["answer"])
    except StaleApplication:
        form.add_error(None, "The application was changed or decided meanwhile: look at it again.")
        return _page(request, _behind(token), token, policy, status=409, form=form)
    return redirect(f"{reverse('joining:application', args=[token])}?{'sent' if is_in else 'kept'}=1")


@private
@require_POST
def appeal(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for another decision."""
    found, policy = _behind(token), current_policy()
    form = AppealForm(request.POST)
    if form.is_valid():
        try:
            joining.appeal(found, form.cleaned_data["reason"])
        except (ApplicationStepNotAllowed, NoReason, StaleApplication):
            form.add_error(None, "There is no decision to appeal against.")
        else:
            return redirect("joining:application", token)
    return _page(request, found, token, policy, status=422, appeal_form=form)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Ask first, then give it up."""
    found = _behind(token)
    if request.method != "POST":
        return render(request, "joining/withdraw.html", {"application": found, "token": token})
    # Where somebody was faster, its page says where it stands.
    with suppress(ApplicationStepNotAllowed, StaleApplication):
        joining.withdraw(found)
    return redirect("joining:application", token)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def check_address(request: HttpRequest, token: str) -> HttpResponse:
    """Where the letter to a new role address leads: nothing counts before somebody there has pressed the button."""
    address = contacts.address_behind(token)
    if address is None:
        raise Http404
    if request.method == "POST":
        if contacts.confirm_address(token) is None:
            raise Http404
        return render(request, "joining/address.html", {"address": address, "is_confirmed": True})
    return render(request, "joining/address.html", {"address": address, "is_confirmed": False})


def _behind(token: str) -> Application:
    """What a private link leads to; a link that was never given looks like any page that isn't there."""
    return get_object_or_404(Application.objects.behind(token))


def _form(request: HttpRequest, form: ApplicationForm, policy: Policy, *, status: int = 200) -> HttpResponse:
    return render(request, "joining/apply.html", {"form": form, "policy": policy}, status=status)


def _page(
    request: HttpRequest, found: Application, token: str, policy: Policy, *, status: int = 200, **forms: Any
) -> HttpResponse:
    state = ApplicationState(found.state)
    may_complete = state in MAY_BE_COMPLETED
    context: dict[str, Any] = {
        "application": found,
        "token": token,
        "policy": policy,
        "link": request.build_absolute_uri(reverse("joining:application", args=[token])),
        "gaps": joining.gaps(found, policy) if may_complete else (),
        "notes": ApplicationNote.objects.told_to_applicant(found),
        "form": ApplicationForm(policy=policy, application=found) if may_complete else None,
        "appeal_form": AppealForm() if state is ApplicationState.REJECTED else None,
        "may_withdraw": ApplicationState.WITHDRAWN in APPLICATION_STEPS[state],
        "shown": [(one, found.answers.get(one.key, "")) for one in policy.criteria],
    }
    if not may_complete:
        forms.pop("form", None)
    return render(request, "joining/application.html", context | forms, status=status)
