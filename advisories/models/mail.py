"""Mail: every letter that came, as it came, and every letter that goes out, as a row until it is gone."""

from datetime import timedelta
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, Q
from django.db.models.functions import Now

from accounts.models import Role, TeamSeat, User
from advisories.models.message import Message
from advisories.models.report import Report

LEASE = timedelta(minutes=2)
"""How long one attempt to send may take; after that its worker counts as dead."""

MOST_ATTEMPTS = 12


class Fate(models.TextChoices):
    """What became of a letter."""

    MESSAGE = "message", "Taken into a thread"
    AUTOMATIC = "automatic", "An automatic answer"
    BOUNCE = "bounce", "A letter of ours that came back"
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


class Sending(models.TextChoices):
    """Where an outgoing letter stands."""

    QUEUED = "queued", "Waiting"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Given up"


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    """Questions about letters that go out."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of reports that `viewer` may read."""
        return self.filter(report__in=Report.objects.visible_to(viewer))

    def claimable(self) -> Self:
        """Those that are due, and those whose worker died over them."""
        due = Q(state=Sending.QUEUED, due_at__lte=Now())
        return self.filter(due | Q(state=Sending.SENDING, lease_until__lt=Now()))

    def claim(self, pk: int) -> "OutgoingMail | None":
        """Take one letter up, or none where somebody else has it or it is gone."""
        claimed = self.claimable().filter(pk=pk)
        values = {"state": Sending.SENDING, "attempts": F("attempts") + 1, "lease_until": Now() + LEASE}
        return self.select_related("report__finder").get(pk=pk) if claimed.update(**values) else None


class OutgoingMail(models.Model):
    """The promise of one letter. It holds no text: that follows from its kind, and the link is made as it is sent."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=12, choices=Notice)
    key = models.CharField(max_length=40, help_text="What it is about: asking twice makes one letter.")
    to_address = models.EmailField(max_length=254)
    header_id = models.CharField(
        max_length=250, unique=True, help_text="Its Message-ID: the same in every attempt, so that two arrive as one."
    )
    state = models.CharField(max_length=10, choices=Sending, default=Sending.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=100, blank=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["report", "key"], name="advisories_outgoingmail_once_for_each_reason"),
            models.CheckConstraint(condition=Q(kind__in=Notice.values), name="advisories_outgoingmail_kind_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=Sending.values), name="advisories_outgoingmail_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state=Sending.SENT, sent_at__isnull=False)
                | (~Q(state=Sending.SENT) & Q(sent_at__isnull=True)),
                name="advisories_outgoingmail_sent_has_its_instant",
            ),
        ]

    def __str__(self) -> str:
        return f"letter {self.pk} on {self.report}"
