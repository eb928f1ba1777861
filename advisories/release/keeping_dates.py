"""How planned dates were kept: every release that is out, planned against actual."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.db.models.functions import Now

from accounts.access import Viewer
from advisories.calendar import PastRelease
from advisories.models import Arming, BatchMove
from advisories.reporting.triage_queue import in_words


@dataclass(frozen=True, slots=True)
class Kept:
    """One release that is out."""

    first_planned_at: datetime
    released_at: datetime
    advisories: int
    moves: int
    is_reissue: bool

    @property
    def slip(self) -> timedelta:
        """How much later than first planned; negative for earlier."""
        return self.released_at - self.first_planned_at

    @property
    def slip_in_words(self) -> str:
        """Such as `3 days later`; empty for less than a minute."""
        length = abs(self.slip)
        if length < timedelta(minutes=1):
            return ""
        return f"{in_words(length)} {'later' if self.slip > timedelta() else 'earlier'}"

    def as_past(self) -> PastRelease:
        """As the pure measure takes it."""
        size, again = self.advisories, self.advisories if self.is_reissue else 0
        return PastRelease(self.first_planned_at, self.released_at, size, self.moves, again)


def releases(viewer: Viewer) -> list[Kept]:
    """Give every release whose instant has come, the newest first, as far as `viewer` may know of it.

    It is out by the database's clock, whether or not a worker has written that down.
    """
    out = (
        Arming.objects.visible_to(viewer)
        .in_force()
        .filter(public_at__lte=Now())
        .select_related("batch")
        .annotate(size=Count("publications", filter=Q(publications__voided_at__isnull=True)))
        .order_by("-public_at", "-pk")
    )
    armings = list(out)
    moves = BatchMove.objects.visible_to(viewer).filter(batch__in=[one.batch_id for one in armings]).order_by("pk")
    return [_kept(arming, [move for move in moves if move.batch_id == arming.batch_id]) for arming in armings]


def _kept(arming: Arming, moves: Iterable[BatchMove]) -> Kept:
    history = list(moves)
    return Kept(
        first_planned_at=history[0].old_at if history else arming.batch.planned_at,
        released_at=arming.public_at,
        advisories=getattr(arming, "size", 0),
        moves=len(history),
        is_reissue=arming.batch.is_reissue,
    )
