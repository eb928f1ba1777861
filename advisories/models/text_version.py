"""Every text that an advisory ever had, so that two who write at once lose nothing."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User


class TextVersionQuerySet(models.QuerySet["TextVersion"]):
    """Questions about earlier texts."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of advisories that `viewer` works on; what was never frozen is nobody else's."""
        from advisories.models.advisory import Advisory

        return self.filter(advisory__in=Advisory.objects.worked_on_by(viewer))


class TextVersion(models.Model):
    """Title and sections of an advisory's draft as one person kept them; never changed."""

    advisory = models.ForeignKey("advisories.Advisory", on_delete=models.PROTECT, related_name="text_versions")
    version = models.PositiveIntegerField()
    texts = models.JSONField(help_text="Name of the section to its Markdown; the title among them.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    kept_at = models.DateTimeField(default=timezone.now)

    objects = TextVersionQuerySet.as_manager()

    class Meta:
        ordering = ["advisory", "version"]
        constraints = [
            models.UniqueConstraint(fields=["advisory", "version"], name="advisories_textversion_once"),
            models.CheckConstraint(condition=Q(version__gt=0), name="advisories_textversion_is_positive"),
        ]

    def __str__(self) -> str:
        return f"text {self.version} of {self.advisory}"
