"""Watching what is armed: a branch that moved, a key that lapsed, an approver who left hold it back, and it says so."""

from datetime import timedelta

from django.db.models import Min, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from advisories.models import Arming, Batch, BatchEntry
from advisories.release import disarming, releasing, standing
from advisories.release.batching import BatchState
from advisories.release.missing import Lack
from advisories.release.standing import BatchStanding
from releases.fixes import fixes_of
from releases.models import BranchRun, Cell

PATIENCE = timedelta(minutes=5)
"""How long before the instant a verdict that a worker still computes is no longer waited for without an end."""
GRACE = timedelta(seconds=45)
"""Nearer than that, how long it is waited for: an arming has verdicts computed anew, and must not stop another one."""
LAST = timedelta(minutes=1)
"""Nearer still, nothing is waited for: what nobody has verified by its instant would go out."""


def watch() -> None:
    """Hold back what may not go out any more, and arm what only waited for a worker. Safe twice at once."""
    hold_what_changed()
    releasing.arm_ready(fixes_of)


def hold_what_changed() -> int:
    """Disarm every armed batch that would not be armed now; how many that were. Safe to call twice."""
    armed = Arming.objects.in_force().filter(public_at__gt=Now(), batch__state=BatchState.ARMED)
    return sum(_hold(arming) for arming in armed.select_related("batch"))


def _hold(arming: Arming) -> bool:
    batch = arming.batch
    read = standing.of_batch(batch, fixes_of)
    reason = _why(arming, read)
    if not reason or (_is_only_waiting(arming, read) and _is_time_to_wait(arming)):
        return False
    # Whoever changed it meanwhile has disarmed it; what they armed since is another arming.
    if Batch.objects.get(pk=batch.pk).turn != batch.turn:
        return False
    return disarming.disarm(batch, reason, by=None)


def _why(arming: Arming, read: BatchStanding) -> str:
    """Why the batch may not go out as it was armed; empty where it may."""
    lacks = [f"{one.advisory.label}: {' '.join(map(str, one.missing))}" for one in read.advisories if one.missing]
    if lacks:
        return " ".join(lacks)
    return "" if arming.digest == read.digest else "What was approved is not what would go out."


def _is_only_waiting(arming: Arming, read: BatchStanding) -> bool:
    """Whether a worker is about to say how the same patches fare on a branch that moved."""
    kinds = {lack.kind for one in read.advisories for lack in one.missing}
    return arming.digest == read.digest and kinds == {Lack.VERDICT} and _pending(arming).exists()


def _is_time_to_wait(arming: Arming) -> bool:
    """Whether there is time for what a worker owes: plenty, or it was asked for only just now."""
    now = timezone.now()
    left = arming.public_at - now
    owed = BranchRun.objects.unfinished().filter(branch__in=_pending(arming).values("branch"))
    since = owed.aggregate(first=Min("requested_at"))["first"]
    return left > PATIENCE or (left > LAST and since is not None and now - since < GRACE)


def _pending(arming: Arming) -> QuerySet[Cell]:
    inside = BatchEntry.objects.current().filter(batch=arming.batch).values("advisory")
    return Cell.objects.filter(series__advisory__in=inside, is_due=True)
