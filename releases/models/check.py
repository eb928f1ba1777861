"""What was found when a series was tried on a baseline."""

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from accounts.models import User
from accounts.models.drawn import DrawnKey
from advisories.models import Advisory
from releases.models.branch import COMMIT, Branch
from releases.models.series import SHA256, Series, SeriesRevision


class Baseline(models.TextChoices):
    """The three commits of a branch that matter."""

    RELEASE = "release", "Last point release"
    STABLE = "stable", "Stable tip"
    STAGING = "staging", "Staging tip"


class Kind(models.TextChoices):
    """The verdicts, in the words of the engine (releases/engine/verdicts.py)."""

    APPLIES = "applies", "Applies"
    NEEDS_PREREQUISITES = "needs prerequisites", "Needs prerequisites"
    CONFLICTS = "conflicts", "Conflicts"
    MERGED = "merged", "Merged"
    INVALID = "invalid", "Invalid"
    ERROR = "error", "Error"


FAILURES = (Kind.NEEDS_PREREQUISITES, Kind.CONFLICTS, Kind.INVALID, Kind.ERROR)
"""What raises a flag."""


class StoredVerdict(models.Model):
    """A verdict under the key of everything it depends on, so that unchanged inputs never compute twice."""

    key = models.CharField(
        max_length=64, unique=True, help_text="SHA-256 over the inputs: blobs, patches, limits, engine."
    )
    kind = models.CharField(max_length=20, choices=Kind)
    evidence = models.JSONField(default=dict, help_text="As releases/engine/verdicts.py writes it.")
    engine_version = models.CharField(max_length=20)
    took_ms = models.PositiveIntegerField(default=0)
    computed_at = models.DateTimeField(db_default=Now())

    objects = models.Manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="releases_storedverdict_kind_is_known"),
            models.CheckConstraint(condition=Q(key__regex=SHA256), name="releases_storedverdict_key_is_sha256"),
        ]

    def __str__(self) -> str:
        return self.kind


class CheckQuerySet(models.QuerySet["Check"]):
    """Questions about checks; the evidence is as secret as the advisory, the list as the most secret thing in it."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those whose evidence `viewer` may read.

        A check that leans on a fix of which the viewer mustn't even know is none for them: when the first of two
        advisories is published, the verdict made the day before would tell everyone of the second.
        """
        unknown = Advisory.objects.exclude(pk__in=Advisory.objects.known_to(viewer).values("pk"))
        return self.filter(revision__in=SeriesRevision.objects.visible_to(viewer)).exclude(leans_on__in=unknown)

    def held_by(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of series that `viewer` may read or holds, to learn what they lean on; never to show evidence."""
        return self.filter(revision__series__in=Series.objects.held_by(viewer))

    def with_list_visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Annotate nothing, keep those of `visible_to` whose prerequisite list holds nothing hidden from `viewer`."""
        hidden = Advisory.objects.exclude(pk__in=Advisory.objects.visible_to(viewer).values("pk"))
        return self.visible_to(viewer).exclude(leans_on__in=hidden)


class Check(models.Model):
    """One verdict of one revision on one baseline commit. Never changed; the history of a cell is its checks."""

    id = DrawnKey()
    revision = models.ForeignKey(SeriesRevision, on_delete=models.PROTECT, related_name="checks")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="checks")
    baseline = models.CharField(max_length=10, choices=Baseline)
    base_name = models.CharField(max_length=150, help_text="The tag or ref that was resolved.")
    base_commit = models.CharField(max_length=64, blank=True, help_text="Empty only where the ref is gone.")
    verdict = models.ForeignKey(StoredVerdict, on_delete=models.PROTECT, related_name="checks")
    leans_on = models.ManyToManyField(
        Advisory, blank=True, related_name="+", help_text="Advisories whose series stand in the prerequisite list."
    )
    was_computed = models.BooleanField(help_text="False where the verdict was looked up: the blobs had not changed.")
    checked_at = models.DateTimeField(db_default=Now())

    objects = CheckQuerySet.as_manager()

    class Meta:
        ordering = ["-checked_at", "-pk"]
        indexes = [models.Index(fields=["revision", "branch", "baseline"], name="releases_check_cell")]
        constraints = [
            models.CheckConstraint(condition=Q(baseline__in=Baseline.values), name="releases_check_baseline_is_known"),
            models.CheckConstraint(
                condition=Q(base_commit="") | Q(base_commit__regex=COMMIT), name="releases_check_commit_is_an_object_id"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.revision} on {self.branch} {self.baseline}"

    def get_absolute_url(self) -> str:
        return reverse("releases:check", args=[self.pk])
