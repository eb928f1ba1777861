"""Ending an embargo early: the consequences first, then one order."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.doors import SignedInRequest
from advisories.embargo import ending
from advisories.embargo.ending import Order, Outcome
from advisories.embargo.rules import EndReason
from advisories.models import Advisory, Batch, BatchEntry, StaleBatch
from advisories.policies import current_policy
from advisories.release.releasing import ChangedSince
from advisories.release.standing import BatchStanding
from releases.access import may_release
from releases.desk.mending import grouped
from releases.desk.telling import audiences
from releases.fixes import fixes_of
from releases.forms.desk import EndEarlyForm
from releases.views.desk import members_for, releasers_batch
from releases.views.desk_asking import REFUSALS, sentence

_FIRST = ("End the embargo now", "End the embargo and publish")
_AGAIN = ("Issue it again now", "Issue it again now")
"""What the page and its button are called; what is public already is under no embargo."""


def ask_end(request: SignedInRequest, pk: int) -> HttpResponse:
    """What ending the embargo of a batch now would bring about."""
    found = releasers_batch(request, pk)
    read = ending.ahead(found, fixes_of)
    start = {"shown": ending.shown(read), "turn": found.turn}
    return _page(request, read, EndEarlyForm(members=members_for(request, found), initial=start))


def end(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let it out."""
    found = releasers_batch(request, pk)
    form = EndEarlyForm(request.POST, members=members_for(request, found))
    if form.is_valid():
        told = form.cleaned_data
        found.turn = told["turn"] if told["turn"] is not None else found.turn
        leaked = tuple(one.pk for one in told.get("leaked", ()))
        order = Order(EndReason(told["reason"]), told["words"], told["shown"], leaked)
        try:
            return _outcome(request, ending.end_early(found, order, fixes_of, by=request.user))
        except (ChangedSince, StaleBatch) as changed:
            found.refresh_from_db()
            read = ending.ahead(found, fixes_of)
            form.ask_again(sentence(changed), shown=ending.shown(read), turn=found.turn)
            return _page(request, read, form, status=409)
        except REFUSALS as refusal:
            form.add_error(None, sentence(refusal))
    return _page(request, ending.ahead(found, fixes_of), form, status=422)


def ask_end_alone(request: SignedInRequest, number: int) -> HttpResponse:
    """The same for an advisory that is in no batch; one that is in a batch is ended there."""
    advisory = _releasers_advisory(request, number)
    entry = BatchEntry.objects.visible_to(request.user).current().filter(advisory=advisory).first()
    if entry is not None:
        return redirect("releases:end_early", entry.batch_id)
    read = ending.alone(advisory, fixes_of)
    return _page(request, read, EndEarlyForm(initial={"shown": ending.shown(read)}), advisory=advisory)


def end_alone(request: SignedInRequest, number: int) -> HttpResponse:
    """Let it out."""
    advisory = _releasers_advisory(request, number)
    form = EndEarlyForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        order = Order(EndReason(told["reason"]), told["words"], told["shown"])
        try:
            return _outcome(request, ending.end_alone(advisory, order, fixes_of, by=request.user))
        except ChangedSince as changed:
            read = ending.alone(advisory, fixes_of)
            form.ask_again(sentence(changed), shown=ending.shown(read))
            return _page(request, read, form, advisory=advisory, status=409)
        except REFUSALS as refusal:
            form.add_error(None, sentence(refusal))
    return _page(request, ending.alone(advisory, fixes_of), form, advisory=advisory, status=422)


def _page(
    request: SignedInRequest, read: BatchStanding, form: EndEarlyForm, *, advisory: Advisory | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    policy = current_policy()
    members = [one.advisory for one in read.advisories]
    is_planned = advisory is None
    title, button = _AGAIN if is_planned and read.batch.is_reissue else _FIRST
    context = {
        "title": title,
        "button": button,
        "batch": read.batch if is_planned else None,
        "advisory": advisory,
        "read": read,
        "form": form,
        "now": timezone.now(),
        "told": audiences(ending.told(read.batch, members, policy)),
        "entries": [(one, grouped(one.missing, one.advisory, read.batch)) for one in read.advisories],
        "early_quorum": policy.early_quorum,
        "quorum": policy.quorum,
    }
    return render(request, "desk/end_early.html", context, status=status)


def _outcome(request: SignedInRequest, outcome: Outcome) -> HttpResponse:
    batch: Batch = outcome.batch
    if outcome.is_out:
        messages.success(request, f"{batch} is public now. Those who knew the date are told.")
    else:
        messages.warning(request, f"{batch} goes out as soon as nothing is missing any more. See below what is.")
    return redirect(batch)


def _releasers_advisory(request: SignedInRequest, number: int) -> Advisory:
    advisory = get_object_or_404(Advisory.objects.visible_to(request.user), number=number)
    if not may_release(request.user):
        raise Http404
    return advisory
