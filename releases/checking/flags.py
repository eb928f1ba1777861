"""Flags: raised while a series fails on a branch, closed when it passes, reopened when it fails again."""

from django.db.models import F
from django.db.models.functions import Now

from releases.models import Cell, Flag
from releases.models.check import FAILURES


def settle(series: int, branch: int) -> None:
    """Make the flag of a series on a branch say what its cells say. Its owner stays, whatever it does."""
    fails = Cell.objects.filter(series=series, branch=branch, check_made__verdict__kind__in=FAILURES).exists()
    flag = Flag.objects.filter(series=series, branch=branch)
    if not fails:
        flag.open().update(closed_at=Now())
        return
    reopened = flag.filter(closed_at__isnull=False).update(
        closed_at=None, opened_at=Now(), times_reopened=F("times_reopened") + 1
    )
    if not reopened:
        Flag.objects.get_or_create(series_id=series, branch_id=branch)
