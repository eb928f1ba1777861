"""What somebody ticked off on an advisory's checklist."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from advisories.release.checklists import Kind


class TickQuerySet(models.QuerySet["Tick"]):
    """Questions about ticks."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of advisories that `viewer` works on."""
        from advisories.models.advisory import Advisory

        return self.filter(advisory__in=Advisory.objects.worked_on_by(viewer))


class Tick(models.Model):
    """One item that is done, with who said so and when. Taking it back takes the row away; the record keeps both."""

    advisory = models.ForeignKey("advisories.Advisory", on_delete=models.PROTECT, related_name="ticks")
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in Kind])
    key = models.CharField(max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = TickQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["advisory", "kind", "key"], name="advisories_tick_once"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Kind]), name="advisories_tick_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.advisory}"
