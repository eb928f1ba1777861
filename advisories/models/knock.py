"""How often somebody came to a door within an hour. Addresses are kept as a keyed digest, and only for a day."""

from datetime import timedelta

from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac


class KnockQuerySet(models.QuerySet["Knock"]):
    """Counting."""

    def may_enter(self, door: str, who: str, *, limit: int) -> bool:
        """Count one more knock of `who` in this hour, and say whether it is within `limit`."""
        hour = timezone.now().replace(minute=0, second=0, microsecond=0)
        digest = salted_hmac("penstock knock", who, algorithm="sha256").hexdigest()
        row, _ = self.get_or_create(door=door, who=digest, hour=hour)
        self.filter(pk=row.pk).update(count=F("count") + 1)
        return self.values_list("count", flat=True).get(pk=row.pk) <= limit

    def forget_old(self) -> int:
        """Forget what is older than a day."""
        return self.filter(hour__lt=timezone.now() - timedelta(days=1)).delete()[0]


class Knock(models.Model):
    """One hour of one visitor at one door."""

    door = models.CharField(max_length=20)
    who = models.CharField(max_length=64)
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    objects = KnockQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["door", "who", "hour"], name="advisories_knock_one_per_hour")]

    def __str__(self) -> str:
        return f"{self.count} at {self.door}"
