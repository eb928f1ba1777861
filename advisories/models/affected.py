"""Which versions of which tree are affected, and under what condition."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from accounts.models import User
from advisories.affected import Condition, Needs, Statement, Status
from advisories.versions import parse_ranges

if TYPE_CHECKING:
    from advisories.models.advisory import Advisory


class AffectedQuerySet(models.QuerySet["Affected"]):
    """Questions about what is affected."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of advisories that `viewer` may read, and say of each whether its condition may be told.

        A condition names another advisory. Who may not know that one reads `unknown`: the statement without its
        condition would claim too much, and that there is a condition would tell of the other.
        """
        from advisories.models.advisory import Advisory

        visible = Advisory.objects.visible_to(viewer)
        is_told = Q(condition_on__isnull=True) | Exists(visible.filter(pk=OuterRef("condition_on")))
        return self.filter(advisory__in=visible).annotate(is_told=is_told).select_related("condition_on")


class Affected(models.Model):
    """One statement about some versions of one tree, in the order in which people read them."""

    advisory = models.ForeignKey("advisories.Advisory", on_delete=models.PROTECT, related_name="affected")
    position = models.PositiveIntegerField()
    tree = models.CharField(max_length=60)
    ranges = models.CharField(max_length=500, help_text="Such as 4.15.x - 4.17.x, main.")
    status = models.CharField(max_length=20, choices=[(s.value, s.value.capitalize()) for s in Status])
    condition_on = models.ForeignKey(
        "advisories.Advisory", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    condition_needs = models.CharField(max_length=10, blank=True, choices=[(n.value, n.value) for n in Needs])

    objects = AffectedQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name_plural = "affected"
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in Status]), name="advisories_affected_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(condition_on__isnull=True, condition_needs="")
                | Q(condition_on__isnull=False, condition_needs__in=[n.value for n in Needs]),
                name="advisories_affected_condition_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(condition_on__isnull=True) | ~Q(condition_on=F("advisory")),
                name="advisories_affected_condition_names_another",
            ),
            models.CheckConstraint(condition=~Q(tree="") & ~Q(ranges=""), name="advisories_affected_says_what"),
        ]

    def __str__(self) -> str:
        return f"{self.tree} {self.statement}"

    @property
    def statement(self) -> Statement:
        """The statement as the pure rules know it; ranges were checked before they were kept."""
        condition = None
        if self.condition_on is not None:
            condition = Condition(self.condition_on.number, Needs(self.condition_needs))
        return Statement(Status(self.status), parse_ranges(self.ranges), condition)

    @property
    def told(self) -> Statement:
        """The statement for whom it was fetched by `visible_to`."""
        is_told: bool = getattr(self, "is_told", False)
        return self.statement if is_told else Statement(Status.UNKNOWN, parse_ranges(self.ranges))

    @classmethod
    def values_of(cls, advisories: Iterable["Advisory"]) -> dict[int, list[dict[str, object]]]:
        """What revisions say is affected, by the advisory's key and in order.

        `condition` is None, or another advisory's number and a way.
        """
        found: dict[int, list[dict[str, object]]] = defaultdict(list)
        for row in cls.objects.filter(advisory__in=advisories).select_related("condition_on"):
            other = row.condition_on
            condition = {"advisory": other.number, "needs": row.condition_needs} if other else None
            found[row.advisory_id].append(
                {"tree": row.tree, "ranges": row.ranges, "status": row.status, "condition": condition}
            )
        return found
