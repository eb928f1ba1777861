"""Patch series: what fixes one advisory on a range of branches of one tree."""

import hashlib
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from accounts.models.drawn import DrawnKey
from advisories.models import Advisory, Report, Revision
from releases.models.branch import Branch
from releases.models.shared_fix import FixLook, SharedFix
from releases.models.tree import Tree

SHA256 = r"^[0-9a-f]{64}$"


class SeriesQuerySet(models.QuerySet["Series"]):
    """Questions about series; a series is exactly as visible as its advisory."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those whose patches `viewer` may read."""
        return self.filter(advisory__in=Advisory.objects.visible_to(viewer))

    def known_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those whose existence and verdicts `viewer` may know."""
        return self.filter(advisory__in=Advisory.objects.known_to(viewer))

    def held_by(self, viewer: User | AnonymousUser) -> Self:
        """Keep those that `viewer` may read or whose advisory was delivered to them; what they hold of it is frozen."""
        delivered = Revision.objects.held_by(viewer).values("advisory")
        return self.filter(Q(advisory__in=Advisory.objects.visible_to(viewer)) | Q(advisory__in=delivered))

    def told_to_finder(self, report: Report) -> Self:
        """Keep those of the fix that is shared with the finder of `report`."""
        shared = SharedFix.objects.told_to_finder(report)
        return self.filter(advisory__in=shared.values("advisory"), current__isnull=False)

    def to_try_on(self, branch: Branch) -> Self:
        """Those meant for `branch` whose advisory carries fixes and that hold a revision."""
        carrying = Advisory.objects.carrying_fixes()
        return self.filter(branches=branch, advisory__in=carrying, current__isnull=False)


class Series(models.Model):
    """An ordered list of patches for one advisory on some branches of one tree, revised as s1, s2, …"""

    id = DrawnKey()
    advisory = models.ForeignKey(Advisory, on_delete=models.PROTECT, related_name="series")
    tree = models.ForeignKey(Tree, on_delete=models.PROTECT, related_name="series")
    branches = models.ManyToManyField(Branch, related_name="series")
    current = models.OneToOneField(
        "SeriesRevision", null=True, blank=True, on_delete=models.PROTECT, related_name="current_of"
    )
    depends_on = models.ManyToManyField(
        "self",
        symmetrical=False,
        related_name="needed_by",
        blank=True,
        help_text="Series of other advisories that must come first.",
    )
    depends_on_commits = models.JSONField(
        default=list, blank=True, help_text="Full ids of upstream commits that must come first, in order."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        ordering = ["advisory", "pk"]
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return f"series of {self.advisory} on {self.tree}"

    def get_absolute_url(self) -> str:
        return reverse("releases:series", args=[self.pk])

    def clean(self) -> None:
        if self.pk and self.depends_on.filter(pk=self.pk).exists():
            raise ValidationError("a series cannot depend on itself")


class SeriesRevisionQuerySet(models.QuerySet["SeriesRevision"]):
    """Questions about revisions; readers get the one that counts, drafts stay among those who work on the advisory."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those whose patches `viewer` may read."""
        return self.filter(
            Q(current_of__isnull=False) | Q(series__advisory__in=Advisory.objects.worked_on_by(viewer)),
            series__in=Series.objects.visible_to(viewer),
        )

    def told_to_finder(self, report: Report) -> Self:
        """Keep the ones that count of what is shared with the finder of `report`, and what they have seen before."""
        seen = FixLook.objects.filter(report=report).values("revision")
        told = self.filter(series__in=Series.objects.told_to_finder(report))
        return told.filter(Q(current_of__isnull=False) | Q(pk__in=seen))


class SeriesRevision(models.Model):
    """One upload of a series. Never changed: a better one is the next revision."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    note = models.CharField(max_length=300, blank=True, help_text="What changed since the revision before.")
    digest = models.CharField(max_length=64, help_text="SHA-256 over the patches' digests in order.")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(auto_now_add=True)

    objects = SeriesRevisionQuerySet.as_manager()

    class Meta:
        ordering = ["series", "number"]
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="releases_seriesrevision_number_unique"),
            models.CheckConstraint(condition=Q(number__gt=0), name="releases_seriesrevision_number_is_positive"),
            models.CheckConstraint(condition=Q(digest__regex=SHA256), name="releases_seriesrevision_digest_is_sha256"),
        ]

    def __str__(self) -> str:
        return f"s{self.number}"


class StoredFile(models.Model):
    """Bytes kept exactly as they came, under their SHA-256."""

    id = DrawnKey()
    position = models.PositiveIntegerField()
    file_name = models.CharField(max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        abstract = True

    @staticmethod
    def digest_of(content: bytes) -> str:
        """SHA-256 in lower-case hex."""
        return hashlib.sha256(content).hexdigest()


class UploadQuerySet(models.QuerySet["Upload"]):
    """Questions about files as they were uploaded."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of revisions that `viewer` works on: what else stood in an upload isn't for readers."""
        return self.filter(revision__series__advisory__in=Advisory.objects.worked_on_by(viewer))


class Upload(StoredFile):
    """A file as it was uploaded: an mbox, a patch, a tar of a quilt series."""

    revision = models.ForeignKey(SeriesRevision, on_delete=models.PROTECT, related_name="uploads")

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["revision", "position"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "position"], name="releases_upload_position_unique"),
            models.CheckConstraint(condition=Q(sha256__regex=SHA256), name="releases_upload_sha256_is_hex"),
        ]

    def __str__(self) -> str:
        return self.file_name


class PatchQuerySet(models.QuerySet["Patch"]):
    """Questions about patches."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those that `viewer` may read."""
        return self.filter(revision__in=SeriesRevision.objects.visible_to(viewer))

    def told_to_finder(self, report: Report) -> Self:
        """Keep those of revisions that the finder of `report` is shown."""
        return self.filter(revision__in=SeriesRevision.objects.told_to_finder(report))


class Patch(StoredFile):
    """One patch of a revision, byte for byte as it stands in the upload."""

    revision = models.ForeignKey(SeriesRevision, on_delete=models.PROTECT, related_name="patches")
    subject = models.CharField(max_length=300, blank=True)
    author = models.CharField(max_length=300, blank=True)
    patch_id = models.CharField(
        max_length=64, blank=True, help_text="git's stable patch id; empty if it isn't a patch."
    )

    objects = PatchQuerySet.as_manager()

    class Meta:
        ordering = ["revision", "position"]
        verbose_name_plural = "patches"
        constraints = [
            models.UniqueConstraint(fields=["revision", "position"], name="releases_patch_position_unique"),
            models.CheckConstraint(condition=Q(sha256__regex=SHA256), name="releases_patch_sha256_is_hex"),
        ]

    def __str__(self) -> str:
        return self.subject or self.file_name
