"""The thread of those who work on an advisory, and of the members that hold it."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import Role, TeamSeat, User
from accounts.models.drawn import DrawnKey
from advisories.models.delivery import Delivery
from advisories.models.kept_file import KeptFile
from advisories.models.organisation import Organisation


class CommentAudience(models.TextChoices):
    """Who reads a comment. Up to `MEMBERS` each includes those before it."""

    TEAM = "team", "The security team"
    SEATS = "seats", "Everyone on this advisory"
    MEMBERS = "members", "Members that it was pre-disclosed to"
    MEMBER = "member", "One member and the security team"


class CommentQuerySet(models.QuerySet["Comment"]):
    """Questions about comments. Being able to read the advisory opens none: a seat does, or a delivery."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep all for the team; for guests what is for everyone; for members what `told_to_member` keeps.

        Retracted ones stay as tombstones.
        """
        from advisories.models.advisory import Advisory

        if not viewer.is_authenticated:
            return self.none()
        on_the_team = Exists(TeamSeat.objects.held_by(viewer, Role.SECURITY, Role.COORDINATOR))
        for_guests = Q(audience__in=[CommentAudience.SEATS, CommentAudience.MEMBERS])
        worked_on = Q(advisory__in=Advisory.objects.worked_on_by(viewer)) & (Q(on_the_team) | for_guests)
        return self.filter(worked_on | Q(pk__in=Comment.objects.told_to_member(viewer).values("pk")))

    def told_to_member(self, viewer: User | AnonymousUser) -> Self:
        """Keep what contacts read of the advisories that they hold: what is for all members, or for theirs alone."""
        held = Delivery.objects.held_by(viewer).filter(
            tiding__advisory=OuterRef("advisory"), tiding__revision__isnull=False
        )
        mine = Q(audience=CommentAudience.MEMBER, organisation__in=Organisation.objects.spoken_for_by(viewer))
        return self.filter(Exists(held), Q(audience=CommentAudience.MEMBERS) | mine)


class Comment(models.Model):
    """One comment in Markdown; never edited. One that is retracted keeps its place and is read by nobody."""

    id = DrawnKey()
    advisory = models.ForeignKey("advisories.Advisory", on_delete=models.PROTECT, related_name="comments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    audience = models.CharField(max_length=10, choices=CommentAudience)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="The member for which it was written, or the one that it is written to.",
    )  # fmt: skip
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
                condition=Q(audience=CommentAudience.MEMBERS)
                | Q(audience=CommentAudience.MEMBER, organisation__isnull=False)
                | Q(audience__in=[CommentAudience.TEAM, CommentAudience.SEATS], organisation__isnull=True),
                name="advisories_comment_names_its_member",
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

    id = DrawnKey()
    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="files")

    objects = CommentFileQuerySet.as_manager()

    class Meta:
        ordering = ["comment", "position"]
        constraints = [
            models.UniqueConstraint(fields=["comment", "position"], name="advisories_commentfile_position_unique")
        ]
