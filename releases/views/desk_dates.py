"""What may happen to a date before it comes: moved, split, cancelled; what joins and what leaves."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.doors import SignedInRequest
from advisories.calendar import words
from advisories.embargo import one_date
from advisories.embargo.outside_clocks import BrokenClock
from advisories.models import Advisory, Batch
from advisories.policies import current_policy
from advisories.release import scheduling
from advisories.release.batching import Audience
from releases.desk import clocks, ends
from releases.desk.telling import audiences, good_dates, on_its_day
from releases.forms.desk import JoinForm, MoveForm, ReasonForm, SplitForm, beside_the_date
from releases.views.desk import asked_at, members_for, releasers_batch
from releases.views.desk_asking import Question, ask, carry_out, do


def ask_move(request: SignedInRequest, pk: int) -> HttpResponse:
    """The form for another date."""
    found = releasers_batch(request, pk)
    at = asked_at(request.GET) or found.planned_at
    form = MoveForm(zone=current_policy().zone, at=at, initial={"turn": found.turn})
    return ask(request, found, _moving(request, found), form)


def move(request: SignedInRequest, pk: int) -> HttpResponse:
    """Plan another instant; a proposed date that is chosen is only filled in, beside what was typed."""
    found = releasers_batch(request, pk)
    chosen = asked_at(request.POST)
    if chosen is not None:
        form = MoveForm(zone=current_policy().zone, at=chosen, initial=beside_the_date(request.POST))
        return ask(request, found, _moving(request, found), form)
    form = MoveForm(request.POST, zone=current_policy().zone)
    if form.is_valid() and form.is_kept_from(_broken(request, members_for(request, found), form)):
        return ask(request, found, _moving(request, found), form, status=422)

    def act(told: dict[str, Any]) -> str:
        scheduling.move(found, told["at"], reason=told["reason"], by=request.user, confirmed=form.confirmed)
        against = on_its_day(found, request.user)
        return f"{found} is planned for {words.date(found.planned_at)}.{f' Mind: {against}' if against else ''}"

    return carry_out(request, found, lambda: _moving(request, found), form, act)


def ask_split(request: SignedInRequest, pk: int) -> HttpResponse:
    """The form for taking something to another date."""
    found = releasers_batch(request, pk)
    members = members_for(request, found)
    leaving = members.filter(number=_number_in(request))
    at = asked_at(request.GET) or found.planned_at
    initial = {"turn": found.turn, "leaving": list(leaving)}
    form = SplitForm(members=members, zone=current_policy().zone, at=at, initial=initial)
    return ask(request, found, _splitting(found), form)


def split(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take some of it to another date."""
    found = releasers_batch(request, pk)
    form = SplitForm(request.POST, members=members_for(request, found), zone=current_policy().zone)
    if form.is_valid() and form.is_kept_from(_broken(request, form.cleaned_data["leaving"], form)):
        return ask(request, found, _splitting(found), form, status=422)

    def act(told: dict[str, Any]) -> str:
        other = scheduling.split(
            found, told["leaving"], told["at"], reason=told["reason"], by=request.user, confirmed=form.confirmed
        )
        return f"{other} has what left {found}."

    return carry_out(request, found, lambda: _splitting(found), form, act)


def ask_cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say what giving the date up brings about."""
    found = releasers_batch(request, pk)
    return ask(request, found, _cancelling(found), ReasonForm(initial={"turn": found.turn}))


def cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give the date up."""
    found = releasers_batch(request, pk)

    def act(told: dict[str, object]) -> str:
        scheduling.cancel(found, reason=str(told["reason"]), by=request.user)
        return f"{found} is cancelled; what was in it is free again."

    return carry_out(request, found, lambda: _cancelling(found), ReasonForm(request.POST), act)


@require_POST
def join(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take one more in."""
    found = releasers_batch(request, pk)
    form = JoinForm(request.POST, viewer=request.user)

    def act() -> str:
        if not form.is_valid():
            raise scheduling.NotPlannable("choose an advisory that is in no batch")
        found.turn = form.cleaned_data["turn"]
        scheduling.add(found, form.cleaned_data["advisory"], by=request.user)
        return f"{form.cleaned_data['advisory']} joined {found}."

    return do(request, found, act)


@require_POST
def leave(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Let one leave."""
    found = releasers_batch(request, pk)

    def act() -> str:
        advisory = members_for(request, found).filter(number=number).first() or Advisory(number=number)
        scheduling.remove(found, advisory, by=request.user)
        return f"{advisory} left {found}."

    return do(request, found, act)


def _broken(request: SignedInRequest, advisories: Iterable[Advisory], form: MoveForm) -> list[BrokenClock]:
    return clocks.broken(advisories, form.cleaned_data["at"], request.user, current_policy())


def _moving(request: SignedInRequest, found: Batch) -> Question:
    told, bound = _told(found), one_date.bound_to(members_for(request, found))
    return Question(
        "Move the date",
        f"{found} is planned for {words.date(found.planned_at)}.",
        "Move it",
        (f"They know the date and are told of the new one, with your reason: {audiences(told)}.",
         *ends.following(bound),
         "Approvals given so far are void, since the instant is part of what is approved."),
        (*on_its_day_now(found), *ends.warnings(found, bound)),
        offers=ends.offers(found, bound),
        slots=good_dates(found, request.user, timezone.now()),
        zone=current_policy().zone,
    )  # fmt: skip


def _splitting(found: Batch) -> Question:
    return Question(
        "Split the batch",
        "What you tick goes to a batch of its own, with another date. Both keep the history.",
        "Split it",
        (f"They know the date and are told of the new one: {audiences(_told(found))}.",
         "Embargoes on what leaves end on the new date, too: whoever consented to another is asked again.",
         "Approvals of the batch are void, since what was approved was all of it."),
    )  # fmt: skip


def _cancelling(found: Batch) -> Question:
    return Question(
        f"Cancel {found}",
        "The date is given up. Nothing is published, and what is in the batch can be planned again.",
        "Cancel the batch",
        (f"They know the date and are told that it is off: {audiences(_told(found))}.",
         "The batch stays on the record with your reason. It does not come back."),
        is_grave=True,
    )  # fmt: skip


def on_its_day_now(found: Batch) -> tuple[str, ...]:
    """What speaks against the date as it is."""
    return ("Its instant has passed and nothing went out.",) if found.planned_at <= timezone.now() else ()


def _number_in(request: SignedInRequest) -> int:
    """The advisory that a link has chosen to leave; none is number zero."""
    number = request.GET.get("advisory", "")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0


def _told(found: Batch) -> frozenset[Audience]:
    return found.as_value().told_the_date(current_policy())
