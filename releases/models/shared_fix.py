"""A fix shared with the finder of a report, what the finder has looked at, and what they say of it."""

from typing import Self, TypeVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import User
from advisories.models import Advisory, Report

MOST_COMMENT = 10_000


class SharedFixQuerySet(models.QuerySet["SharedFix"]):
    """Questions about what was shared."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those with finders whose reports `viewer` may read."""
        return self.filter(report__in=Report.objects.visible_to(viewer))

    def standing(self) -> Self:
        """Those that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)

    def told_to_finder(self, report: Report) -> Self:
        """Keep what opens the fix to the finder of `report` now: what is public already, everyone reads elsewhere."""
        concern = report.concern
        if concern is None:
            return self.none()
        secret = Advisory.objects.carrying_fixes().embargoed().filter(pk=concern.pk)
        return self.standing().filter(report=report, advisory__in=secret)


class SharedFix(models.Model):
    """The decision to let one finder see the fix of one advisory, and whether it still stands."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="shared_fixes")
    advisory = models.ForeignKey(Advisory, on_delete=models.PROTECT, related_name="shared_fixes")
    shared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    shared_at = models.DateTimeField(db_default=Now())
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = SharedFixQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "shared fixes"
        constraints = [
            models.UniqueConstraint(
                fields=["report", "advisory"], condition=Q(withdrawn_at__isnull=True), name="releases_sharedfix_once"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="releases_sharedfix_withdrawn_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"fix of {self.advisory} for {self.report}"


Row = TypeVar("Row", bound=models.Model, covariant=True)


class OfAFinderQuerySet(models.QuerySet[Row]):
    """What the team reads with the report, and its finder while the fix is shared."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of reports that `viewer` may read."""
        return self.filter(report__in=Report.objects.visible_to(viewer))

    def told_to_finder(self, report: Report) -> Self:
        """Keep the finder's own, on what is shared with them now."""
        shared = SharedFix.objects.told_to_finder(report)
        return self.filter(report=report, revision__series__advisory__in=shared.values("advisory"))


class FixLookQuerySet(OfAFinderQuerySet["FixLook"]):
    """Questions about what finders were shown."""


class FixLook(models.Model):
    """That a finder was shown a revision: what changed since is shown beside the next one."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="fix_looks")
    revision = models.ForeignKey("releases.SeriesRevision", on_delete=models.PROTECT, related_name="looks")
    looked_at = models.DateTimeField(db_default=Now())

    objects = FixLookQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["report", "revision"], name="releases_fixlook_once_for_each_revision")
        ]

    def __str__(self) -> str:
        return f"{self.report} has seen {self.revision}"


class Found(models.TextChoices):
    """What a finder says of a fix."""

    FIXES = "fixes", "It fixes what I reported"
    FAILS = "fails", "It does not"


class FixAnswerQuerySet(OfAFinderQuerySet["FixAnswer"]):
    """Questions about what finders said."""

    def standing(self) -> Self:
        """Those that nothing was said in place of."""
        return self.filter(replaced_at__isnull=True)


class FixAnswer(models.Model):
    """What a finder said of exactly one revision of a series. Replaced by what they say later, never changed."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="fix_answers")
    revision = models.ForeignKey("releases.SeriesRevision", on_delete=models.PROTECT, related_name="answers")
    found = models.CharField(max_length=10, choices=Found)
    comment = models.TextField(blank=True, max_length=MOST_COMMENT)
    said_at = models.DateTimeField(db_default=Now())
    replaced_at = models.DateTimeField(null=True, blank=True)

    objects = FixAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "revision"],
                condition=Q(replaced_at__isnull=True),
                name="releases_fixanswer_one_for_each_revision",
            ),
            models.CheckConstraint(condition=Q(found__in=Found.values), name="releases_fixanswer_found_is_known"),
            models.CheckConstraint(
                condition=~Q(found=Found.FAILS) | ~Q(comment=""), name="releases_fixanswer_failing_says_how"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.found}, {self.revision}"
