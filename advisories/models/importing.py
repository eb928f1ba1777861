"""What a project brought with it: each import with what was understood, doubted and refused, and what came of it."""

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse

from accounts.access import holds
from accounts.models import Role, User
from advisories.models.advisory import Advisory
from advisories.models.revision import SHA256, Revision


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    """Questions about imports. What an archive holds may be more than was published: the security team reads it."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """All of them for whoever reads every advisory, none for anybody else."""
        return self if holds(viewer, Role.SECURITY, Role.COORDINATOR) else self.none()


class ImportRun(models.Model):
    """One archive that somebody let in. Without an end it was interrupted: running it again goes on from there."""

    sources = models.JSONField(default=list, help_text="What was named on the command line.")
    keys = models.JSONField(default=list, help_text="Fingerprints that signatures were checked with.")
    passed_over = models.PositiveIntegerField(default=0, help_text="Mails about something else.")
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("started_at")),
                name="advisories_importrun_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("releases:import", args=[self.pk])


class Weight(models.TextChoices):
    """How much a finding weighs, the heaviest last."""

    UNDERSTOOD = "understood", "Understood"
    NOTE = "note", "Noted"
    DOUBT = "doubt", "Doubtful"
    REFUSED = "refused", "Refused"


class ImportFindingQuerySet(models.QuerySet["ImportFinding"]):
    """Questions about findings."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of imports that `viewer` may read."""
        return self.filter(run__in=ImportRun.objects.visible_to(viewer))


class ImportFinding(models.Model):
    """One line of the report: what was found where."""

    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="findings")
    weight = models.CharField(max_length=10, choices=Weight)
    kind = models.CharField(max_length=40)
    where = models.CharField(max_length=300, blank=True)
    line = models.PositiveIntegerField(default=0, help_text="0 means the document as a whole.")
    message = models.CharField(max_length=1000)

    objects = ImportFindingQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(weight__in=Weight.values), name="advisories_importfinding_weight_known")
        ]

    def __str__(self) -> str:
        return self.message


class Outcome(models.TextChoices):
    """What became of one number."""

    MADE = "made", "Brought in"
    EXTENDED = "extended", "Versions added"
    UNUSED = "unused", "Number kept as unused"
    UNCHANGED = "unchanged", "Here already"
    REFUSED = "refused", "Refused"


WRITES = (Outcome.MADE, Outcome.EXTENDED, Outcome.UNUSED)
"""Only these put something into the portal."""


class ImportedNumberQuerySet(models.QuerySet["ImportedNumber"]):
    """Questions about what became of numbers."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of imports that `viewer` may read."""
        return self.filter(run__in=ImportRun.objects.visible_to(viewer))


class ImportedNumber(models.Model):
    """What an import did with one number."""

    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="numbers")
    number = models.PositiveIntegerField()
    advisory = models.ForeignKey(
        Advisory, null=True, blank=True, on_delete=models.PROTECT, related_name="imports",
        help_text="None where nothing was written, or where it was undone.",
    )  # fmt: skip
    outcome = models.CharField(max_length=10, choices=Outcome)
    versions = models.JSONField(default=list, help_text="The versions that this import brought.")
    last_event = models.PositiveBigIntegerField(
        default=0, help_text="Where the record stood when it was done; a later event is somebody's work."
    )
    why = models.CharField(max_length=300, blank=True, help_text="Why it was refused.")

    objects = ImportedNumberQuerySet.as_manager()

    class Meta:
        ordering = ["run", "number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="advisories_importednumber_once_a_run"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="advisories_importednumber_known"),
            models.CheckConstraint(
                condition=Q(outcome__in=[one.value for one in WRITES]) | Q(advisory__isnull=True),
                name="advisories_importednumber_only_what_was_written",
            ),
            models.CheckConstraint(
                condition=(Q(outcome=Outcome.REFUSED) & ~Q(why="")) | (~Q(outcome=Outcome.REFUSED) & Q(why="")),
                name="advisories_importednumber_refused_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.outcome}"


class OriginQuerySet(models.QuerySet["Origin"]):
    """Questions about where revisions came from."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of revisions that `viewer` works on."""
        return self.filter(revision__in=Revision.objects.visible_to(viewer))


class Origin(models.Model):
    """Where a revision came from that this portal didn't make. Its text, byte for byte, is its `SignedText`."""

    revision = models.OneToOneField(Revision, on_delete=models.PROTECT, related_name="origin")
    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="origins")
    sources = models.JSONField(help_text="Every document that held the same text.")
    message_id = models.CharField(max_length=300, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True, help_text="As the signature says.")
    is_verified = models.BooleanField(help_text="Whether one of the keys given then had signed it.")
    recipe = models.BinaryField(default=b"", help_text="The recipe file as it was attached.")
    recipe_sha256 = models.CharField(max_length=64, blank=True)

    objects = OriginQuerySet.as_manager()

    class Meta:
        ordering = ["revision"]
        constraints = [
            models.CheckConstraint(
                condition=Q(recipe_sha256="") | Q(recipe_sha256__regex=SHA256),
                name="advisories_origin_recipe_sha256_is_hex",
            )
        ]

    def __str__(self) -> str:
        return f"origin of {self.revision}"
