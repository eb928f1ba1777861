"""The team's signatures over documents for machines, made by a worker and kept: the same bytes, the same signature."""

import hashlib
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from advisories.models.revision import SHA256


class Mode(models.TextChoices):
    """How a signature goes with what it is over."""

    DETACHED = "detached", "A file of its own"
    CLEAR = "clear", "Around the text"


class SignatureQuerySet(models.QuerySet["Signature"]):
    """Questions about signatures. Whoever holds the bytes may have theirs, and nobody finds one without them."""

    def over(self, content: bytes, mode: Mode, fingerprint: str) -> Self:
        """That over exactly these bytes, by the key with this fingerprint."""
        return self.filter(sha256=hashlib.sha256(content).hexdigest(), mode=mode, fingerprint=fingerprint)


class Signature(models.Model):
    """One signature. Nothing of what it is over can be read from it but the digest; `security.txt` is public anyway."""

    sha256 = models.CharField(max_length=64, help_text="Of what it is over.")
    mode = models.CharField(max_length=10, choices=Mode)
    fingerprint = models.CharField(max_length=64, help_text="Of the key.")
    number = models.PositiveIntegerField(null=True, blank=True, help_text="Of the advisory, where it is of one.")
    content = models.BinaryField(help_text="Armoured; a clear one with its text.")
    made_at = models.DateTimeField(db_default=Now())

    objects = SignatureQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["fingerprint", "number"], name="advisories_signature_by_key")]
        constraints = [
            models.UniqueConstraint(fields=["sha256", "mode", "fingerprint"], name="advisories_signature_once"),
            models.CheckConstraint(condition=Q(sha256__regex=SHA256), name="advisories_signature_sha256_is_hex"),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="advisories_signature_mode_is_known"),
            models.CheckConstraint(condition=~Q(fingerprint=""), name="advisories_signature_has_its_key"),
        ]

    def __str__(self) -> str:
        return f"{self.get_mode_display()} over {self.sha256[:12]}"
