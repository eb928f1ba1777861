"""Embargoes, what is proposed and answered. `Embargo.value` and `Embargo.write` are the only way to the rules."""

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from accounts.models.drawn import DrawnKey
from advisories.embargo import rules
from advisories.embargo.rules import IN_FORCE, EmbargoState, EndReason
from advisories.models.advisory import Advisory
from advisories.models.party import OfAParty, Side
from advisories.models.report import Report

_WITHOUT_END = (EmbargoState.NONE.value, EmbargoState.PROPOSED.value)


class StaleEmbargo(Exception):
    """Somebody else took a step of this negotiation since it was read."""


class Out(models.TextChoices):
    """How the issue is out already, so that no new embargo makes sense."""

    NOT = "", "Not that we know"
    PUBLIC = "public", "Public"
    EXPLOITED = "exploited", "Exploited"


class EmbargoQuerySet(models.QuerySet["Embargo"]):
    """Questions about embargoes."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of advisories that `viewer` works on: how a date came about is not for readers."""
        worked_on = Advisory.objects.visible_to(viewer).worked_on_by(viewer)
        return self.filter(advisory__in=worked_on.order_by().values("pk"))

    def told_to_finder(self, report: Report) -> Self:
        """Keep the one that binds the finder of `report`, also where theirs came second; none if it was turned down."""
        if not report.takes_part:
            return self.none()
        original = report.duplicate_of
        concerned = {report.advisory_id, original.advisory_id if original else None} - {None}
        return self.filter(Q(advisory__in=concerned) | Q(merged__advisory__in=concerned), merged_into=None).distinct()

    def in_force(self) -> Self:
        """Keep those with an agreed end that binds."""
        return self.filter(state__in=[state.value for state in IN_FORCE], merged_into=None)


class Embargo(models.Model):
    """The embargo on one advisory. Every step is a compare-and-set on `version`."""

    advisory = models.OneToOneField(Advisory, on_delete=models.PROTECT, related_name="embargo")
    state = models.CharField(
        max_length=20, choices=[(s.value, s.value) for s in EmbargoState], default=EmbargoState.NONE.value
    )
    end_at = models.DateTimeField(null=True, blank=True, help_text="The agreed end; kept after it for the record.")
    zone = models.CharField(max_length=64, default="UTC", help_text="In which its end was agreed.")
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=20, blank=True, choices=[(r.value, r.value) for r in EndReason])
    out = models.CharField(max_length=10, blank=True, choices=Out, default=Out.NOT)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    version = models.PositiveIntegerField(default=0)

    objects = EmbargoQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in EmbargoState]), name="advisories_embargo_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(reason__in=["", *(r.value for r in EndReason)]), name="advisories_embargo_reason_is_known"
            ),
            models.CheckConstraint(condition=Q(out__in=Out.values), name="advisories_embargo_out_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=_WITHOUT_END, end_at__isnull=True)
                | (~Q(state__in=_WITHOUT_END) & Q(end_at__isnull=False)),
                name="advisories_embargo_agreed_has_its_end",
            ),
            models.CheckConstraint(
                condition=(Q(state=EmbargoState.ENDED.value, ended_at__isnull=False) & ~Q(reason=""))
                | (~Q(state=EmbargoState.ENDED.value) & Q(ended_at__isnull=True, reason="")),
                name="advisories_embargo_ended_has_reason_and_instant",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("pk")),
                name="advisories_embargo_is_not_merged_into_itself",
            ),
        ]

    def __str__(self) -> str:
        return f"embargo on {self.advisory}"

    @classmethod
    def of(cls, advisory: Advisory) -> "Embargo":
        """The embargo that holds for an advisory: its own, begun where there was none, or of what it merged into."""
        found, _ = cls.objects.select_related("merged_into__advisory").get_or_create(advisory=advisory)
        return found.merged_into or found

    @property
    def is_in_force(self) -> bool:
        """Whether an agreed end binds."""
        return EmbargoState(self.state) in IN_FORCE

    def value(self) -> rules.Embargo:
        """The negotiation as the rules know it; the row was read before its proposals, so `write` notices changes."""
        return rules.Embargo(
            state=EmbargoState(self.state),
            end_at=self.end_at,
            proposals=tuple(proposal.value() for proposal in self.proposals.open()),
            ended_at=self.ended_at,
            reason=EndReason(self.reason) if self.reason else None,
        )

    def write(self, value: rules.Embargo, *, zone: str | None = None, out: Out | None = None) -> None:
        """Keep the outcome of one step. Raises `StaleEmbargo` where somebody was faster; nothing is changed then."""
        values = {
            "state": value.state.value,
            "end_at": value.end_at,
            "zone": self.zone if zone is None else zone,
            "ended_at": value.ended_at,
            "reason": value.reason.value if value.reason else "",
            "out": self.out if out is None else out.value,
        }
        mine = Embargo.objects.filter(pk=self.pk, version=self.version, merged_into=None)
        if not mine.update(version=F("version") + 1, **values):
            raise StaleEmbargo(f"the embargo on advisory {self.advisory_id} has changed")
        self.refresh_from_db()


