"""What an advisory said at one moment: frozen, numbered v1, v2, …, and never changed."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.urls import reverse

from accounts.models import User
from advisories.release.batching import Audience

SHA256 = r"^[0-9a-f]{64}$"

FOR = (Audience.MEMBERS, Audience.READERS)
"""Whom a revision can be frozen for."""


class Reissue(models.TextChoices):
    """Why there is another revision of something people hold already; re-issues are counted by this."""

    FIRST = "first", "First issue"
    REGRESSION = "regression", "A fix broke something"
    LATE_IDENTIFIER = "late-identifier", "An identifier came late"
    WRONG_DATA = "wrong-data", "Something in it was wrong"
    ADDED_PATCH = "added-patch", "A patch was added or replaced"
    STATUS = "status", "Its status changed"
    TEXT = "text", "The text says more"


class RevisionQuerySet(models.QuerySet["Revision"]):
    """Questions about revisions. They hold what members were told, so readers get `Publication`s instead."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep all of the advisories that `viewer` works on."""
        from advisories.models.advisory import Advisory

        return self.filter(advisory__in=Advisory.objects.worked_on_by(viewer))

    def held_by(self, viewer: User | AnonymousUser) -> Self:
        """Keep what was delivered to members that `viewer` speaks for: of drafts they are told nothing."""
        from advisories.models.delivery import Delivery

        return self.filter(pk__in=Delivery.objects.held_by(viewer).values("tiding__revision"))


class Revision(models.Model):
    """One frozen revision. The database refuses to change it or to let it go."""

    advisory = models.ForeignKey("advisories.Advisory", on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    audience = models.CharField(max_length=30, choices=[(a.value, a.value) for a in FOR])
    content = models.JSONField(help_text="Everything it says, in plain values; see advisories/content.py.")
    content_sha256 = models.CharField(max_length=64, help_text="Over the content in its canonical form.")
    reason = models.CharField(max_length=20, choices=Reissue, default=Reissue.FIRST)
    changes = models.TextField(blank=True, help_text="What changed since the revision before, for those who hold it.")
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    frozen_at = models.DateTimeField(db_default=Now())

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["advisory", "number"]
        constraints = [
            models.UniqueConstraint(fields=["advisory", "number"], name="advisories_revision_number_unique"),
            models.CheckConstraint(condition=Q(number__gt=0), name="advisories_revision_number_is_positive"),
            models.CheckConstraint(
                condition=Q(audience__in=[a.value for a in FOR]), name="advisories_revision_audience_is_known"
            ),
            models.CheckConstraint(condition=Q(reason__in=Reissue.values), name="advisories_revision_reason_is_known"),
            models.CheckConstraint(condition=Q(content_sha256__regex=SHA256), name="advisories_revision_sha256_is_hex"),
            models.CheckConstraint(
                condition=Q(number=1, reason=Reissue.FIRST) | (Q(number__gt=1) & ~Q(reason=Reissue.FIRST)),
                name="advisories_revision_later_has_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("advisories:revision", args=[self.advisory.number, self.number])


class RevisionPatchQuerySet(models.QuerySet["RevisionPatch"]):
    """Questions about frozen patches."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of revisions that are published by now, that `viewer` holds or works on."""
        from advisories.models.publication import Publication

        published = Publication.objects.live().filter(revision=OuterRef("revision"))
        if not viewer.is_authenticated:
            return self.filter(Exists(published))
        mine = Q(revision__in=Revision.objects.visible_to(viewer)) | Q(revision__in=Revision.objects.held_by(viewer))
        return self.filter(Exists(published) | mine)


class RevisionPatch(models.Model):
    """One patch as the revision hands it out, byte for byte."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="patches")
    position = models.PositiveIntegerField()
    file_name = models.CharField(max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    objects = RevisionPatchQuerySet.as_manager()

    class Meta:
        ordering = ["revision", "position"]
        verbose_name_plural = "revision patches"
        constraints = [
            models.UniqueConstraint(fields=["revision", "position"], name="advisories_revisionpatch_position_unique"),
            models.UniqueConstraint(fields=["revision", "file_name"], name="advisories_revisionpatch_name_unique"),
            models.CheckConstraint(condition=Q(sha256__regex=SHA256), name="advisories_revisionpatch_sha256_is_hex"),
        ]

    def __str__(self) -> str:
        return self.file_name
