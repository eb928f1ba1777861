"""Embargoes of advisories that become one, or several: what was promised goes along."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.models.drawn import drawn_key
from advisories.embargo import consenting, rules
from advisories.models import Advisory, Answer, Consent, Embargo, Event, Out, Proposal, ProposalState, StartedClock


@transaction.atomic
def merged_into(
    target: Advisory, sources: Sequence[Advisory], *, by: User | None, renegotiated_end_at: datetime | None = None
) -> Embargo:
    """Let `target`'s embargo stand for what were several: the earliest end, unless all agreed on another.

    Open proposals with their answers, running clocks and consents move along; where two advisories have the same
    clock, the one that began first runs on. Whoever had signed another date is asked anew. Call it with the merge of
    the advisories, in one transaction. Raises `EndNotAhead` and `StaleEmbargo`.
    """
    held, now = Embargo.of(target), timezone.now()
    others = [other for other in map(Embargo.of, sources) if other.pk != held.pk]
    if not others:
        return held
    values = [one.value() for one in (held, *others)]
    joint = rules.merge(values, now=now, renegotiated_end_at=renegotiated_end_at)
    zone = next((one.zone for one in (held, *others) if one.end_at == joint.end_at), held.zone)
    out = next((Out(one.out) for one in (held, *others) if one.out), Out.NOT)
    for other in others:
        other.write(other.value())
    open_ones = Proposal.objects.filter(embargo__in=[held, *others]).open()
    if joint.proposals:
        open_ones.update(embargo=held)
    else:
        open_ones.close(ProposalState.WITHDRAWN)
    held.write(joint, zone=zone, out=out)
    for other in others:
        _move_clocks(other, held)
        _move_consents(other, held)
        other.merged.update(merged_into=held)
        Embargo.objects.filter(pk=other.pk).update(merged_into=held)
    consenting.ask_everyone(held, now=now)
    for other in others:
        Event.objects.record(other.advisory, kind="embargo-merged", by=by, detail={"into": target.number})
    detail = {"from": [other.advisory.number for other in others]}
    consenting.tell(held, Event.objects.record(target, kind="embargo-merged", by=by, detail=detail))
    held.refresh_from_db()
    return held


def hold(advisory: Advisory) -> None:
    """Keep the negotiation from moving until this transaction is through; before anything else is recorded in it."""
    list(Embargo.objects.select_for_update().filter(advisory=advisory).values_list("pk"))


@transaction.atomic
def split_to(source: Advisory, children: Sequence[Advisory], *, by: User | None) -> list[Embargo]:
    """Give each of `children`, new advisories without an embargo of their own, the one of `source`, which keeps it.

    Nothing is written where no embargo was ever spoken of. Each may be revised by itself from there. Raises
    `StaleEmbargo` where somebody negotiates meanwhile.
    """
    if not Embargo.objects.filter(advisory=source).exists():
        return []
    held = Embargo.of(source)
    value = held.value()
    held.write(value)
    copies = []
    for child, own in zip(children, rules.split(value, len(children) + 1)[1:], strict=True):
        embargo = Embargo.of(child)
        embargo.write(own, zone=held.zone, out=Out(held.out))
        _copy_rows(held, embargo)
        Event.objects.record(child, kind="embargo-split", by=by, detail={"from": source.number})
        copies.append(embargo)
    detail = {"to": [child.number for child in children]}
    Event.objects.record(source, kind="embargo-split", by=by, detail=detail)
    return copies


def _move_clocks(source: Embargo, target: Embargo) -> None:
    for clock in source.clocks.running():
        rival = target.clocks.running().filter(rule_key=clock.rule_key).first() if clock.rule_key else None
        if rival is not None and rival.started_at <= clock.started_at:
            continue
        if rival is not None:
            StartedClock.objects.filter(pk=rival.pk).update(stopped_at=timezone.now())
        StartedClock.objects.filter(pk=clock.pk).update(embargo=target)


def _move_consents(source: Embargo, target: Embargo) -> None:
    known = {consent.party_key for consent in target.consents.all()}
    for consent in source.consents.all():
        if consent.party_key not in known:
            Consent.objects.filter(pk=consent.pk).update(embargo=target)


def _copy_rows(source: Embargo, target: Embargo) -> None:
    for clock in source.clocks.running():
        clock.pk, clock.embargo, clock._state.adding = drawn_key(), target, True
        clock.save(force_insert=True)
    for consent in source.consents.all():
        consent.pk, consent.embargo, consent._state.adding = None, target, True
        consent.save(force_insert=True)
    for proposal in source.proposals.open():
        answers = list(proposal.answers.filter(counter=None))
        proposal.pk, proposal.embargo, proposal._state.adding = drawn_key(), target, True
        proposal.save(force_insert=True)
        for answer in answers:
            answer.pk, answer.proposal, answer._state.adding = None, proposal, True
        Answer.objects.bulk_create(answers)
