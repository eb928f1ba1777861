"""Asking before something is done to a batch, and saying why it was not done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.doors import SignedInRequest
from advisories.calendar import Slot
from advisories.embargo import refusals
from advisories.embargo.outside_clocks import BreaksClocks
from advisories.models import Batch, StaleBatch
from advisories.release.batching import BatchStepNotAllowed, CannotSplit, NoReason, NotAhead
from advisories.release.disarming import AlreadyOut
from advisories.release.freezing import NeedsReason
from advisories.release.releasing import ChangedSince, NotOnTheTeam, SomethingMissing
from advisories.release.scheduling import NotPlannable
from advisories.timeline import Moment
from releases.desk import reading
from releases.desk.values import Lacks, Offer
from releases.forms.desk import TurnForm

REFUSALS: tuple[type[Exception], ...] = (
    AlreadyOut, BatchStepNotAllowed, BreaksClocks, CannotSplit, ChangedSince, NeedsReason, NoReason, NotAhead,
    NotOnTheTeam, NotPlannable, SomethingMissing, *refusals.REFUSALS,
)  # fmt: skip
"""What may keep a step from being taken, each with a sentence. Nothing was done then."""

_REFUSED_OR_STALE: tuple[type[Exception], ...] = (StaleBatch, *REFUSALS)


@dataclass(frozen=True, slots=True)
class Question:
    """A page that asks before something is done."""

    title: str
    lede: str
    button: str
    consequences: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    is_grave: bool = False
    offers: tuple[Offer, ...] = ()
    lacks: tuple[tuple[str, Lacks], ...] = ()
    """What members cannot be told without, by the advisory's number."""
    told: tuple[str, ...] = ()
    """Who hears of it, by name."""
    slots: tuple[Slot, ...] = ()
    """Dates that would do."""
    zone: str = "UTC"
    """In which they are shown."""


def ask(
    request: HttpRequest, batch: Batch, question: Question, form: Form, *, status: int = 200,
    since: Sequence[Moment] = (),
) -> HttpResponse:  # fmt: skip
    """Show the question with its form; `since` is what others did while it was being filled in."""
    context = {"batch": batch, "question": question, "form": form, "since": since}
    return render(request, "desk/ask.html", context, status=status)


def carry_out(
    request: SignedInRequest,
    batch: Batch,
    question: Callable[[], Question],
    form: TurnForm,
    act: Callable[[dict[str, Any]], str],
) -> HttpResponse:
    """Do it with what was filled in and say so, or ask again with why not.

    Where somebody changed the batch meanwhile, what was typed is asked about again as the batch stands now.
    """
    if form.is_valid():
        turn = batch.turn = form.cleaned_data["turn"]
        try:
            messages.success(request, act(form.cleaned_data))
            return redirect(batch)
        except StaleBatch as stale:
            batch.refresh_from_db()
            form.ask_again(sentence(stale), turn=batch.turn)
            since = reading.last_of(batch, request.user, batch.turn - turn)
            return ask(request, batch, question(), form, status=409, since=since)
        except REFUSALS as refusal:
            form.add_error(None, sentence(refusal))
    return ask(request, batch, question(), form, status=422)


def do(request: HttpRequest, batch: Batch, act: Callable[[], str]) -> HttpResponse:
    """The same for what needs no page of its own."""
    try:
        messages.success(request, act())
    except _REFUSED_OR_STALE as refusal:
        messages.error(request, sentence(refusal))
    return redirect(batch)


def sentence(refusal: Exception) -> str:
    """A refusal as a sentence."""
    if isinstance(refusal, refusals.REFUSALS):
        return refusals.in_words(refusal)
    said = str(refusal).strip()
    return f"{said[:1].upper()}{said[1:]}{'' if said.endswith('.') else '.'}"
