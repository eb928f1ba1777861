"""The thread of a report: what its finder and the team wrote, and the files that came with it."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from accounts.models import User
from advisories.models.kept_file import KeptFile
from advisories.models.report import Report

if TYPE_CHECKING:
    from advisories.models.mail import IncomingMail


class Author(models.TextChoices):
    """Who wrote a message."""

    FINDER = "finder", "Finder"
    TEAM = "team", "Security team"


class MessageQuerySet(models.QuerySet["Message"]):
    """Questions about messages."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of reports that `viewer` may read."""
        return self.filter(report__in=Report.objects.visible_to(viewer))

    def told_to_finder(self, report: Report) -> Self:
        """Keep what the finder of `report` reads: all of its thread but notes among the team."""
        return self.filter(report=report, is_internal=False)


class Message(models.Model):
    """One message, as it was typed; never changed."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="messages")
    author = models.CharField(max_length=10, choices=Author)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(blank=True)
    is_internal = models.BooleanField(default=False, help_text="A note among the team.")
    marks = models.JSONField(default=list, help_text="What to know of a mail, in words.")
    written_at = models.DateTimeField(default=timezone.now)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["written_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(author__in=Author.values), name="advisories_message_author_is_known"),
            models.CheckConstraint(
                condition=Q(author=Author.TEAM, by__isnull=False) | Q(author=Author.FINDER, by__isnull=True),
                name="advisories_message_of_the_team_has_a_name",
            ),
            models.CheckConstraint(
                condition=Q(is_internal=False) | Q(author=Author.TEAM), name="advisories_message_notes_are_the_team_s"
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk} of {self.report}"

    @property
    def encrypted_letter(self) -> "IncomingMail | None":
        """The letter it came in, if that is encrypted."""
        letter: IncomingMail | None = getattr(self, "letter", None)
        return letter if letter is not None and letter.opening else None


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """Questions about attachments."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of reports that `viewer` may read."""
        return self.filter(message__in=Message.objects.visible_to(viewer))

    def told_to_finder(self, report: Report) -> Self:
        """Keep what the finder of `report` may fetch through the thread's page, each with its `place` there."""
        order = ["message__written_at", "message", "position"]
        told = self.filter(message__in=Message.objects.told_to_finder(report))
        return told.annotate(place=Window(RowNumber(), order_by=order)).order_by(*order)


class Attachment(KeptFile):
    """A file that came with a message, byte for byte."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="attachments")

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["message", "position"]
        constraints = [
            models.UniqueConstraint(fields=["message", "position"], name="advisories_attachment_position_unique")
        ]


class DraftFileQuerySet(models.QuerySet["DraftFile"]):
    """Questions about files that wait for their report."""

    def of(self, token_sha256: str) -> Self:
        """Keep those of one form; none for a form without a draft."""
        return self.filter(draft_sha256=token_sha256) if token_sha256 else self.none()


class DraftFile(KeptFile):
    """A file that was sent with a form that could not be taken yet: kept, so that nobody chooses it twice."""

    draft_sha256 = models.CharField(max_length=64, db_index=True)
    made_at = models.DateTimeField(auto_now_add=True)

    objects = DraftFileQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
