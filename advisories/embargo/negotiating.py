"""Negotiating the end of an embargo: propose, answer, agree, turn down, end. One compare-and-set for each step.

The rules are pure (`embargo`); here a step is taken on the rows, its event lands with it, and finders are told by a
letter that says nothing but that their page has changed.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from advisories.embargo import consenting, outside_clocks, rules
from advisories.embargo.consents import SILENT, Standing
from advisories.embargo.kin import merged_into, split_to
from advisories.embargo.outside_clocks import NOTHING_CONFIRMED, Confirmed
from advisories.embargo.rules import IN_FORCE, AlreadyOut, EmbargoState, EndReason, NoSuchProposal
from advisories.models import (
    Advisory,
    Answer,
    Batch,
    Embargo,
    Event,
    Out,
    Party,
    Proposal,
    ProposalState,
    Side,
    Verdict,
)
from advisories.policy import Announced, Policy
from advisories.release import disarming

__all__ = [
    "EmbargoFacts", "End", "NotTheShortest", "NotTheirs", "accept", "announced_end", "answer", "embargo_facts", "end",
    "expire", "is_out", "merged_into", "note_out", "propose", "reject", "settle", "split_to", "withdraw",
]  # fmt: skip


class NotTheShortest(Exception):
    """Another proposal ends sooner, and the shortest is taken first."""


class NotTheirs(Exception):
    """Only whoever made a proposal takes it back."""


@dataclass(frozen=True, slots=True)
class End:
    """A proposed end: the instant, the zone in which it was typed, why, and how long to wait for answers."""

    at: datetime
    zone: str = "UTC"
    reason: str = ""
    answer_by: datetime | None = None
    """A week from now, or half the time that is left, where nothing is said."""


@transaction.atomic
def propose(
    advisory: Advisory, end: End, *, party: Party, confirmed: Confirmed = NOTHING_CONFIRMED,
    instead_of: Proposal | None = None,
) -> Proposal:  # fmt: skip
    """Propose an end; on an agreed one this opens a revision. `instead_of` makes it an answer to another proposal.

    Raises `AlreadyOut`, `EndNotAhead`, `EmbargoStepNotAllowed`, `StaleEmbargo`, and `BreaksClocks` unless each clock
    that the date breaks was confirmed. A finder isn't asked about clocks: whose they are is not theirs to know, and
    whoever agrees is asked.
    """
    embargo = Embargo.of(advisory)
    proposal = _lay_down(embargo, end, party)
    broken = () if party.side == Side.FINDER else outside_clocks.check(embargo, end.at, confirmed)
    if instead_of is not None:
        _hold_open(instead_of, embargo)
        _answer(instead_of, Verdict.COUNTER, party, counter=proposal)
    if party.user is not None:
        outside_clocks.keep_overruns(proposal, broken, confirmed.reason, by=party.user)
    consenting.tell(embargo, _record(proposal, "embargo-proposed", by=party.user), but=party)
    return proposal


@transaction.atomic
def answer(proposal: Proposal, verdict: Verdict, *, party: Party, terms: str = SILENT.version) -> None:
    """Agree or decline; thinking again replaces the answer while the proposal is open, else `NoSuchProposal`."""
    _hold_open(proposal, proposal.embargo)
    _answer(proposal, verdict, party, terms=terms)
    _record(proposal, "embargo-answered", by=party.user, verdict=verdict.value)


@transaction.atomic
def accept(proposal: Proposal, *, by: User, confirmed: Confirmed = NOTHING_CONFIRMED) -> None:
    """Agree on the shortest proposal whose end is ahead: it becomes the end, and everyone is asked for consent to it.

    Whoever had agreed to exactly this proposal has signed with that. Raises `NotTheShortest`, `NoSuchProposal`,
    `BreaksClocks`, `AlreadyOut`, `StaleEmbargo`.
    """
    _hold_back_what_differs(proposal, by=by)
    now, embargo = timezone.now(), _fresh(proposal)
    before = embargo.value()
    ahead = [one for one in before.proposals if one.end_at > now]
    if not any(one.key == proposal.key for one in ahead):
        raise NoSuchProposal("it is not open any more, or its end has passed")
    if ahead[0].key != proposal.key:
        raise NotTheShortest("another proposal ends sooner: the shortest is taken first")
    taken = before.accept(now=now, **_how_out(embargo))
    broken = outside_clocks.check(embargo, proposal.end_at, confirmed)
    embargo.write(taken, zone=proposal.zone)
    Proposal.objects.filter(pk=proposal.pk).close(ProposalState.ACCEPTED)
    embargo.proposals.filter(end_at__lte=now).close(ProposalState.EXPIRED)
    consenting.ask_everyone(embargo, now=now)
    _sign_for_those_who_agreed(proposal, embargo, now)
    outside_clocks.keep_overruns(proposal, broken, confirmed.reason, by=by)
    consenting.tell(embargo, _record(proposal, "embargo-agreed", by=by))


@transaction.atomic
def settle(embargo: Embargo, end: End, *, by: User, confirmed: Confirmed = NOTHING_CONFIRMED) -> None:
    """Agree on an end in one step, as when the release moves: on an open proposal of it, or on one of the team's.

    Whoever had consented to another end is asked anew. Raises as `propose` and `accept` do: where somebody has
    proposed a sooner end, that is settled first.
    """
    proposal = embargo.proposals.open().filter(end_at=end.at).first() or _lay_down(embargo, end, Party.team(by))
    accept(proposal, by=by, confirmed=confirmed)


@transaction.atomic
def reject(proposal: Proposal, *, by: User) -> None:
    """Turn one proposal down; what was agreed before stands. Raises `NoSuchProposal`, `StaleEmbargo`."""
    embargo = _fresh(proposal)
    embargo.write(embargo.value().reject(proposal.key))
    Proposal.objects.filter(pk=proposal.pk).close(ProposalState.REJECTED)
    consenting.tell(embargo, _record(proposal, "embargo-rejected", by=by))


@transaction.atomic
def withdraw(proposal: Proposal, *, party: Party) -> None:
    """Take one's own proposal back. Raises `NotTheirs`, `NoSuchProposal`, `StaleEmbargo`."""
    if proposal.party_key != party.key:
        raise NotTheirs("only whoever made a proposal takes it back")
    embargo = _fresh(proposal)
    embargo.write(embargo.value().reject(proposal.key))
    Proposal.objects.filter(pk=proposal.pk).close(ProposalState.WITHDRAWN)
    consenting.tell(embargo, _record(proposal, "embargo-withdrawn", by=party.user), but=party)


