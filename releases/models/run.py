"""The promise to check one branch: a row that a worker claims. Celery's message is only the bell."""

from datetime import timedelta
from typing import Self

from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from releases.models.branch import Branch

MOST_ATTEMPTS = 5
"""A run that killed its worker this often is given up, and shown as such."""


class RunState(models.TextChoices):
    """Where a run stands."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class BranchRunQuerySet(models.QuerySet["BranchRun"]):
    """Questions about runs, and the compare-and-set that claims one."""

    def unfinished(self) -> Self:
        """Those that a worker still owes."""
        return self.filter(state__in=[RunState.QUEUED, RunState.RUNNING])

    def claimable(self) -> Self:
        """Queued ones, and running ones whose worker let the lease run out."""
        return self.filter(Q(state=RunState.QUEUED) | Q(state=RunState.RUNNING, lease_until__lt=Now()))

    def worn_out(self) -> Self:
        """Those that took their worker with them as often as is allowed; a postponement does not count."""
        return self.claimable().filter(attempt__gte=MOST_ATTEMPTS + F("times_postponed"))

    def claim(self, pk: int, *, lease: timedelta) -> bool:
        """Take the run for this worker; False where another has it, or the branch, or it is over or worn out."""
        try:
            with transaction.atomic():
                claimed = (
                    self.claimable()
                    .filter(pk=pk, attempt__lt=MOST_ATTEMPTS + F("times_postponed"))
                    .update(
                        state=RunState.RUNNING,
                        attempt=F("attempt") + 1,
                        started_at=Now(),
                        lease_until=Now() + lease,
                    )
                )
        except IntegrityError:
            # The run before it is still under way: one pass over a branch at a time.
            return False
        return claimed == 1

    def held(self, pk: int, attempt: int) -> Self:
        """The run, as long as it is still this attempt's: every write of a worker goes through this fence."""
        return self.filter(pk=pk, state=RunState.RUNNING, attempt=attempt)


class BranchRun(models.Model):
    """One pass over every outstanding series on the three baselines of a branch."""

    branch = models.ForeignKey(Branch, on_delete=models.CASCADE, related_name="runs")
    state = models.CharField(max_length=10, choices=RunState, default=RunState.QUEUED)
    attempt = models.PositiveIntegerField(default=0)
    requested_at = models.DateTimeField(db_default=Now())
    rung_at = models.DateTimeField(db_default=Now(), help_text="When the bell was last rung for it.")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    times_postponed = models.PositiveIntegerField(
        default=0, help_text="How often it was put off because an upstream or a mirror was not to be had."
    )
    not_before = models.DateTimeField(null=True, blank=True, help_text="When a postponed run is rung for again.")
    cells_total = models.PositiveIntegerField(default=0)
    cells_done = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=300, blank=True, help_text="Why it failed, in words that hold no secret.")

    objects = BranchRunQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch"], condition=Q(state="queued"), name="releases_branchrun_one_queued_per_branch"
            ),
            models.UniqueConstraint(
                fields=["branch"], condition=Q(state="running"), name="releases_branchrun_one_running_per_branch"
            ),
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="releases_branchrun_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(lease_until__isnull=False),
                name="releases_branchrun_running_holds_a_lease",
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.pk} of {self.branch}: {self.state}"
