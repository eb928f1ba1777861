"""Merging, splitting, giving up, withdrawing, superseding: one page each, which says what will happen."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from accounts.doors import SignedInRequest
from advisories import numbering
from advisories.forms.numbering import MergeForm, ReasonForm, SplitForm, SupersedeForm
from advisories.lifecycle import STEPS, State, StepNotAllowed
from advisories.models import Advisory, StaleAdvisory, StaleEmbargo
from advisories.release.disarming import AlreadyOut
from advisories.views.writers import writers_advisory


@dataclass(frozen=True, slots=True)
class Deed:
    """One of the things that can become of a number."""

    verb: str
    consequences: tuple[str, ...]
    form: type[forms.Form]
    act: Callable[..., Advisory | None]
    can: Callable[[State], bool]
    is_final: bool = True


DEEDS = {
    "merge": Deed(
        "Merge into another",
        (
            "Its reports move to the other advisory; every finder keeps credit and terms.",
            "Its text stays for those who work on it, and is never published. Its patches are no longer tried.",
            "Whoever may read the other one finds a pointer at this number. Nobody else learns of it.",
        ),
        MergeForm,
        lambda advisory, told, by: numbering.merge(advisory, told["into"], because=told["because"], by=by),
        lambda state: State.MERGED in STEPS[state],
    ),
    "split": Deed(
        "Split off a part",
        (
            "The next number is taken, and its draft begins with what you choose here.",
            "Both keep the embargo as it is agreed now; each can be moved by itself from there.",
            "Publishing one may reveal the other: tell those who know both.",
            "What is armed with it is held back until it is approved again.",
        ),
        SplitForm,
        lambda advisory, told, by: numbering.split(
            advisory,
            title=told["title"],
            sections=told.get("sections", ()),
            reports=list(told.get("reports", ())),
            identifiers=list(told.get("identifiers", ())),
            with_affected=told["with_affected"],
            by=by,
        ),
        lambda state: state in numbering.CAN_BE_SPLIT,
        is_final=False,
    ),
    "unused": Deed(
        "Give up the number",
        (
            "The number is never used again, and nobody but the team reads the text.",
            "Where the policy announces numbers, its page tells everyone the reason; otherwise there is no such page.",
        ),
        ReasonForm,
        lambda advisory, told, by: numbering.mark_unused(advisory, because=told["because"], by=by),
        lambda state: State.UNUSED in STEPS[state],
    ),
    "withdraw": Deed(
        "Withdraw",
        (
            "It stays readable, and says first of all that it was withdrawn and why.",
            "Its patches are no longer tried.",
        ),
        ReasonForm,
        lambda advisory, told, by: numbering.withdraw(advisory, because=told["because"], by=by),
        lambda state: State.WITHDRAWN in STEPS[state],
    ),
    "supersede": Deed(
        "Superseded by another",
        (
            "Both pages lead to each other, for those who may read both.",
            "Nothing else changes. It can be taken back.",
        ),
        SupersedeForm,
        lambda advisory, told, by: numbering.supersede(advisory, told["by_other"], by=by),
        lambda state: state in numbering.TAKES_OTHERS_IN | {State.WITHDRAWN},
        is_final=False,
    ),
}


def ask(request: SignedInRequest, number: int, what: str) -> HttpResponse:
    """Say what will happen, and ask for what is needed."""
    advisory = _of(request, number, what)
    return _page(request, advisory, what, _form(request, advisory, what))


def act(request: SignedInRequest, number: int, what: str) -> HttpResponse:
    """Do it, once."""
    advisory = _of(request, number, what)
    form = _form(request, advisory, what, request.POST)
    if not form.is_valid():
        return _page(request, advisory, what, form, status=422)
    try:
        with transaction.atomic():
            made = DEEDS[what].act(advisory, form.cleaned_data, request.user)
    except (numbering.NotThere, numbering.NoReason, AlreadyOut) as refusal:
        form.add_error(None, str(refusal))
        return _page(request, advisory, what, form, status=409)
    except (StaleAdvisory, StaleEmbargo, StepNotAllowed, IntegrityError):
        messages.error(request, "Somebody else was faster. Nothing was changed; look again.")
        return redirect(advisory)
    return redirect(made or advisory)


def deeds_for(state: State) -> list[tuple[str, Deed]]:
    """What can become of a number in `state`."""
    return [(what, deed) for what, deed in DEEDS.items() if deed.can(state)]


def _of(request: SignedInRequest, number: int, what: str) -> Advisory:
    advisory = writers_advisory(request, number)
    if not DEEDS[what].can(State(advisory.state)):
        raise Http404
    return advisory


def _form(request: SignedInRequest, advisory: Advisory, what: str, data: Any = None) -> forms.Form:
    wanted = DEEDS[what].form
    if wanted is ReasonForm:
        return wanted(data)
    extra: dict[str, Any] = {"viewer": request.user, "advisory": advisory}
    if what == "supersede" and data is None and advisory.superseded_by is not None:
        extra["initial"] = {"by_other": advisory.superseded_by.number}
    return wanted(data, **extra)


def _page(
    request: SignedInRequest, advisory: Advisory, what: str, form: forms.Form, *, status: int = 200
) -> HttpResponse:
    context = {"advisory": advisory, "deed": DEEDS[what], "form": form}
    return render(request, "advisories/number_form.html", context, status=status)
