"""Mail that waits to be written and sent by the worker: the row is the promise."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

CLAIM_LASTS = timedelta(minutes=5)
"""A worker that died with a letter in hand keeps it no longer than this."""

TRIES = 10


class LetterQuerySet(models.QuerySet["Letter"]):
    """Which letters wait."""

    def waiting(self) -> Self:
        """Those that nobody has in hand, and that have not failed too often."""
        free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=Now() - CLAIM_LASTS)
        return self.filter(free, tries__lt=TRIES)


class Letter(models.Model):
    """One mail to one address; deleted once it is sent, or once there turns out to be nobody to send it to.

    A request for a new password is kept like this for every address that anyone types, so that asking costs the same
    for addresses that have an account and for those that have none.
    """

    class Kind(models.TextChoices):
        RESET = "reset", "A new password"
        INVITATION = "invitation", "An invitation"

    kind = models.CharField(max_length=12, choices=Kind)
    address = models.EmailField(max_length=254)
    asked_at = models.DateTimeField(db_default=Now())
    claimed_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    objects = LetterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["reset", "invitation"]), name="accounts_letter_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"letter {self.pk}"
