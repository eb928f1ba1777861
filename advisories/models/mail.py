"""Mail: every letter that came, as it came, and every letter that goes out, as a row until it is gone."""

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, Q

from accounts.models import Role, TeamSeat, User
from accounts.models.outgoing import Outgoing, OutgoingQuerySet
from advisories.models.message import Message
from advisories.models.report import Report


class Fate(models.TextChoices):
    """What became of a letter."""

    MESSAGE = "message", "Taken into a thread"
    AUTOMATIC = "automatic", "An automatic answer"
    BOUNCE = "bounce", "A letter of ours that came back"
    ANSWER = "answer", "A member's answer to a letter of ours"
    LOOP = "loop", "One of our own letters"


class Opening(models.TextChoices):
    """Where an encrypted letter stands."""

    NONE = "", "Not encrypted"
    WAITING = "waiting", "Waits to be opened"
    OPENED = "opened", "Opened"
    FAILED = "failed", "Could not be opened"


class IncomingMailQuerySet(models.QuerySet["IncomingMail"]):
    """Questions about letters."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep what `viewer` may read: everything for the security team."""
        if not viewer.is_authenticated:
            return self.none()
        return self.filter(Exists(TeamSeat.objects.held_by(viewer, Role.SECURITY, Role.COORDINATOR)))


class IncomingMail(models.Model):
    """A letter byte for byte: in the row, or beside the database where it is too large for one."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()
    content = models.BinaryField(help_text="Empty where the letter lies in a file.")
    file_name = models.CharField(max_length=100, blank=True, help_text="Within the folder for large letters.")
    header_id = models.CharField(max_length=250, blank=True, db_index=True, help_text="Its Message-ID.")
    fate = models.CharField(max_length=12, choices=Fate)
    marks = models.JSONField(default=list, help_text="What to know of it, in words.")
    report = models.ForeignKey(Report, null=True, on_delete=models.PROTECT, related_name="letters")
    delivery = models.ForeignKey(
        "advisories.Delivery", null=True, on_delete=models.PROTECT, related_name="returned",
        help_text="The letter to a member that this came back from, or answers.",
    )  # fmt: skip
    message = models.OneToOneField(Message, null=True, on_delete=models.PROTECT, related_name="letter")
    opening = models.CharField(max_length=10, choices=Opening, blank=True, default=Opening.NONE)
    opening_trouble = models.CharField(max_length=200, blank=True, help_text="Why it could not be opened.")
    received_at = models.DateTimeField(auto_now_add=True)

    objects = IncomingMailQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(fate__in=Fate.values), name="advisories_incomingmail_fate_is_known"),
            models.CheckConstraint(
                condition=Q(opening=Opening.NONE) | Q(opening__in=Opening.values, message__isnull=False),
                name="advisories_incomingmail_only_messages_are_opened",
            ),
            models.CheckConstraint(
                condition=~Q(fate=Fate.MESSAGE) | Q(message__isnull=False),
                name="advisories_incomingmail_message_has_its_row",
            ),
        ]

    def __str__(self) -> str:
        return f"letter {self.pk}"


class Notice(models.TextChoices):
    """What a letter tells a finder."""

    RECEIVED = "received", "We got your report"
    ANSWERED = "answered", "There is an answer"
    DECIDED = "decided", "There is a decision"
    DATES = "dates", "Something has changed"
    FIX = "fix", "There is something for you to check"
    PUBLISHED = "published", "It is public"
    REISSUED = "reissued", "There is a new version"


OF_A_PUBLICATION = (Notice.PUBLISHED, Notice.REISSUED)
"""What follows once an instant has come."""


class OutgoingMailQuerySet(OutgoingQuerySet["OutgoingMail"]):
    """Questions about letters that go out."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of reports that `viewer` may read."""
        return self.filter(report__in=Report.objects.visible_to(viewer))


class OutgoingMail(Outgoing):
    """The promise of one letter. It holds no text: that follows from its kind, and the link is made as it is sent."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=12, choices=Notice)
    key = models.CharField(max_length=40, help_text="What it is about: asking twice makes one letter.")
    publication = models.ForeignKey(
        "advisories.Publication", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="What has become public, where that is what it tells.",
    )  # fmt: skip
    to_address = models.EmailField(max_length=254)
    header_id = models.CharField(
        max_length=250, unique=True, help_text="Its Message-ID: the same in every attempt, so that two arrive as one."
    )

    objects = OutgoingMailQuerySet.as_manager()

    class Meta(Outgoing.Meta):
        ordering = ["made_at", "pk"]
        constraints = [
            *Outgoing.Meta.constraints,
            models.UniqueConstraint(fields=["report", "key"], name="advisories_outgoingmail_once_for_each_reason"),
            models.CheckConstraint(condition=Q(kind__in=Notice.values), name="advisories_outgoingmail_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind__in=OF_A_PUBLICATION, publication__isnull=False)
                | (~Q(kind__in=OF_A_PUBLICATION) & Q(publication__isnull=True)),
                name="advisories_outgoingmail_names_what_is_public",
            ),
        ]

    def __str__(self) -> str:
        return f"letter {self.pk} on {self.report}"
