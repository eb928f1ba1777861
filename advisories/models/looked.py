"""When somebody last looked at an advisory: what their desk calls new is what came after."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models.functions import Now

from accounts.models import User


class LookedQuerySet(models.QuerySet["Looked"]):
    """Asking and noting."""

    def of(self, viewer: User | AnonymousUser) -> Self:
        """Keep one's own."""
        return self.filter(user=viewer) if viewer.is_authenticated else self.none()

    def note(self, viewer: User, advisory_id: int) -> None:
        """`viewer` looks at it now."""
        self.update_or_create(user=viewer, advisory_id=advisory_id, defaults={"at": Now()})


class Looked(models.Model):
    """One person's last look at one advisory."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    advisory = models.ForeignKey("advisories.Advisory", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    objects = LookedQuerySet.as_manager()

    class Meta:
        ordering = ["user", "advisory"]
        constraints = [models.UniqueConstraint(fields=["user", "advisory"], name="advisories_looked_once")]

    def __str__(self) -> str:
        return f"{self.user} at {self.advisory}"
