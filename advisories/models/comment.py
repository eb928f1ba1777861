"""The thread of those who work on an advisory."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, Q
from django.utils import timezone

from accounts.models import Role, TeamSeat, User
from advisories.models.kept_file import KeptFile


class CommentAudience(models.TextChoices):
    """Who reads a comment; each includes those before it."""

    TEAM = "team", "The security team"
    SEATS = "seats", "Everyone on this advisory"
    MEMBERS = "members", "Members that it was pre-disclosed to"


class CommentQuerySet(models.QuerySet["Comment"]):
    """Questions about comments. Being able to read the advisory opens none: a seat does."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep all for the team, and for guests what is not for the team alone; retracted ones as tombstones."""
        from advisories.models.advisory import Advisory

        if not viewer.is_authenticated:
            return self.none()
        worked_on = self.filter(advisory__in=Advisory.objects.worked_on_by(viewer))
        on_the_team = Exists(TeamSeat.objects.held_by(viewer, Role.SECURITY, Role.COORDINATOR))
        return worked_on.filter(on_the_team | ~Q(audience=CommentAudience.TEAM))


class Comment(models.Model):
    """One comment in Markdown; never edited. One that is retracted keeps its place and is read by nobody."""

    advisory = models.ForeignKey("advisories.Advisory", on_delete=models.PROTECT, related_name="comments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    audience = models.CharField(max_length=10, choices=CommentAudience)
    written_at = models.DateTimeField(default=timezone.now)
    retracted_at = models.DateTimeField(null=True, blank=True)
    retracted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["written_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(audience__in=CommentAudience.values), name="advisories_comment_audience_is_known"
            ),
            models.CheckConstraint(
                condition=Q(retracted_at__isnull=True, retracted_by__isnull=True)
                | Q(retracted_at__isnull=False, retracted_by__isnull=False),
                name="advisories_comment_retracted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"comment {self.pk} on {self.advisory}"


class CommentFileQuerySet(models.QuerySet["CommentFile"]):
    """Questions about files of comments."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of comments that `viewer` may read and nobody has retracted."""
        return self.filter(comment__in=Comment.objects.visible_to(viewer).filter(retracted_at__isnull=True))


class CommentFile(KeptFile):
    """A file that came with a comment, byte for byte."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="files")

    objects = CommentFileQuerySet.as_manager()

    class Meta:
        ordering = ["comment", "position"]
        constraints = [
            models.UniqueConstraint(fields=["comment", "position"], name="advisories_commentfile_position_unique")
        ]
