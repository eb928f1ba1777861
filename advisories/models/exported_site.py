"""How exporting the public site goes, folder by folder: what a worker tells everybody who keeps the portal running."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, Now

KEPT_FOR = timedelta(days=1)
"""A folder that no worker has tried to bring up to date for so long is no longer kept: one tries every hour."""


class ExportedSiteQuerySet(models.QuerySet["ExportedSite"]):
    """Questions about folders, and what workers say of them."""

    def kept(self) -> Self:
        """Those that a worker somewhere looks after."""
        return self.filter(tried_at__gt=Now() - KEPT_FOR)

    def failing(self) -> Self:
        """Those that do not say what is public, and why is known."""
        return self.kept().exclude(trouble="").order_by("folder")

    def went_well(self, folder: str) -> None:
        """Write down that a folder says what is public."""
        well = {"tried_at": Now(), "done_at": Now(), "failing_since": None, "trouble": ""}
        self.update_or_create(folder=folder, defaults=well)

    def went_wrong(self, folder: str, trouble: str) -> None:
        """Write down why a folder was left as it was, and since when that is so."""
        since = Coalesce("failing_since", Now())
        self.get_or_create(folder=folder)
        self.filter(folder=folder).update(tried_at=Now(), failing_since=since, trouble=Value(trouble[:200]))


class ExportedSite(models.Model):
    """One folder with the public site in it, as the worker that keeps it sees it."""

    folder = models.CharField(max_length=500, unique=True, help_text="On the worker's machine.")
    tried_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True, blank=True, help_text="When it said what was public last.")
    failing_since = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=200, blank=True, help_text="What went wrong last, in neutral words.")

    objects = ExportedSiteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(trouble="") ^ Q(failing_since__isnull=False),
                name="advisories_exportedsite_trouble_has_its_beginning",
            ),
        ]

    def __str__(self) -> str:
        return self.folder
