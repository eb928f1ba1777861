"""Mail that waits to be written and sent by the worker: the row is the promise."""

from django.db import models
from django.db.models import Q

from accounts.models.outgoing import Outgoing, OutgoingQuerySet


class LetterQuerySet(OutgoingQuerySet["Letter"]):
    """Which letters wait."""


class Letter(Outgoing):
    """One mail to one address; deleted once it is sent, or once there turns out to be nobody to send it to.

    A request for a new password is kept like this for every address that anyone types, so that asking costs the same
    for addresses that have an account and for those that have none.
    """

    class Kind(models.TextChoices):
        RESET = "reset", "A new password"
        INVITATION = "invitation", "An invitation"

    kind = models.CharField(max_length=12, choices=Kind)
    address = models.EmailField(max_length=254)

    objects = LetterQuerySet.as_manager()

    class Meta(Outgoing.Meta):
        constraints = [
            *Outgoing.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=["reset", "invitation"]), name="accounts_letter_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"letter {self.pk}"
