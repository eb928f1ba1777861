"""Decisions about an embargo that readers are told of once it is over."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, Q
from django.db.models.functions import Now

from accounts.models import Role, TeamSeat, User


class Matter(models.TextChoices):
    """What was decided."""

    SHORT = "short", "Why the embargo was short"
    LONG = "long", "Why the embargo was long"
    RECIPIENTS = "recipients", "Who was told, or was not"
    DEPLOYMENT = "deployment", "What was permitted before publication"
    OTHER = "other", "Another decision"


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Questions about decisions."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep all for the team that decides; guests are not told before everyone."""
        if not viewer.is_authenticated:
            return self.none()
        return self.filter(Exists(TeamSeat.objects.held_by(viewer, Role.SECURITY, Role.COORDINATOR)))

    def standing(self) -> Self:
        """Those that were not taken back, in the order in which they were made."""
        return self.filter(taken_back_at__isnull=True).order_by("at", "pk")


class Decision(models.Model):
    """One decision in words for readers. It is never changed; another takes its place."""

    advisory = models.ForeignKey("advisories.Advisory", on_delete=models.PROTECT, related_name="decisions")
    about = models.CharField(max_length=12, choices=Matter)
    words = models.CharField(max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    taken_back_at = models.DateTimeField(null=True, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(about__in=Matter.values), name="advisories_decision_about_is_known"),
            models.CheckConstraint(condition=~Q(words=""), name="advisories_decision_has_its_words"),
        ]

    def __str__(self) -> str:
        return f"decision {self.pk}"

    def as_plain(self) -> dict[str, str]:
        """What is published of it."""
        return {"about": self.about, "words": self.words}
