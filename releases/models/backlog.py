"""What a point release lacks of everything that is public, as one list that applies in order."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from releases.models.branch import COMMIT, PointRelease
from releases.models.series import SHA256

MOST_ATTEMPTS = 5
"""A list that killed its worker, or took too long, this often is given up until something moves."""


class BacklogQuerySet(models.QuerySet["Backlog"]):
    """Questions about lists, and the compare-and-set that claims one."""

    def owed(self) -> Self:
        """Those of followed branches that would come out otherwise if they were made now."""
        return self.filter(~Q(wanted="") & ~Q(wanted=F("digest")), release__branch__is_followed=True)

    def claimable(self) -> Self:
        """Owed ones that nobody is at, that need not wait, and that aren't given up."""
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
        may_begin = Q(not_before__isnull=True) | Q(not_before__lte=Now())
        return self.owed().filter(free, may_begin, attempt__lt=F("attempts_allowed"))

    def claim(self, pk: int, *, lease: timedelta) -> bool:
        """Take the list for this worker; False where another has it, or nothing of it is owed."""
        claimed = self.claimable().filter(pk=pk)
        return claimed.update(attempt=F("attempt") + 1, lease_until=Now() + lease, not_before=None) == 1

    def held(self, pk: int, attempt: int) -> Self:
        """The list, as long as it is still this attempt's: every write of a worker goes through this fence."""
        return self.filter(~Q(wanted=""), pk=pk, attempt=attempt, lease_until__isnull=False)


class Backlog(models.Model):
    """The list of one point release. It is put together from public series and upstream commits alone.

    That of a branch's last release is made by the branch's own run. Those of earlier ones are promises of their own:
    one is owed where `wanted` differs from `digest`. Who shows a list looks once more which of the series are public
    now: an advisory may be withdrawn.
    """

    release = models.OneToOneField(PointRelease, on_delete=models.CASCADE, related_name="backlog")
    base_commit = models.CharField(max_length=64, help_text="The commit on which git has applied the list.")
    digest = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 over what the list depends on; empty before it was made."
    )
    steps = models.JSONField(default=list, help_text="In order; see releases/checking/backlogs.py.")
    left_out = models.JSONField(
        default=list, help_text="Keys of series that apply alone, but not together with the others."
    )
    verified_tree = models.CharField(max_length=64, blank=True, help_text="What git came to with the whole list.")
    is_binary = models.BooleanField(
        default=False, help_text="Whether only git can read it; then there is no quilt series."
    )
    verdicts = models.JSONField(
        default=list, help_text="What became of each public series alone; empty for the last release, which has cells."
    )
    wanted = models.CharField(
        max_length=64, blank=True, help_text="What the digest of a list made now would be; empty for the last release."
    )
    attempt = models.PositiveIntegerField(default=0)
    attempts_allowed = models.PositiveIntegerField(default=MOST_ATTEMPTS)
    lease_until = models.DateTimeField(null=True, blank=True)
    rung_at = models.DateTimeField(null=True, blank=True, help_text="When the bell was last rung for it.")
    not_before = models.DateTimeField(null=True, blank=True, help_text="Until when it was put off.")
    trouble = models.CharField(max_length=300, blank=True, help_text="Why it wasn't made, in words without a secret.")

    objects = BacklogQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(base_commit__regex=COMMIT), name="releases_backlog_commit_is_an_object_id"
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{field: ""}) | Q(**{f"{field}__regex": SHA256}),
                    name=f"releases_backlog_{field}_is_sha256",
                )
                for field in ("digest", "wanted")
            ),
            models.CheckConstraint(condition=~Q(digest="") | ~Q(wanted=""), name="releases_backlog_is_made_or_wanted"),
            models.CheckConstraint(
                condition=Q(lease_until__isnull=True) | Q(attempt__gte=1), name="releases_backlog_lease_has_an_attempt"
            ),
        ]

    def __str__(self) -> str:
        return f"what {self.release} lacks"

    @property
    def is_owed(self) -> bool:
        """Whether a worker has yet to bring it up to date."""
        return bool(self.wanted) and self.wanted != self.digest

    @property
    def is_given_up(self) -> bool:
        """Whether nobody tries any more until something moves."""
        return self.is_owed and self.lease_until is None and self.attempt >= self.attempts_allowed
