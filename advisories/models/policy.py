"""The project's disclosure policy, version after version; the newest one holds."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from accounts.access import Viewer, holds
from accounts.models import Role


class PolicyVersionQuerySet(models.QuerySet["PolicyVersion"]):
    """Questions about versions. What the policy in force says, everyone may ask of `advisories.policies`."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Keep what `viewer` may read: all of it for the security team, nothing for others, who see what holds."""
        return self.all() if holds(viewer, Role.SECURITY, Role.COORDINATOR) else self.none()

    def with_people(self) -> Self:
        """With who wrote each."""
        return self.select_related("by")


class PolicyVersion(models.Model):
    """One version. The database refuses to change it, to let it go, and to put one anywhere but at the end."""

    sequence = models.PositiveIntegerField(primary_key=True)
    document = models.JSONField(help_text="As advisories.policy.document writes it.")
    sha256 = models.CharField(max_length=64, help_text="Of the document in its one form.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    why = models.TextField(blank=True)

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-sequence"]
        constraints = [
            models.CheckConstraint(condition=Q(sequence__gt=0), name="advisories_policyversion_counts_from_one"),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="advisories_policyversion_hash_is_sha256"
            ),
            models.CheckConstraint(condition=Q(by__isnull=True) | ~Q(why=""), name="advisories_policyversion_says_why"),
        ]

    def __str__(self) -> str:
        return f"policy v{self.sequence}"

    def get_absolute_url(self) -> str:
        return reverse("policy:version", args=[self.sequence])

    @property
    def values(self) -> dict[str, Any]:
        """The document, typed."""
        found: dict[str, Any] = self.document
        return found
