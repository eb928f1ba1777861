"""How bad a flaw is, as CVSS vectors with whoever scored it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from accounts.models import User
from advisories.severity import Severity, rate

if TYPE_CHECKING:
    from advisories.models.advisory import Advisory


class VectorQuerySet(models.QuerySet["Vector"]):
    """Questions about vectors."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of advisories that `viewer` may read."""
        from advisories.models.advisory import Advisory

        return self.filter(advisory__in=Advisory.objects.visible_to(viewer))


class Vector(models.Model):
    """One CVSS vector of one advisory. An advisory without one is unscored."""

    advisory = models.ForeignKey("advisories.Advisory", on_delete=models.PROTECT, related_name="vectors")
    vector = models.CharField(max_length=400)
    source = models.CharField(max_length=120, blank=True, help_text="Who scored it, and for which case.")

    objects = VectorQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(vector__startswith="CVSS:3.1/") | Q(vector__startswith="CVSS:4.0/"),
                name="advisories_vector_version_is_taken",
            ),
            models.UniqueConstraint(fields=["advisory", "vector", "source"], name="advisories_vector_once"),
        ]

    def __str__(self) -> str:
        return self.vector

    @property
    def severity(self) -> Severity:
        """Score, rating and plain words; a vector was checked before it was kept."""
        return rate(self.vector)

    @classmethod
    def values_of(cls, advisories: Iterable["Advisory"]) -> dict[int, list[dict[str, object]]]:
        """What revisions say of severity, by the advisory's key; the score is text with one decimal, such as `7.8`."""
        found: dict[int, list[dict[str, object]]] = defaultdict(list)
        for row in cls.objects.filter(advisory__in=advisories):
            severity = row.severity
            found[row.advisory_id].append(
                {
                    "version": severity.version.value,
                    "vector": severity.vector,
                    "score": str(severity.score),
                    "rating": severity.rating.value,
                    "source": row.source,
                }
            )
        return found