@transaction.atomic
def expire(embargo: Embargo, *, now: datetime | None = None) -> int:
    """Let proposals go whose time to answer is over; how many. Raises `StaleEmbargo`."""
    now, before = now or timezone.now(), embargo.value()
    after = before.expire(now=now)
    if after == before:
        return 0
    embargo.write(after)
    overdue = list(embargo.proposals.open().filter(answer_by__lte=now))
    Proposal.objects.filter(pk__in=[proposal.pk for proposal in overdue]).close(ProposalState.EXPIRED)
    for proposal in overdue:
        consenting.tell(embargo, _record(proposal, "embargo-expired", by=None))
    return len(overdue)


@transaction.atomic
def end(embargo: Embargo, reason: EndReason, *, by: User | None) -> None:
    """End an embargo in force, now and for good; what is still proposed falls away.

    Raises `EmbargoStepNotAllowed` where none is in force, `NotReachedYet`, `StaleEmbargo`.
    """
    leaks = {EndReason.LEAKED: Out.PUBLIC, EndReason.EXPLOITED: Out.EXPLOITED}
    embargo.write(embargo.value().end(reason, now=timezone.now()), out=leaks.get(reason))
    embargo.proposals.all().close(ProposalState.WITHDRAWN)
    detail = {"reason": reason.value}
    consenting.tell(embargo, Event.objects.record(embargo.advisory, kind="embargo-ended", by=by, detail=detail))


@transaction.atomic
def note_out(embargo: Embargo, out: Out, *, by: User) -> None:
    """Keep that the issue is public or exploited already. What was only proposed falls away; an embargo in force stays
    until somebody ends it, since that has consequences to look at first. Raises `AlreadyOut` where it was known.
    """
    if embargo.out or out == Out.NOT:
        raise AlreadyOut("it is known already that it is out")
    value = embargo.value()
    is_only_proposed = value.state is EmbargoState.PROPOSED
    embargo.write(value.drop() if is_only_proposed else value, out=out)
    if is_only_proposed:
        embargo.proposals.all().close(ProposalState.WITHDRAWN)
    detail = {"out": out.value}
    consenting.tell(embargo, Event.objects.record(embargo.advisory, kind="embargo-is-out", by=by, detail=detail))


