"""Letters to people with an account that say where to look and nothing else."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from accounts.models import Sending, User
from accounts.models.outgoing import Outgoing, OutgoingQuerySet


class About(models.TextChoices):
    """Why somebody should look; what it says may be read by every machine on the way."""

    SEAT = "seat", "You were given a seat"
    DATES = "dates", "There is something for you to answer"
    NEWS = "news", "There is something new"
    POST = "post", "Somebody has written"
    TROUBLE = "trouble", "Something went wrong and waits for the team"
    REPORTS = "reports", "Somebody has reported something"


class NotificationQuerySet(OutgoingQuerySet["Notification"]):
    """Questions about notifications."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of advisories that `viewer` works on, and the viewer's own of the triage queue."""
        from advisories.models.advisory import Advisory

        of_theirs = Q(advisory__in=Advisory.objects.worked_on_by(viewer))
        return self.filter(of_theirs | Q(advisory=None, user=viewer.pk))


class Notification(Outgoing):
    """One letter to one person about one advisory, or about the triage queue. It holds no text: that follows."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notifications")
    advisory = models.ForeignKey(
        "advisories.Advisory", on_delete=models.PROTECT, null=True, blank=True, related_name="notifications"
    )
    what = models.CharField(max_length=10, choices=About)
    header_id = models.CharField(
        max_length=250, unique=True, help_text="Its Message-ID: the same in every attempt, so that two arrive as one."
    )

    objects = NotificationQuerySet.as_manager()

    class Meta(Outgoing.Meta):
        ordering = ["pk"]
        constraints = [
            *Outgoing.Meta.constraints,
            models.CheckConstraint(condition=Q(what__in=About.values), name="advisories_notification_what_is_known"),
            models.CheckConstraint(
                condition=Q(advisory=None, what=About.REPORTS) | (Q(advisory__isnull=False) & ~Q(what=About.REPORTS)),
                name="advisories_notification_is_of_an_advisory_or_of_the_queue",
            ),
            # However much happens before it goes out, it is one letter.
            models.UniqueConstraint(
                fields=["user", "advisory", "what"],
                condition=Q(state=Sending.QUEUED, attempts=0),
                name="advisories_notification_one_waits",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state=Sending.QUEUED, attempts=0, advisory=None),
                name="advisories_notification_one_of_the_queue_waits",
            ),
        ]

    def __str__(self) -> str:
        return f"notification {self.pk}"
