"""Who approved exactly what, and what was armed by it."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import User
from advisories.models.batch import Batch
from advisories.models.revision import SHA256


class ApprovalQuerySet(models.QuerySet["Approval"]):
    """Questions about approvals."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of batches that `viewer` reads."""
        return self.filter(batch__in=Batch.objects.read_by(viewer))

    def standing(self) -> Self:
        """Those that were not taken back."""
        return self.filter(withdrawn_at__isnull=True)


class Approval(models.Model):
    """One team member's approval of one digest (`advisories/release/arming.py`), void once that is another."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="approvals")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        ordering = ["batch", "at"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "by", "digest"],
                condition=Q(withdrawn_at__isnull=True),
                name="advisories_approval_one_each",
            ),
            models.CheckConstraint(condition=Q(digest__regex=SHA256), name="advisories_approval_digest_is_sha256"),
        ]

    def __str__(self) -> str:
        return f"{self.by} on {self.batch}"


class ArmingQuerySet(models.QuerySet["Arming"]):
    """Questions about armings."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of batches that `viewer` reads."""
        return self.filter(batch__in=Batch.objects.read_by(viewer))

    def in_force(self) -> Self:
        """Those that nothing has voided."""
        return self.filter(voided_at__isnull=True)


class Arming(models.Model):
    """A batch that goes out by itself at an instant, unless this is voided before."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="armings")
    digest = models.CharField(max_length=64)
    public_at = models.DateTimeField()
    armed_at = models.DateTimeField(db_default=Now())
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=300, blank=True)

    objects = ArmingQuerySet.as_manager()

    class Meta:
        ordering = ["batch", "armed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch"], condition=Q(voided_at__isnull=True), name="advisories_arming_one_in_force"
            ),
            models.CheckConstraint(condition=Q(digest__regex=SHA256), name="advisories_arming_digest_is_sha256"),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, void_reason="")
                | (Q(voided_at__lt=F("public_at")) & ~Q(void_reason="")),
                name="advisories_arming_void_only_before_and_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch} for {self.public_at:%Y-%m-%d %H:%M} UTC"


class OverrideQuerySet(models.QuerySet["Override"]):
    """Questions about overrides."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of advisories that `viewer` works on."""
        from advisories.models.advisory import Advisory

        return self.filter(advisory__in=Advisory.objects.worked_on_by(viewer))


class Override(models.Model):
    """The recorded decision to go out although a series is missing or fails on a supported branch.

    It is about exactly these patches: with others it counts for nothing.
    """

    advisory = models.ForeignKey("advisories.Advisory", on_delete=models.PROTECT, related_name="overrides")
    branch = models.CharField(max_length=120, help_text="Tree and branch, as in BranchFacts.name.")
    fixes_sha256 = models.CharField(max_length=64, help_text="Over the digests of the patches there were.")
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    objects = OverrideQuerySet.as_manager()

    class Meta:
        ordering = ["advisory", "branch", "at"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="advisories_override_has_its_reason"),
            models.CheckConstraint(condition=Q(fixes_sha256__regex=SHA256), name="advisories_override_sha256_is_hex"),
            models.UniqueConstraint(
                fields=["advisory", "branch", "fixes_sha256"], name="advisories_override_one_for_these_patches"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.advisory} on {self.branch}"
