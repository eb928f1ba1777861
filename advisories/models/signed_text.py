"""The text that goes out with a revision, and the team's signature over it: made before anybody can approve it."""

from datetime import timedelta
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from accounts.models import User
from advisories.models.publication import Publication
from advisories.models.revision import SHA256, Revision

CLAIM_LASTS = timedelta(minutes=2)
"""A worker that died while signing keeps a text no longer than this."""


class SignedTextQuerySet(models.QuerySet["SignedText"]):
    """Questions about texts, and which of them wait for a worker."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of revisions that are published by now, and of advisories that `viewer` works on."""
        published = Publication.objects.live().filter(revision=OuterRef("revision"))
        if not viewer.is_authenticated:
            return self.filter(Exists(published))
        return self.filter(Exists(published) | Q(revision__in=Revision.objects.visible_to(viewer)))

    def waiting(self) -> Self:
        """Those that are not made yet and that nobody has in hand."""
        free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=Now() - CLAIM_LASTS)
        return self.filter(free, made_at__isnull=True)


class SignedText(models.Model):
    """One revision as plain text for readers, clear-signed where the team has a key. Written once."""

    revision = models.OneToOneField(Revision, on_delete=models.PROTECT, related_name="signed_text")
    text = models.BinaryField(default=b"", help_text="As it goes out: clear-signed, or plain where nothing is signed.")
    sha256 = models.CharField(max_length=64, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True, help_text="Of the key; empty where nothing is signed.")
    made_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=300, blank=True, help_text="Why it could not be made, for the team.")

    objects = SignedTextQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["made_at"], name="advisories_signedtext_when")]
        constraints = [
            models.CheckConstraint(
                condition=Q(made_at__isnull=True, sha256="") | Q(made_at__isnull=False, sha256__regex=SHA256),
                name="advisories_signedtext_made_has_its_digest",
            )
        ]

    def __str__(self) -> str:
        return f"text of {self.revision}"
