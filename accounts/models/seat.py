"""Seats on the team: who may do what, from when until when."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from accounts.models.lasting import Lasting, LastingQuerySet
from accounts.models.user import User


class Role(models.TextChoices):
    """What a seat on the team lets its holder do (the table of people in the user's guide)."""

    SECURITY = "security", "Security team"
    COORDINATOR = "coordinator", "Coordinator"
    RELEASE_MANAGER = "release-manager", "Release manager"


class TeamSeatQuerySet(LastingQuerySet["TeamSeat"]):
    """Questions about seats on the team."""

    def held_by(self, viewer: User | AnonymousUser, *roles: Role) -> Self:
        """Current seats of `viewer` with one of `roles`; none for someone who isn't signed in."""
        if not viewer.is_authenticated or not viewer.is_active:
            return self.none()
        return self.current().filter(user=viewer, role__in=roles)


class TeamSeat(Lasting):
    """One person's place on the team."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="team_seats")
    role = models.CharField(max_length=20, choices=Role)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = TeamSeatQuerySet.as_manager()

    class Meta(Lasting.Meta):
        constraints = [
            *Lasting.Meta.constraints,
            models.CheckConstraint(condition=Q(role__in=Role.values), name="accounts_teamseat_role_is_known"),
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(until_at__isnull=True),
                name="accounts_teamseat_one_open_seat_per_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"
