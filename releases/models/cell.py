"""Where each series stands on each branch now, and the flags that failures raise."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from accounts.models import User
from accounts.models.drawn import DrawnKey
from advisories.models import Advisory, Report
from releases.models.branch import Branch
from releases.models.check import FAILURES, Baseline, Check
from releases.models.series import Series
from releases.models.shared_fix import SharedFix


class CellQuerySet(models.QuerySet["Cell"]):
    """Questions about cells of the board."""

    def known_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those whose verdict `viewer` may know: none that leans on a fix they mustn't even know of."""
        unknown = Advisory.objects.exclude(pk__in=Advisory.objects.known_to(viewer).values("pk"))
        return self.filter(series__in=Series.objects.known_to(viewer)).exclude(check_made__leans_on__in=unknown)

    def told_to_finder(self, report: Report) -> Self:
        """Keep those with a verdict on what the finder of `report` is shown, and none that leans on another secret.

        Whether such a one applies or not would tell of the other fix.
        """
        shared = SharedFix.objects.told_to_finder(report).values("advisory")
        others = Advisory.objects.embargoed().exclude(pk__in=shared)
        told = self.filter(series__in=Series.objects.told_to_finder(report))
        return told.filter(check_made__revision=F("series__current")).exclude(check_made__leans_on__in=others)


class Cell(models.Model):
    """One series on one baseline of one branch: the latest check, or none yet."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="cells")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="cells")
    baseline = models.CharField(max_length=10, choices=Baseline)
    check_made = models.ForeignKey(
        Check, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="latest check"
    )
    is_due = models.BooleanField(default=True, help_text="Something it depends on moved since the latest check.")

    objects = CellQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "branch", "baseline"], name="releases_cell_unique"),
            models.CheckConstraint(condition=Q(baseline__in=Baseline.values), name="releases_cell_baseline_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.series} on {self.branch} {self.baseline}"


class FlagQuerySet(models.QuerySet["Flag"]):
    """Questions about flags."""

    def open(self) -> Self:
        """Those whose failure still stands."""
        return self.filter(closed_at__isnull=True)

    def known_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those whose failure `viewer` may know: none that stands on nothing but fixes they mustn't know of."""
        here = {"series": OuterRef("series"), "branch": OuterRef("branch"), "check_made__verdict__kind__in": FAILURES}
        unknown = Advisory.objects.exclude(pk__in=Advisory.objects.known_to(viewer).values("pk"))
        leaning = Cell.objects.filter(**here, check_made__leans_on__in=unknown)
        known = Cell.objects.known_to(viewer).filter(**here)
        return self.filter(~Exists(leaning) | Exists(known), series__in=Series.objects.known_to(viewer))


class Flag(models.Model):
    """A series fails on a branch, and somebody should look. Closes when it passes, reopens when it fails again."""

    id = DrawnKey()
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="flags")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="flags")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="flags"
    )
    raised_at = models.DateTimeField(db_default=Now(), help_text="When it first failed.")
    opened_at = models.DateTimeField(db_default=Now(), help_text="When it failed this time: its age counts from here.")
    closed_at = models.DateTimeField(null=True, blank=True)
    times_reopened = models.PositiveIntegerField(default=0)

    objects = FlagQuerySet.as_manager()

    class Meta:
        ordering = ["opened_at"]
        constraints = [
            models.UniqueConstraint(fields=["series", "branch"], name="releases_flag_one_per_series_and_branch")
        ]

    def __str__(self) -> str:
        return f"flag of {self.series} on {self.branch}"
