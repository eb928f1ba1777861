"""What those who were told before must hear now: one row for each thing to tell and each audience.

Who exactly that is, and the letters to them, is made from these rows; making one is part of the change it tells of.
"""

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import User
from advisories.release.batching import Audience


class What(models.TextChoices):
    """What happened."""

    PREDISCLOSED = "pre-disclosed", "Pre-disclosed"
    REVISED = "revised", "Another revision"
    DATE_MOVED = "date-moved", "Another date"
    CANCELLED = "cancelled", "The date was given up"
    ENDED_EARLY = "ended-early", "The embargo ended early"
    HELD = "held", "What was armed is held back"
    PUBLISHED = "published", "Public"
    REISSUED = "reissued", "Issued again"


class TidingQuerySet(models.QuerySet["Tiding"]):
    """Questions about what is to be told."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of advisories that `viewer` works on."""
        from advisories.models.advisory import Advisory

        return self.filter(advisory__in=Advisory.objects.worked_on_by(viewer))

    def to_hand_out(self) -> Self:
        """Those from which no letter has been made yet."""
        return self.filter(handed_out_at__isnull=True)


class Tiding(models.Model):
    """One thing to tell one audience about one advisory."""

    what = models.CharField(max_length=20, choices=What)
    audience = models.CharField(max_length=30, choices=[(a.value, a.value) for a in Audience])
    advisory = models.ForeignKey("advisories.Advisory", on_delete=models.PROTECT, related_name="tidings")
    revision = models.ForeignKey(
        "advisories.Revision", null=True, blank=True, on_delete=models.PROTECT, related_name="tidings"
    )
    batch = models.ForeignKey("advisories.Batch", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField(null=True, blank=True, help_text="The instant that is told with it.")
    reason = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(db_default=Now())
    handed_out_at = models.DateTimeField(null=True, blank=True)

    objects = TidingQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(what__in=What.values), name="advisories_tiding_what_is_known"),
            models.CheckConstraint(
                condition=Q(audience__in=[a.value for a in Audience]), name="advisories_tiding_audience_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.advisory}: {self.what} for {self.audience}"
