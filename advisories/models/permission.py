"""What members may do with an advisory before it is public."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from advisories import permissions
from advisories.canonical import instant_text
from advisories.permissions import Reach, Start, Subject

if TYPE_CHECKING:
    from advisories.models.advisory import Advisory


class PermissionQuerySet(models.QuerySet["Permission"]):
    """Questions about permissions. Members read them in what was frozen."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of advisories that `viewer` works on."""
        from advisories.models.advisory import Advisory

        return self.filter(advisory__in=Advisory.objects.worked_on_by(viewer)).select_related("after")


class Permission(models.Model):
    """One line of the permission, in the order in which people read them."""

    advisory = models.ForeignKey("advisories.Advisory", on_delete=models.PROTECT, related_name="permissions")
    position = models.PositiveIntegerField()
    subject = models.CharField(max_length=12, choices=[(s.value, permissions.SUBJECTS[s]) for s in Subject])
    which = models.CharField(max_length=120, blank=True)
    reach = models.CharField(max_length=10, choices=[(r.value, permissions.REACHES[r]) for r in Reach])
    start = models.CharField(max_length=10, choices=[(s.value, permissions.STARTS[s]) for s in Start])
    at = models.DateTimeField(null=True, blank=True)
    after = models.ForeignKey("advisories.Advisory", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    restrictions = models.CharField(max_length=500, blank=True)

    objects = PermissionQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(subject__in=[s.value for s in Subject]), name="advisories_permission_subject_is_known"
            ),
            models.CheckConstraint(
                condition=Q(reach__in=[r.value for r in Reach]), name="advisories_permission_reach_is_known"
            ),
            models.CheckConstraint(
                condition=Q(start=Start.AT.value, at__isnull=False, after__isnull=True)
                | Q(start=Start.AFTER.value, at__isnull=True, after__isnull=False)
                | Q(start__in=[Start.NEVER.value, Start.AT_ONCE.value], at__isnull=True, after__isnull=True),
                name="advisories_permission_start_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(after__isnull=True) | ~Q(after=F("advisory")),
                name="advisories_permission_waits_for_another",
            ),
        ]

    def __str__(self) -> str:
        return self.value().sentence

    def value(self) -> permissions.Permission:
        """It as the pure rules know it."""
        return permissions.Permission(
            Subject(self.subject),
            Reach(self.reach),
            Start(self.start),
            self.which,
            self.at,
            f"{settings.ADVISORY_PREFIX}-{self.after.number}" if self.after else "",
            self.restrictions,
        )

    def as_plain(self) -> dict[str, object]:
        """What a revision freezes of it."""
        return {
            "subject": self.subject,
            "which": self.which,
            "reach": self.reach,
            "start": self.start,
            "at": instant_text(self.at) if self.at else None,
            "after": self.after.number if self.after else None,
            "restrictions": self.restrictions,
        }

    @classmethod
    def of(cls, advisories: Iterable["Advisory"]) -> dict[int, list["Permission"]]:
        """Those of each advisory by its key, in order."""
        found: dict[int, list[Permission]] = defaultdict(list)
        for row in cls.objects.filter(advisory__in=advisories).select_related("after"):
            found[row.advisory_id].append(row)
        return found
