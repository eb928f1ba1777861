"""Seats on the team: who may do what, from when until when."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models.user import User


class Role(models.TextChoices):
    """What a seat on the team lets its holder do (the table of people in the user's guide)."""

    SECURITY = "security", "Security team"
    COORDINATOR = "coordinator", "Coordinator"
    RELEASE_MANAGER = "release-manager", "Release manager"


class TeamSeatQuerySet(models.QuerySet["TeamSeat"]):
    """Questions about seats; the database's clock decides what is current."""

    def current(self) -> Self:
        """Seats that have begun and not ended."""
        return self.filter(Q(until_at__isnull=True) | Q(until_at__gt=Now()), from_at__lte=Now())

    def held_by(self, viewer: User | AnonymousUser, *roles: Role) -> Self:
        """Current seats of `viewer` with one of `roles`; none for someone who isn't signed in."""
        if not viewer.is_authenticated or not viewer.is_active:
            return self.none()
        return self.current().filter(user=viewer, role__in=roles)


class TeamSeat(models.Model):
    """One person's place on the team."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="team_seats")
    role = models.CharField(max_length=20, choices=Role)
    from_at = models.DateTimeField(db_default=Now())
    until_at = models.DateTimeField(null=True, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = TeamSeatQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="accounts_teamseat_role_is_known"),
            models.CheckConstraint(
                condition=Q(until_at__isnull=True) | Q(until_at__gt=F("from_at")),
                name="accounts_teamseat_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(until_at__isnull=True),
                name="accounts_teamseat_one_open_seat_per_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"
