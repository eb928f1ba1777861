"""A seat on one advisory: a fix author, a hardware vendor, a stable maintainer."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class SeatQuerySet(models.QuerySet["Seat"]):
    """Questions about seats; the database's clock decides what is current."""

    def current(self) -> Self:
        """Seats that have begun and not ended."""
        return self.filter(Q(until_at__isnull=True) | Q(until_at__gt=Now()), from_at__lte=Now())


class Right(models.TextChoices):
    """What the holder of a seat may do on the advisory; each includes those before it."""

    READ = "read", "Read"
    COMMENT = "comment", "Comment"
    UPLOAD = "upload", "Upload patches"


class Seat(models.Model):
    """One person on one advisory, from an instant until another."""

    advisory = models.ForeignKey("advisories.Advisory", on_delete=models.PROTECT, related_name="seats")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="advisory_seats")
    right = models.CharField(max_length=10, choices=Right, default=Right.READ)
    from_at = models.DateTimeField(db_default=Now())
    until_at = models.DateTimeField(null=True, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(right__in=Right.values), name="advisories_seat_right_is_known"),
            models.CheckConstraint(
                condition=Q(until_at__isnull=True) | Q(until_at__gt=F("from_at")),
                name="advisories_seat_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["advisory", "user"],
                condition=Q(until_at__isnull=True),
                name="advisories_seat_one_open_seat_per_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.advisory}: {self.right}"
