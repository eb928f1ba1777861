"""What became of the recipes that an archive brought, on the commits that they name."""

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from accounts.models import User
from advisories.models import ImportRun
from releases.models.branch import COMMIT
from releases.models.tree import Tree


class TrialResult(models.TextChoices):
    """How following a recipe went."""

    APPLIES = "applies", "Applies"
    FAILS = "fails", "Fails"
    UNCLEAR = "unclear", "Cannot be told"
    NOTHING = "nothing", "No patches listed"
    NO_COMMIT = "no-commit", "The tree lacks the commit"


class TrialQuerySet(models.QuerySet["Trial"]):
    """Questions about trials."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of imports that `viewer` may read."""
        return self.filter(run__in=ImportRun.objects.visible_to(viewer))


class Trial(models.Model):
    """One recipe followed on its commit: the patches alone, and after what the recipe puts first."""

    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="trials")
    tree = models.ForeignKey(Tree, on_delete=models.PROTECT, related_name="trials")
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    branch = models.CharField(max_length=60)
    stable_ref = models.CharField(max_length=64)
    alone = models.CharField(max_length=10, choices=TrialResult)
    after = models.CharField(max_length=10, choices=TrialResult)
    stand_ins = models.JSONField(default=list, help_text="Numbers whose fixes were taken from the tree's history.")
    absent = models.JSONField(default=list, help_text="Numbers of which no fix was found.")
    told = models.CharField(max_length=500, blank=True, help_text="Where it failed last.")

    objects = TrialQuerySet.as_manager()

    class Meta:
        ordering = ["run", "tree", "number", "version", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "tree", "number", "version", "branch"], name="releases_trial_once"),
            models.CheckConstraint(
                condition=Q(alone__in=TrialResult.values, after__in=TrialResult.values),
                name="releases_trial_results_known",
            ),
            models.CheckConstraint(
                condition=Q(stable_ref__regex=COMMIT), name="releases_trial_stable_ref_is_an_object_id"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} v{self.version} on {self.branch}"
