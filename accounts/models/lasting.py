"""What lasts from an instant until another or until somebody ends it: a seat, wherever it is."""

from typing import Self, TypeVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

Row = TypeVar("Row", bound="Lasting", covariant=True)


class LastingQuerySet(models.QuerySet[Row]):
    """Questions about what lasts; the database's clock decides."""

    def current(self) -> Self:
        """Those that have begun and not ended."""
        return self.unended().filter(from_at__lte=Now())

    def unended(self) -> Self:
        """Those with no end, or one that is still to come."""
        return self.filter(Q(until_at__isnull=True) | Q(until_at__gt=Now()))

    def end(self) -> int:
        """End those that are current, now; how many there were. What began this very instant has lasted no time yet."""
        return self.current().filter(from_at__lt=Now()).update(until_at=Now())


class Lasting(models.Model):
    """Something with a beginning and perhaps an end."""

    from_at = models.DateTimeField(db_default=Now())
    until_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(until_at__isnull=True) | Q(until_at__gt=F("from_at")),
                name="%(app_label)s_%(class)s_ends_after_it_begins",
            )
        ]
