"""What time does to embargoes: proposals and consents run out, what was published is over, newcomers are asked."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from advisories.embargo import consenting, negotiating
from advisories.embargo.rules import EndReason
from advisories.models import Advisory, Embargo, Proposal, StaleEmbargo

logger = logging.getLogger(__name__)


def sweep(*, now: datetime | None = None) -> int:
    """Take every step that is due, row by row, each in its own transaction; how many. Running it twice does no harm.

    A row that somebody else changes at the same moment is left for the next time.
    """
    now = now or timezone.now()
    waiting = Proposal.objects.open().filter(answer_by__lte=now).order_by("embargo").values_list("embargo", flat=True)
    done = sum(_unless_stale(_expire, pk, now) for pk in waiting.distinct())
    done += sum(_unless_stale(_expire_consent, pk, now) for pk in consenting.overdue(now))
    in_force = list(Embargo.objects.in_force().values_list("pk", flat=True))
    return done + sum(_unless_stale(_keep_up, pk, now) for pk in in_force)


def _unless_stale(step: Callable[[int, datetime], int], pk: int, now: datetime) -> int:
    try:
        return step(pk, now)
    except StaleEmbargo:
        logger.info("embargo row %s changed meanwhile and is looked at again", pk)
        return 0


def _expire(pk: int, now: datetime) -> int:
    return negotiating.expire(Embargo.objects.select_related("advisory").get(pk=pk), now=now)


def _expire_consent(pk: int, now: datetime) -> int:
    return int(consenting.expire(pk, now=now))


def _keep_up(pk: int, now: datetime) -> int:
    """An advisory that readers see is under no embargo; until then whoever is new to it is asked for consent."""
    embargo = Embargo.objects.select_related("advisory").get(pk=pk)
    if not Advisory.objects.public().filter(pk=embargo.advisory_id).exists():
        return consenting.ask_everyone(embargo, now=now)
    is_reached = embargo.end_at is not None and embargo.end_at <= now
    negotiating.end(embargo, EndReason.REACHED if is_reached else EndReason.AGREED_EARLIER, by=None)
    return 1
