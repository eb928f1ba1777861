"""Names that others give the flaw: CVE and the like."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q

from accounts.models import User

if TYPE_CHECKING:
    from advisories.models.advisory import Advisory


class Standing(models.TextChoices):
    """Where an identifier stands with whoever assigns it."""

    REQUESTED = "requested", "Requested"
    RESERVED = "reserved", "Reserved"
    ASSIGNED = "assigned", "Assigned"
    PUBLISHED = "published", "Published"
    DISPUTED = "disputed", "Disputed"
    REJECTED = "rejected", "Rejected"
    REPLACED = "replaced", "Replaced"


UNSETTLED = (Standing.REQUESTED, Standing.RESERVED)
"""Readers of a published advisory are not told of these: what is asked for is nobody's name yet."""

GIVEN_BACK = (Standing.REJECTED, Standing.REPLACED)
"""The page says what became of these; no document goes by them, or a scanner would find systems affected by them."""


class IdentifierQuerySet(models.QuerySet["Identifier"]):
    """Questions about identifiers."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of advisories that `viewer` works on, and of published ones what is assigned."""
        from advisories.models.advisory import Advisory

        settled = ~Q(state__in=UNSETTLED) & Q(advisory__in=Advisory.objects.visible_to(viewer))
        return self.filter(settled | Q(advisory__in=Advisory.objects.worked_on_by(viewer)))


class Identifier(models.Model):
    """One name of one advisory, such as CVE-2026-1234. A request has no value yet."""

    advisory = models.ForeignKey("advisories.Advisory", on_delete=models.PROTECT, related_name="identifiers")
    scheme = models.CharField(max_length=20, default="CVE")
    value = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=10, choices=Standing, default=Standing.RESERVED)
    replaced_by = models.CharField(max_length=60, blank=True, help_text="The value that took its place.")
    shared_because = models.CharField(
        max_length=200, blank=True, help_text="Why another advisory carries the same value."
    )

    objects = IdentifierQuerySet.as_manager()

    class Meta:
        ordering = ["scheme", "value", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=Standing.values), name="advisories_identifier_state_is_known"),
            models.CheckConstraint(
                condition=Q(scheme__regex=r"^[A-Z][A-Z0-9-]{0,19}$"), name="advisories_identifier_scheme_is_a_name"
            ),
            models.CheckConstraint(
                condition=~Q(value="") | Q(state=Standing.REQUESTED),
                name="advisories_identifier_only_a_request_has_no_value",
            ),
            models.CheckConstraint(
                condition=(Q(state=Standing.REPLACED) & ~Q(replaced_by=""))
                | (~Q(state=Standing.REPLACED) & Q(replaced_by="")),
                name="advisories_identifier_replaced_names_the_other",
            ),
            models.CheckConstraint(
                condition=Q(replaced_by="") | ~Q(replaced_by=F("value")),
                name="advisories_identifier_not_replaced_by_itself",
            ),
            models.UniqueConstraint(
                fields=["scheme", "value"],
                condition=Q(shared_because="") & ~Q(value=""),
                name="advisories_identifier_one_advisory_unless_shared",
            ),
            models.UniqueConstraint(
                fields=["advisory", "scheme", "value"],
                condition=~Q(value=""),
                name="advisories_identifier_once_per_advisory",
            ),
        ]

    def __str__(self) -> str:
        return self.value or f"{self.scheme} requested"

    @classmethod
    def values_of(cls, advisories: Iterable["Advisory"]) -> dict[int, list[dict[str, object]]]:
        """What revisions say of identifiers, by the advisory's key: those that have a value."""
        found: dict[int, list[dict[str, object]]] = defaultdict(list)
        for row in cls.objects.filter(advisory__in=advisories).exclude(value=""):
            found[row.advisory_id].append(
                {"scheme": row.scheme, "value": row.value, "state": row.state, "replaced_by": row.replaced_by}
            )
        return found
