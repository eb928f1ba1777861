"""A supported release line of a tree, and the point releases on it."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from releases.models.tree import Tree

COMMIT = r"^[0-9a-f]{40}([0-9a-f]{24})?$"
"""A full object id, SHA-1 or SHA-256."""

MOST_LISTED = 60
"""Of how many releases of a branch, the newest ones, it is kept what they lack."""


class BranchQuerySet(models.QuerySet["Branch"]):
    """Questions about branches."""

    def followed(self) -> Self:
        """Those on which series are tried."""
        return self.filter(is_followed=True)


class Branch(models.Model):
    """A release line such as 4.17: a stable ref, usually a staging ref ahead of it, and point releases."""

    tree = models.ForeignKey(Tree, on_delete=models.PROTECT, related_name="branches")
    name = models.CharField(max_length=60, help_text="The series, such as 4.17.")
    position = models.PositiveIntegerField(default=0, help_text="Sorts oldest to newest within the tree.")
    stable_ref = models.CharField(max_length=150)
    staging_ref = models.CharField(max_length=150, blank=True)
    is_followed = models.BooleanField("series are tried on it", default=True)
    supported_until = models.DateField(null=True, blank=True)
    security_supported_until = models.DateField(null=True, blank=True)
    dates_were_entered = models.BooleanField(
        default=False, help_text="Entered by a person, so that the branch's own file doesn't overwrite them."
    )
    stable_commit = models.CharField(max_length=64, blank=True)
    staging_commit = models.CharField(max_length=64, blank=True)
    fork_commit = models.CharField(max_length=64, blank=True, help_text="Where it left the main line.")
    inputs_digest = models.CharField(
        max_length=64, blank=True, help_text="What its verdicts depend on, as it was when a run was last requested."
    )
    trouble = models.CharField(max_length=300, blank=True, help_text="Why it cannot be checked; empty if it can.")

    objects = BranchQuerySet.as_manager()

    class Meta:
        ordering = ["tree__slug", "-position"]
        verbose_name_plural = "branches"
        constraints = [
            models.UniqueConstraint(fields=["tree", "name"], name="releases_branch_name_unique_in_its_tree"),
            *(
                models.CheckConstraint(
                    condition=Q(**{field: ""}) | Q(**{f"{field}__regex": COMMIT}),
                    name=f"releases_branch_{field}_is_an_object_id",
                )
                for field in ("stable_commit", "staging_commit", "fork_commit")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tree.slug} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("releases:branch", args=[self.tree.slug, self.name])

    def is_security_supported_on(self, day: date) -> bool:
        """Whether fixes are still promised on `day`; a branch without a date is taken to be."""
        return self.security_supported_until is None or day <= self.security_supported_until


class PointReleaseQuerySet(models.QuerySet["PointRelease"]):
    """Questions about point releases."""

    def worth_a_list(self, branch: Branch, day: date) -> list["PointRelease"]:
        """Those before the last of which it is kept what they lack, newest first; none where nobody promises fixes."""
        if not (branch.is_followed and branch.is_security_supported_on(day)):
            return []
        return list(self.filter(branch=branch).order_by("-number")[1:MOST_LISTED])


class PointRelease(models.Model):
    """A release that users run, found as a tag in the mirror."""

    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="point_releases")
    tag = models.CharField(max_length=150)
    number = models.PositiveIntegerField(help_text="Its place in the series: the 6 of 4.17.6.")
    commit = models.CharField(max_length=64)
    tagged_at = models.DateTimeField(null=True, blank=True)

    objects = PointReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["branch", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["branch", "number"], name="releases_pointrelease_number_unique"),
            models.CheckConstraint(
                condition=Q(commit__regex=COMMIT), name="releases_pointrelease_commit_is_an_object_id"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch.name}.{self.number}"
