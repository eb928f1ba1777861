"""Outside clocks that run on an advisory, and dates that were chosen in spite of one."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.models.drawn import DrawnKey
from advisories.calendar.clocks import FixedEnd, RunningClock
from advisories.embargo.rules import EmbargoState
from advisories.models.advisory import Advisory
from advisories.models.batch import Batch
from advisories.models.embargo import Embargo, Proposal


class StartedClockQuerySet(models.QuerySet["StartedClock"]):
    """Questions about clocks."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of embargoes that `viewer` may see."""
        return self.filter(embargo__in=Embargo.objects.visible_to(viewer).values("pk"))

    def running(self) -> Self:
        """Those that were not taken back, the oldest first."""
        return self.filter(stopped_at=None).order_by("started_at", "pk")

    def binding(self) -> Self:
        """Those running that a date can still break: none of an embargo that is over, whatever is issued again."""
        over = Q(embargo__state=EmbargoState.ENDED) | Q(embargo__advisory__in=Advisory.objects.public().values("pk"))
        return self.running().exclude(over)


class StartedClock(models.Model):
    """A clock of the policy whose start event has happened, or an end that somebody else has fixed and owns."""

    id = DrawnKey()
    embargo = models.ForeignKey(Embargo, on_delete=models.PROTECT, related_name="clocks")
    rule_key = models.CharField(max_length=40, blank=True, help_text="The clock's key in the policy.")
    started_at = models.DateTimeField(help_text="When its start event happened, or when the owner told us.")
    owner = models.CharField(max_length=120, blank=True, help_text="Who has fixed the end.")
    end_at = models.DateTimeField(null=True, blank=True)
    reference = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    zone = models.CharField(max_length=64, default="UTC", help_text="In which it was typed.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    stopped_at = models.DateTimeField(null=True, blank=True, help_text="When it was taken back as a mistake.")

    objects = StartedClockQuerySet.as_manager()

    class Meta:
        ordering = ["started_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(~Q(rule_key="") & Q(owner="", end_at__isnull=True))
                | (Q(rule_key="", end_at__isnull=False) & ~Q(owner="")),
                name="advisories_startedclock_is_a_rule_or_a_fixed_end",
            ),
            models.UniqueConstraint(
                fields=["embargo", "rule_key"],
                condition=~Q(rule_key="") & Q(stopped_at__isnull=True),
                name="advisories_startedclock_runs_once",
            ),
        ]

    def __str__(self) -> str:
        return f"clock {self.pk}"

    def value(self) -> RunningClock | FixedEnd:
        """The clock as the calendar knows it."""
        if self.end_at is None:
            return RunningClock(self.rule_key, self.started_at)
        return FixedEnd(self.owner, self.end_at, self.reference)


class OverrunQuerySet(models.QuerySet["Overrun"]):
    """Questions about broken clocks."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of embargoes that `viewer` may see; what was said of a release is for those who read that."""
        of_end = Q(proposal__in=Proposal.objects.visible_to(viewer).values("pk"))
        of_release = Q(batch__in=Batch.objects.read_by(viewer).values("pk"))
        return self.filter(of_end | of_release)


class Overrun(models.Model):
    """A date that was chosen although it breaks a clock, by whom and why: an embargo's end, or a release's instant."""

    proposal = models.ForeignKey(Proposal, null=True, blank=True, on_delete=models.PROTECT, related_name="overruns")
    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.PROTECT, related_name="overruns")
    planned_at = models.DateTimeField(null=True, blank=True, help_text="What the release was planned for then (UTC).")
    clock = models.ForeignKey(StartedClock, on_delete=models.PROTECT, related_name="overruns")
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = OverrunQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="advisories_overrun_has_its_reason"),
            models.CheckConstraint(
                condition=Q(proposal__isnull=False, batch__isnull=True, planned_at__isnull=True)
                | Q(proposal__isnull=True, batch__isnull=False, planned_at__isnull=False),
                name="advisories_overrun_is_of_an_end_or_a_release",
            ),
        ]

    def __str__(self) -> str:
        return f"overrun {self.pk}"
