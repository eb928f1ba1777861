"""What the beat does every few seconds so that nothing waits for ever: lost bells, dead workers, unnoticed changes."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from releases.checking import bells, earlier
from releases.checking import requesting as checking
from releases.engine import leash
from releases.models import BranchRun, RunState

logger = logging.getLogger(__name__)

_KEEP = timedelta(days=30)


def sweep() -> None:
    """Give up runs that wore their workers out, ring for those that wait, request what is due, remove what killed
    workers of this machine left. Safe twice at once."""
    give_up_worn_out()
    ring_again()
    earlier.ring()
    checking.request_where_inputs_moved()
    leash.sweep()
    BranchRun.objects.filter(state=RunState.DONE, finished_at__lt=Now() - _KEEP).delete()


def give_up_worn_out() -> int:
    """Mark runs failed that ended with their worker as often as is allowed; how many there were."""
    given_up = BranchRun.objects.worn_out().update(
        state=RunState.FAILED,
        finished_at=Now(),
        lease_until=None,
        trouble="it stopped its worker too often and is not tried again; ask for another check when the cause is gone",
    )
    if given_up:
        logger.error("%s runs given up", given_up)
    return given_up


def ring_again() -> int:
    """Ring for queued runs whose bell seems lost and for running ones whose worker is; how many there were."""
    quiet = Q(rung_at__lt=Now() - timedelta(seconds=settings.RING_AGAIN_S))
    may_begin = Q(not_before__isnull=True) | Q(not_before__lte=Now())
    rung = 0
    for pk in BranchRun.objects.claimable().filter(quiet, may_begin).values_list("pk", flat=True):
        if BranchRun.objects.claimable().filter(quiet, may_begin, pk=pk).update(rung_at=Now()):
            bells.ring_for_run(pk)
            rung += 1
    return rung
