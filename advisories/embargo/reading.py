"""Reading an embargo for those who work on its advisory: the team and its guests."""

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone

from accounts.access import Viewer
from advisories.access import may_write_advisories, party_of
from advisories.calendar import earliest
from advisories.calendar.clocks import RunningClock
from advisories.embargo import agreeing, consenting, negotiating, outside_clocks
from advisories.embargo.consents import WORDINGS, Standing
from advisories.embargo.rules import EmbargoState
from advisories.embargo.shown import (
    Negotiation,
    Rail,
    Release,
    ShownAnswer,
    ShownClock,
    ShownConsent,
    ShownDecision,
    ShownEnd,
    ShownOverrun,
    ShownProposal,
)
from advisories.models import (
    Advisory,
    Answer,
    Batch,
    BatchEntry,
    Consent,
    Decision,
    Embargo,
    Matter,
    Overrun,
    Party,
    Proposal,
    ProposalState,
    Side,
    StartedClock,
    Verdict,
)
from advisories.policy import Policy

_AGAIN = {Standing.DECLINED.value, Standing.UNANSWERED.value}


def release_for(advisory: Advisory, viewer: Viewer) -> Release | None:
    """The release that an advisory is planned in, where `viewer` reads that."""
    inside = BatchEntry.objects.visible_to(viewer).current().filter(advisory=advisory).values("batch")
    batch = Batch.objects.read_by(viewer).under_way().filter(pk__in=inside, is_at_once=False).first()
    if batch is None:
        return None
    return Release(
        name=str(batch),
        url=batch.get_absolute_url(),
        move_url=reverse("releases:move_batch", args=[batch.pk]),
        split_url=reverse("releases:split_batch", args=[batch.pk]),
        planned_at=batch.planned_at,
        follows=agreeing.follows(batch),
    )


def rail_of(advisory: Advisory, viewer: Viewer, policy: Policy) -> Rail | None:
    """The box on the advisory's page (`embargo/_rail.html`); none for those who don't work on it."""
    embargo = _embargo(advisory, viewer)
    if embargo is None:
        works_on_it = Advisory.objects.visible_to(viewer).worked_on_by(viewer).filter(pk=advisory.pk).exists()
        return _empty_rail(advisory) if works_on_it else None
    return _rail(advisory, embargo, list(embargo.clocks.running()), policy, viewer)


