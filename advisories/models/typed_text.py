"""What somebody typed and could not send, because their session had ended: kept until they have signed in again."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.utils import timezone

KEPT_FOR = timedelta(days=7)


class TypedTextQuerySet(models.QuerySet["TypedText"]):
    """Questions about texts that wait."""

    def behind(self, token_sha256: str, address: str) -> Self:
        """Keep the one that was typed at `address`, for whom its token was told."""
        return self.filter(token_sha256=token_sha256, address=address)

    def forgotten(self) -> Self:
        """Those that nobody came back for."""
        return self.filter(made_at__lt=timezone.now() - KEPT_FOR)


class TypedText(models.Model):
    """The fields of one form, as typed. Only the token's digest is kept."""

    token_sha256 = models.CharField(max_length=64, unique=True)
    address = models.CharField(max_length=200, help_text="The path of the form.")
    fields = models.JSONField()
    made_at = models.DateTimeField(auto_now_add=True)

    objects = TypedTextQuerySet.as_manager()

    def __str__(self) -> str:
        return f"typed text {self.pk}"
