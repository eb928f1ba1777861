"""Who takes part in an embargo: the team as one, a guest of the advisory, the finder of a report."""

from dataclasses import dataclass
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import User
from advisories.models.report import Report


class Side(models.TextChoices):
    """Which side of the table somebody sits on."""

    TEAM = "team", "Security team"
    GUEST = "guest", "Guest"
    FINDER = "finder", "Finder"


@dataclass(frozen=True, slots=True)
class Party:
    """One participant; the team is one whoever acts for it."""

    side: Side
    user: User | None = None
    """The guest, or the team member who acts."""
    report: Report | None = None
    """The finder's; each of several finders speaks for their own."""

    @classmethod
    def team(cls, by: User | None = None) -> Self:
        """The team, by one of its members."""
        return cls(Side.TEAM, user=by)

    @classmethod
    def guest(cls, user: User) -> Self:
        """Somebody with a seat on the advisory."""
        return cls(Side.GUEST, user=user)

    @classmethod
    def finder(cls, report: Report) -> Self:
        """Whoever holds the private link of a report."""
        return cls(Side.FINDER, report=report)

    @property
    def key(self) -> str:
        """The same for the same participant, such as `guest:12`; the team's members share one."""
        if self.side == Side.TEAM:
            return Side.TEAM.value
        return f"{self.side.value}:{self.user.pk if self.user else self.report.pk if self.report else ''}"

    @property
    def columns(self) -> dict[str, Any]:
        """What a row of theirs holds."""
        return {"side": self.side, "user": self.user, "report": self.report}

    @property
    def identity(self) -> dict[str, Any]:
        """What finds their row: who acts for the team is not asked."""
        return {"side": self.side} if self.side == Side.TEAM else self.columns


class OfAParty(models.Model):
    """A row that belongs to one participant."""

    side = models.CharField(max_length=10, choices=Side)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="The guest, or the member of the team who acted.",
    )  # fmt: skip
    report = models.ForeignKey(Report, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(side=Side.TEAM, report__isnull=True)
                | Q(side=Side.GUEST, user__isnull=False, report__isnull=True)
                | Q(side=Side.FINDER, user__isnull=True, report__isnull=False),
                name="%(app_label)s_%(class)s_is_of_one_party",
            )
        ]

    @property
    def party(self) -> Party:
        """Whose it is."""
        return Party(Side(self.side), self.user, self.report)

    @property
    def party_key(self) -> str:
        """As `Party.key`, without fetching anybody."""
        if self.side == Side.TEAM:
            return Side.TEAM.value
        return f"{self.side}:{self.user_id or self.report_id}"
