"""A seat on one advisory: a fix author, a hardware vendor, a stable maintainer."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q

from accounts.models import User
from accounts.models.lasting import Lasting, LastingQuerySet
from advisories.models.event import Event

if TYPE_CHECKING:
    from advisories.models.advisory import Advisory


class SeatQuerySet(LastingQuerySet["Seat"]):
    """Questions about seats on advisories."""

    def on(self, advisory: "Advisory") -> Self:
        """Those held on it now, with whose they are, by name."""
        return self.current().filter(advisory=advisory).select_related("user").order_by("user__name", "pk")

    @transaction.atomic
    def give(
        self,
        advisory: "Advisory",
        user: User,
        right: "Right",
        *,
        by: User | None,
        until_at: datetime | None = None,
    ) -> "Seat":
        """Seat `user` from now until an instant or its end; raises `IntegrityError` where an open seat is there."""
        seat = self.create(advisory=advisory, user=user, right=right, until_at=until_at)
        detail = {"person": user.pk, "right": right.value}
        Event.objects.record(advisory, kind="seat-given", by=by, detail=detail)
        return seat


class Right(models.TextChoices):
    """What the holder of a seat may do on the advisory; each includes those before it."""

    READ = "read", "Read"
    COMMENT = "comment", "Comment"
    UPLOAD = "upload", "Upload patches"


class Seat(Lasting):
    """One person on one advisory, from an instant until another."""

    advisory = models.ForeignKey("advisories.Advisory", on_delete=models.PROTECT, related_name="seats")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="advisory_seats")
    right = models.CharField(max_length=10, choices=Right, default=Right.READ)

    objects = SeatQuerySet.as_manager()

    class Meta(Lasting.Meta):
        constraints = [
            *Lasting.Meta.constraints,
            models.CheckConstraint(condition=Q(right__in=Right.values), name="advisories_seat_right_is_known"),
            models.UniqueConstraint(
                fields=["advisory", "user"],
                condition=Q(until_at__isnull=True),
                name="advisories_seat_one_open_seat_per_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.advisory}: {self.right}"

    @transaction.atomic
    def end(self, *, by: User | None) -> bool:
        """End the seat now; whether it was there to be ended."""
        ended = Seat.objects.filter(pk=self.pk).end()
        if ended:
            Event.objects.record(self.advisory, kind="seat-ended", by=by, detail={"person": self.user_id})
            self.refresh_from_db()
        return bool(ended)
