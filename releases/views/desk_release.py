"""Letting a batch go: freeze, open again, pre-disclose, approve, override."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.doors import SignedInRequest
from advisories.calendar import words
from advisories.lifecycle import State
from advisories.models import Batch, PublicationStep, Reissue
from advisories.release import publishing, releasing
from advisories.release.missing import Lack, missing_for
from advisories.release.releasing import ChangedSince
from advisories.release.standing import of_batch
from releases.desk import reading, telling
from releases.desk.mending import grouped, lacks_before_members
from releases.desk.values import Shown
from releases.fixes import fixes_of
from releases.forms.desk import ApproveForm, FreezeForm, OverrideForm, TurnForm
from releases.views.desk import members_for, releasers_batch
from releases.views.desk_asking import Question, ask, carry_out, do


def ask_freeze(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say which advisories have changed, and ask why where somebody may hold an earlier revision."""
    found = releasers_batch(request, pk)
    question, is_first = _freezing(request, found)
    return ask(request, found, question, FreezeForm(is_first=is_first, initial={"turn": found.turn}))


def freeze(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give what changed its next revision."""
    found = releasers_batch(request, pk)
    is_first = _freezing(request, found)[1]

    def act(told: dict[str, str]) -> str:
        reason = Reissue(told.get("reason") or Reissue.TEXT)
        made = releasing.freeze_batch(
            found, fixes_of, by=request.user, reason=reason, changes=told.get("changes", "")
        )  # fmt: skip
        names = ", ".join(f"{one.advisory} {one}" for one in made)
        return f"Frozen: {names}. A worker writes and signs the text now." if made else "Frozen; nothing had changed."

    form = FreezeForm(request.POST, is_first=is_first)
    return carry_out(request, found, lambda: _freezing(request, found)[0], form, act)


@require_POST
def try_step(request: SignedInRequest, pk: int, step: int) -> HttpResponse:
    """Queue what was given up once more."""
    found = releasers_batch(request, pk)
    steps = PublicationStep.objects.visible_to(request.user).filter(publication__arming__batch=found)
    publishing.try_again(get_object_or_404(steps.select_related("publication__advisory"), pk=step), by=request.user)
    messages.success(request, "It is tried again.")
    return redirect(found)


@require_POST
def open_again(request: SignedInRequest, pk: int) -> HttpResponse:
    """Open a frozen batch again."""
    found = releasers_batch(request, pk)

    def act() -> str:
        releasing.thaw(found, by=request.user)
        return f"{found} is open again: advisories may join and leave."

    return do(request, found, act)


def ask_predisclose(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say what goes to whom before it does."""
    found = releasers_batch(request, pk)
    return ask(request, found, _predisclosing(request, found), TurnForm(initial={"turn": found.turn}))


def predisclose(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give the frozen revisions to the members."""
    found = releasers_batch(request, pk)

    def act(told: dict[str, object]) -> str:
        releasing.predisclose(found, fixes_of, by=request.user)
        return f"{found} is pre-disclosed: its deliveries are on their way."

    return carry_out(request, found, lambda: _predisclosing(request, found), TurnForm(request.POST), act)


def ask_approve(request: SignedInRequest, pk: int) -> HttpResponse:
    """Everything that an approval approves: revisions, patches, recipients, instant, and the digest over them."""
    found = releasers_batch(request, pk)
    return _approve_page(request, reading.batch_for(found, request.user, timezone.now()))


def approve(request: SignedInRequest, pk: int) -> HttpResponse:
    """Approve exactly what was shown."""
    found = releasers_batch(request, pk)
    form = ApproveForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        is_armed = releasing.approve(found, form.cleaned_data["digest"], fixes_of, by=request.user)
    except ChangedSince:
        shown = reading.batch_for(found, request.user, timezone.now())
        return _approve_page(request, shown, has_changed=True, status=409)
    return do(request, found, lambda: _approved(found, is_armed=is_armed))


@require_POST
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take one's approval back."""
    found = releasers_batch(request, pk)

    def act() -> str:
        releasing.withdraw_approval(found, by=request.user)
        return "Your approval is taken back."

    return do(request, found, act)


def ask_override(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Ask why it may go out in spite of a verdict."""
    found = releasers_batch(request, pk)
    return ask(request, found, _overriding(request, found, number), OverrideForm(initial={"turn": found.turn}))


def override(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Record the decision to go out in spite of a verdict."""
    found = releasers_batch(request, pk)
    advisory = get_object_or_404(members_for(request, found), number=number)
    branch = request.GET.get("branch", "")

    def act(told: dict[str, str]) -> str:
        releasing.override(advisory, branch, fixes_of, reason=told["reason"], by=request.user)
        return f"Recorded: {advisory} goes out in spite of {branch or 'having no patch of ours'}."

    return carry_out(request, found, lambda: _overriding(request, found, number), OverrideForm(request.POST), act)


def _approve_page(
    request: SignedInRequest, shown: Shown, *, has_changed: bool = False, status: int = 200
) -> HttpResponse:
    mine = [one for one in shown.given if one.by == request.user and not one.void_because]
    context = {"shown": shown, "has_changed": has_changed, "is_mine": bool(mine)}
    return render(request, "desk/approve.html", context, status=status)


def _approved(found: Batch, *, is_armed: bool) -> str:
    if is_armed and found.is_at_once:
        return f"{found} is public now."
    return f"Approved. {found} is armed." if is_armed else "Approved. More is needed before it is armed."


def _freezing(request: SignedInRequest, found: Batch) -> tuple[Question, bool]:
    """The question, and whether nobody can hold an earlier revision of anything that changed."""
    read = of_batch(found, fixes_of)
    changed = [one for one in read.advisories if not one.is_current]
    lines = [
        f"{one.advisory.label} becomes v{one.revision.number + 1 if one.revision else 1}."
        if not one.is_current
        else f"{one.advisory.label} has not changed since {one.revision}."
        for one in read.advisories
    ]
    if found.was_predisclosed:
        lines.append("Members hold an earlier revision and are told of this one, with the difference.")
    lines.append("What is frozen is what can be approved. A revision is never changed and never removed.")
    # Said now, since whatever is added later needs another revision.
    lacks = [
        (one.advisory.label, lack)
        for one in read.advisories
        for lack in lacks_before_members(one, found)
        if lack.kind != Lack.REVISION
    ]
    lede = "The drafts and their patches, as they are now, become revisions."
    question = Question("Freeze", lede, "Freeze", tuple(lines), lacks=tuple(lacks))
    return question, not any(one.revision for one in changed)


def _predisclosing(request: SignedInRequest, found: Batch) -> Question:
    read = of_batch(found, fixes_of)
    lines = [
        f"{one.advisory.label} {one.revision or 'without a revision'} goes to {_people(one.facts.recipients)}."
        for one in read.advisories
    ]
    lines.append("From then on they know the text, the patches and the date. Nothing takes that back.")
    lacks = [
        (one.advisory.label, lack)
        for one in read.advisories
        for lack in grouped(missing_for(one.facts, State.PREDISCLOSED), one.advisory, found)
    ]
    return Question(
        "Pre-disclose",
        f"Members get {found} under embargo until {words.date(found.planned_at)}.",
        "Pre-disclose",
        tuple(lines),
        is_grave=True,
        lacks=tuple(lacks),
        told=telling.members_told(read, request.user),
    )


def _people(count: int) -> str:
    """Organisations on the list, and guests with a seat."""
    return f"{count} {'recipient' if count == 1 else 'recipients'}"


def _overriding(request: SignedInRequest, found: Batch, number: int) -> Question:
    advisory = get_object_or_404(members_for(request, found), number=number)
    branch = request.GET.get("branch", "")
    lede = (
        f"{advisory.label} goes out although its series is missing or fails on {branch}."
        if branch
        else f"{advisory.label} goes out without a patch of ours on the branches that have no series."
    )
    return Question(
        "Go out in spite of it",
        lede,
        "Record the decision",
        ("Your reason stays on the record with your name.",
         "It is about exactly the patches there are now: with others it counts for nothing.",
         "Approvals given so far are void, since decisions are part of what is approved."),
        is_grave=True,
    )  # fmt: skip
