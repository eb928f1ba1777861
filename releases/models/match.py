"""Which patches of an archive are the very ones that the tree's own branches were fixed with."""

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models

from accounts.models import User
from advisories.models import ImportRun
from releases.models.tree import Tree


class PatchMatchQuerySet(models.QuerySet["PatchMatch"]):
    """Questions about matches."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of imports that `viewer` may read."""
        return self.filter(run__in=ImportRun.objects.visible_to(viewer))


class PatchMatch(models.Model):
    """One patch of one version held against the fixes in a tree, as the tree was then."""

    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="matches")
    tree = models.ForeignKey(Tree, on_delete=models.PROTECT, related_name="matches")
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    file_name = models.CharField(max_length=200)
    same = models.JSONField(default=list, help_text="Branches with a commit that names the advisory and is this patch.")
    other = models.JSONField(default=list, help_text="Branches that it is meant for and that have another fix.")
    absent = models.JSONField(default=list, help_text="Branches that it is meant for and where nothing names it.")

    objects = PatchMatchQuerySet.as_manager()

    class Meta:
        ordering = ["run", "tree", "number", "version", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "tree", "number", "version", "file_name"], name="releases_patchmatch_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.file_name} of {self.number} v{self.version}"
