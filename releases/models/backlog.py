"""What the last point release of a branch lacks of everything that is public, as one list that applies in order."""

from django.db import models
from django.db.models import Q

from releases.models.branch import COMMIT, PointRelease
from releases.models.series import SHA256


class Backlog(models.Model):
    """The list of one point release. It is put together from public series and upstream commits alone.

    Who shows it looks once more which of the series are public now: an advisory may be withdrawn.
    """

    release = models.OneToOneField(PointRelease, on_delete=models.CASCADE, related_name="backlog")
    base_commit = models.CharField(max_length=64, help_text="The commit on which git has applied the list.")
    digest = models.CharField(max_length=64, help_text="SHA-256 over what the list depends on.")
    steps = models.JSONField(default=list, help_text="In order; see releases/checking/backlogs.py.")
    left_out = models.JSONField(
        default=list, help_text="Keys of series that apply alone, but not together with the others."
    )
    verified_tree = models.CharField(max_length=64, blank=True, help_text="What git came to with the whole list.")

    objects = models.Manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(base_commit__regex=COMMIT), name="releases_backlog_commit_is_an_object_id"
            ),
            models.CheckConstraint(condition=Q(digest__regex=SHA256), name="releases_backlog_digest_is_sha256"),
        ]

    def __str__(self) -> str:
        return f"what {self.release} lacks"