class ProposalState(models.TextChoices):
    """What became of a proposal."""

    OPEN = "open", "Open"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"
    EXPIRED = "expired", "Expired"
    WITHDRAWN = "withdrawn", "Withdrawn"


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Questions about proposals."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of embargoes that `viewer` may see."""
        return self.filter(embargo__in=Embargo.objects.visible_to(viewer).values("pk"))

    def told_to_finder(self, report: Report) -> Self:
        """Keep what the finder of `report` takes part in."""
        return self.filter(embargo__in=Embargo.objects.told_to_finder(report).values("pk"))

    def open(self) -> Self:
        """Those that wait for answers, the shortest first."""
        return self.filter(state=ProposalState.OPEN).order_by("end_at", "pk")

    def close(self, state: ProposalState) -> int:
        """Settle those that are still open; how many."""
        return self.filter(state=ProposalState.OPEN).update(state=state, closed_at=timezone.now())


class Proposal(OfAParty):
    """An end that somebody proposes. The date is never changed; another date is another proposal."""

    id = DrawnKey()
    embargo = models.ForeignKey(Embargo, on_delete=models.PROTECT, related_name="proposals")
    end_at = models.DateTimeField()
    zone = models.CharField(max_length=64, default="UTC", help_text="In which it was typed.")
    answer_by = models.DateTimeField()
    reason = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=ProposalState, default=ProposalState.OPEN)
    made_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta(OfAParty.Meta):
        ordering = ["end_at", "pk"]
        constraints = [
            *OfAParty.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state__in=ProposalState.values), name="advisories_proposal_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(answer_by__lt=F("end_at")), name="advisories_proposal_is_answered_before_its_end"
            ),
            models.CheckConstraint(
                condition=Q(state=ProposalState.OPEN, closed_at__isnull=True)
                | (~Q(state=ProposalState.OPEN) & Q(closed_at__isnull=False)),
                name="advisories_proposal_settled_has_its_instant",
            ),
        ]

    def __str__(self) -> str:
        return f"proposal {self.pk}"

    @property
    def key(self) -> str:
        """What the rules call it; of two with the same end the one made first sorts first."""
        return f"{self.pk:020d}"

    def value(self) -> rules.Proposal:
        """The proposal as the rules know it."""
        return rules.Proposal(self.key, self.party_key, self.end_at, self.answer_by, self.reason)


class Verdict(models.TextChoices):
    """What somebody says to a proposal."""

    ACCEPT = "accept", "Agrees"
    DECLINE = "decline", "Declines"
    COUNTER = "counter", "Proposes another date"


class AnswerQuerySet(models.QuerySet["Answer"]):
    """Questions about answers."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those to proposals that `viewer` may see."""
        return self.filter(proposal__in=Proposal.objects.visible_to(viewer).values("pk"))


class Answer(OfAParty):
    """What one participant says to one proposal; they may think again while it is open."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="answers")
    verdict = models.CharField(max_length=10, choices=Verdict)
    terms = models.CharField(max_length=40, help_text="The version of the terms that they had before them.")
    counter = models.ForeignKey(Proposal, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = AnswerQuerySet.as_manager()

    class Meta(OfAParty.Meta):
        ordering = ["at", "pk"]
        constraints = [
            *OfAParty.Meta.constraints,
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="advisories_answer_verdict_is_known"),
            models.CheckConstraint(
                condition=Q(verdict=Verdict.COUNTER, counter__isnull=False)
                | (~Q(verdict=Verdict.COUNTER) & Q(counter__isnull=True)),
                name="advisories_answer_counter_names_the_other",
            ),
            models.UniqueConstraint(
                fields=["proposal"], condition=Q(side=Side.TEAM), name="advisories_answer_one_of_the_team"
            ),
            models.UniqueConstraint(
                fields=["proposal", "user"], condition=Q(side=Side.GUEST), name="advisories_answer_one_of_each_guest"
            ),
            models.UniqueConstraint(
                fields=["proposal", "report"],
                condition=Q(side=Side.FINDER),
                name="advisories_answer_one_of_each_finder",
            ),
        ]

    def __str__(self) -> str:
        return f"answer {self.pk} to {self.proposal}"