def negotiation_of(advisory: Advisory, viewer: Viewer, policy: Policy) -> Negotiation:
    """Everything of the negotiation that `viewer`, who works on the advisory, may see."""
    party, is_team = party_of(viewer, advisory), may_write_advisories(viewer)
    embargo = _embargo(advisory, viewer)
    if embargo is None:
        is_out = negotiating.embargo_facts(advisory).is_out
        told = _told(_decisions(advisory, viewer))
        return Negotiation(_empty_rail(advisory), is_team, party is not None, is_out, is_out, (), (), (), (), told)
    clocks = list(embargo.clocks.running())
    rows = list(Proposal.objects.visible_to(viewer).filter(embargo=embargo).select_related("user", "report__finder")
                .prefetch_related("answers__user", "answers__report__finder"))  # fmt: skip
    overruns: dict[int, list[str]] = {}
    for proposal, reason in (
        Overrun.objects.visible_to(viewer).filter(proposal__in=rows).values_list("proposal", "reason")
    ):
        overruns.setdefault(proposal, []).append(reason)
    of_releases: dict[int, list[ShownOverrun]] = {}
    for row in Overrun.objects.visible_to(viewer).filter(batch__isnull=False, clock__in=clocks).select_related("by"):
        if row.planned_at is not None:
            spite = ShownOverrun(row.planned_at, row.reason, str(row.by))
            of_releases.setdefault(row.clock_id, []).append(spite)
    shown = _Shown(party, is_team, consenting.parties_to(embargo), clocks, overruns, policy)
    rail = _rail(advisory, embargo, clocks, policy, viewer)
    decisions = _decisions(advisory, viewer)
    consents = Consent.objects.visible_to(viewer).filter(embargo=embargo).select_related("user", "report__finder")
    return Negotiation(
        rail=rail,
        is_team=is_team,
        may_take_part=party is not None,
        is_out=negotiating.is_out(embargo),
        is_over=embargo.state == EmbargoState.ENDED.value,
        proposals=shown.proposals(row for row in rows if row.state == ProposalState.OPEN),
        settled=shown.proposals(
            sorted((row for row in rows if row.closed_at), key=lambda row: row.closed_at or row.made_at, reverse=True)
        ),
        consents=tuple(shown.consent(row, embargo) for row in consents),
        clocks=tuple(
            _clock(clock, policy, {one.clock_id for one in rail.broken}, of_releases.get(clock.pk, ()))
            for clock in clocks
        ),
        decisions=_told(decisions),
        is_short=is_team and _is_short(advisory, embargo, rows, decisions, policy),
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    """What every row is seen through: whose eyes, and what was read once for all of them."""

    viewer: Party | None
    is_team: bool
    parties: list[Party]
    clocks: list[StartedClock]
    overruns: dict[int, list[str]]
    policy: Policy

    def proposals(self, rows: Iterable[Proposal]) -> tuple[ShownProposal, ...]:
        now = timezone.now()
        shown: list[ShownProposal] = []
        for row in rows:
            has_passed = row.state == ProposalState.OPEN and row.end_at <= now
            shown.append(self._proposal(row, has_passed, is_shortest=not has_passed and not any(
                not other.has_passed for other in shown)))  # fmt: skip
        return tuple(shown)

    def _proposal(self, row: Proposal, has_passed: bool, *, is_shortest: bool) -> ShownProposal:
        answers = {answer.party_key: answer for answer in row.answers.all()}
        mine = answers.get(self.viewer.key) if self.viewer else None
        said = [self._answer(answer) for answer in answers.values()]
        # The team's answer is to agree on it or to turn it down.
        asked = [party for party in self.parties if party.side != Side.TEAM and party.key not in answers]
        silent = [ShownAnswer(self.who(party), "", "No answer yet") for party in asked]
        is_open = row.state == ProposalState.OPEN
        return ShownProposal(
            pk=row.pk,
            end=ShownEnd.of(row.end_at, row.zone),
            by=self.who(row.party),
            reason=row.reason,
            answer_by=row.answer_by,
            made_at=row.made_at,
            closed_at=row.closed_at,
            state=row.state,
            answers=(*said, *(silent if is_open else ())),
            broken=outside_clocks.broken_by(self.clocks, row.end_at, self.policy) if is_open else (),
            overruns=tuple(dict.fromkeys(self.overruns.get(row.pk, ()))),
            is_shortest=is_open and is_shortest,
            is_mine=self.viewer is not None and row.party_key == self.viewer.key,
            my_verdict=mine.verdict if mine else "",
            has_passed=has_passed,
        )

    def _answer(self, row: Answer) -> ShownAnswer:
        return ShownAnswer(self.who(row.party), row.verdict, Verdict(row.verdict).label, row.at)

    def consent(self, row: Consent, embargo: Embargo) -> ShownConsent:
        """A consent; the team may ask again where no answer or a refusal came."""
        is_mine = self.viewer is not None and row.party_key == self.viewer.key
        can_ask = self.is_team and embargo.is_in_force and row.standing in _AGAIN
        return shown_consent(row, self.who(row.party), is_mine=is_mine, can_ask_again=can_ask)

    def who(self, party: Party) -> str:
        """A participant's name. Who found it is for the team to know."""
        if party.side == Side.TEAM:
            return "Security team"
        if party.user is not None:
            return str(party.user) if self.is_team else party.user.known_as
        return f"{party.report.finder} (finder)" if self.is_team and party.report else "A finder"


def shown_consent(row: Consent, who: str, *, is_mine: bool, can_ask_again: bool = False) -> ShownConsent:
    """Where one participant stands."""
    wording = WORDINGS.get(row.asked_terms)
    return ShownConsent(
        pk=row.pk,
        who=who,
        standing=row.standing,
        version=row.asked_terms,
        wording=wording.name if wording else row.asked_terms,
        asked_end_at=row.asked_end_at,
        signed_end_at=row.signed_end_at,
        answer_by=row.answer_by,
        is_mine=is_mine,
        is_bound=row.is_bound,
        can_ask_again=can_ask_again,
    )


def _decisions(advisory: Advisory, viewer: Viewer) -> list[Decision]:
    found = Decision.objects.visible_to(viewer).standing().filter(advisory=advisory)
    return list(found.select_related("by"))


def _told(decisions: Iterable[Decision]) -> tuple[ShownDecision, ...]:
    return tuple(
        ShownDecision(one.pk, str(one.get_about_display()), one.words, str(one.by), one.at) for one in decisions
    )


def _is_short(
    advisory: Advisory, embargo: Embargo, proposals: Iterable[Proposal], decisions: Iterable[Decision], policy: Policy
) -> bool:
    """Whether it ends before preparation and pre-disclosure of the policy's length, and nobody has written why."""
    agreed = [one.closed_at for one in proposals if one.state == ProposalState.ACCEPTED and one.closed_at]
    if not embargo.is_in_force or embargo.end_at is None or not agreed:
        return False
    if any(one.about in (Matter.SHORT, Matter.OTHER) for one in decisions):
        return False
    usual = earliest(policy, now=min(agreed), reported_at=advisory.created_at)
    return embargo.end_at.astimezone(ZoneInfo(policy.zone)).date() < usual.on


def _embargo(advisory: Advisory, viewer: Viewer) -> Embargo | None:
    """The one that holds for an advisory, where `viewer` works on that; one merged away is shown as it was left."""
    return Embargo.objects.visible_to(viewer).filter(advisory=advisory).first()


def _rail(advisory: Advisory, embargo: Embargo, clocks: list[StartedClock], policy: Policy, viewer: Viewer) -> Rail:
    in_force = embargo.is_in_force and embargo.end_at is not None
    consents = embargo.consents.all()
    release = release_for(advisory, viewer) if in_force and not embargo.out else None
    return Rail(
        number=advisory.number,
        state=embargo.state,
        end=ShownEnd.of(embargo.end_at, embargo.zone) if embargo.end_at else None,
        ended_at=embargo.ended_at,
        reason=embargo.reason,
        out=embargo.out,
        open_proposals=embargo.proposals.open().count(),
        broken=outside_clocks.broken_by(clocks, embargo.end_at, policy) if in_force and embargo.end_at else (),
        unsigned=sum(row.standing != Standing.SIGNATORY.value for row in consents) if in_force else 0,
        other_date=release if release and release.planned_at != embargo.end_at else None,
    )


def _empty_rail(advisory: Advisory) -> Rail:
    return Rail(advisory.number, EmbargoState.NONE.value, None, None, "", "", 0, (), 0)


def _clock(clock: StartedClock, policy: Policy, broken: set[int], overruns: Iterable[ShownOverrun]) -> ShownClock:
    rule = outside_clocks.rule_of(policy, clock.rule_key)
    limit_at = outside_clocks.limit_of(clock, policy)
    if not isinstance(clock.value(), RunningClock):
        kind = "fixed by its owner"
    else:
        kind = f"from “{rule.starts_at}”" if rule else "no longer in the policy"
    return ShownClock(
        pk=clock.pk,
        rule_key=clock.rule_key,
        name=rule.name if rule else clock.owner or clock.rule_key,
        kind=kind,
        source=rule.source if rule else clock.reference,
        started_at=clock.started_at,
        limit_at=limit_at,
        note=clock.note,
        is_past=limit_at is not None and limit_at <= timezone.now(),
        is_broken=clock.pk in broken,
        overruns=tuple(overruns),
    )