@dataclass(frozen=True, slots=True)
class EmbargoFacts:
    """What has to be known of an embargo before a step of its advisory."""

    state: EmbargoState = EmbargoState.NONE
    end_at: datetime | None = None
    is_out: bool = False


def embargo_facts(advisory: Advisory) -> EmbargoFacts:
    """What holds for an advisory; nothing is written where no embargo was ever spoken of."""
    found = Embargo.objects.filter(advisory=advisory).select_related("merged_into").first()
    if found is None:
        return EmbargoFacts(is_out=Advisory.objects.public().filter(pk=advisory.pk).exists())
    embargo = found.merged_into or found
    return EmbargoFacts(EmbargoState(embargo.state), embargo.end_at, is_out(embargo))


def announced_end(advisory: Advisory, policy: Policy) -> datetime | None:
    """The end that may be shown outside: an agreed one that binds, and only where the policy announces dates."""
    if Announced.DATES not in policy.announced:
        return None
    facts = embargo_facts(advisory)
    return facts.end_at if facts.state in IN_FORCE and not facts.is_out else None


def is_out(embargo: Embargo) -> bool:
    """Whether the issue is public or exploited already, by what the team noted or because we published it."""
    return any(_how_out(embargo).values())


def _lay_down(embargo: Embargo, end: End, party: Party) -> Proposal:
    now = timezone.now()
    answer_by = end.answer_by or rules.answer_by(end.at, now=now)
    wanted = rules.Proposal("new", party.key, end.at, answer_by, end.reason)
    embargo.write(embargo.value().propose(wanted, now=now, **_how_out(embargo)))
    proposal = Proposal.objects.create(
        embargo=embargo, end_at=end.at, zone=end.zone, answer_by=answer_by, reason=end.reason, **party.columns
    )
    _answer(proposal, Verdict.ACCEPT, party)
    return proposal


def _hold_back_what_differs(proposal: Proposal, *, by: User) -> None:
    """Void what is armed for another instant than the end that is about to be agreed."""
    concerned = Advisory.objects.filter(Q(embargo=proposal.embargo_id) | Q(embargo__merged_into=proposal.embargo_id))
    for held in Batch.objects.around(*concerned):
        if held.planned_at != proposal.end_at:
            disarming.disarm(held, "Another end of the embargo was agreed", by=by)


def _how_out(embargo: Embargo) -> dict[str, bool]:
    is_published = Advisory.objects.public().filter(pk=embargo.advisory_id).exists()
    return {"is_public": embargo.out == Out.PUBLIC or is_published, "is_exploited": embargo.out == Out.EXPLOITED}


def _fresh(proposal: Proposal) -> Embargo:
    """The embargo as it is now, and before its proposals are read: whoever is faster shows in its version."""
    return Embargo.objects.select_related("advisory").get(pk=proposal.embargo_id)


def _hold_open(proposal: Proposal, embargo: Embargo) -> None:
    """Keep a proposal from being settled while it is answered. Raises `NoSuchProposal` where it was."""
    if not embargo.proposals.open().select_for_update().filter(pk=proposal.pk).exists():
        raise NoSuchProposal("it is not open any more")


def _answer(
    proposal: Proposal, verdict: Verdict, party: Party, *, counter: Proposal | None = None, terms: str = SILENT.version
) -> None:
    values = {"verdict": verdict, "counter": counter, "terms": terms, "user": party.user, "at": timezone.now()}
    Answer.objects.update_or_create(proposal=proposal, **party.identity, defaults=values)


def _sign_for_those_who_agreed(proposal: Proposal, embargo: Embargo, now: datetime) -> None:
    agreed = {answer.party_key: answer.terms for answer in proposal.answers.filter(verdict=Verdict.ACCEPT)}
    waiting = embargo.consents.exclude(side=Side.TEAM).exclude(standing=Standing.SIGNATORY.value)
    for consent in waiting:
        if consent.party_key in agreed:
            consenting.sign(consent, agreed[consent.party_key], proposal.end_at, by=consent.user, now=now)


def _record(proposal: Proposal, kind: str, *, by: User | None, **detail: str) -> Event:
    values: dict[str, object] = {"proposal": str(proposal.pk), **detail}
    if proposal.report_id and by is None:
        values["by_finder"] = True
    return Event.objects.record(proposal.embargo.advisory, kind=kind, by=by, detail=values)
