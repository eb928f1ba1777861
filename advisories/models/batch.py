"""Advisories that are released together at one instant; an advisory that stands alone is a batch of one."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Now
from django.urls import reverse
from django.utils.formats import date_format

from accounts.models import Role, TeamSeat, User
from accounts.models.drawn import DrawnKey
from advisories.embargo.rules import EndReason
from advisories.release import batching
from advisories.release.batching import Audience, BatchState

if TYPE_CHECKING:
    from advisories.models.advisory import Advisory

EARLY = (EndReason.LEAKED, EndReason.EXPLOITED, EndReason.AGREED_EARLIER, EndReason.OUTSIDE_CLOCK)
"""What ends an embargo before its date."""

OVER = (BatchState.RELEASED, BatchState.CANCELLED)


class StaleBatch(Exception):
    """Somebody else changed the batch since it was read."""


class BatchQuerySet(models.QuerySet["Batch"]):
    """Questions about batches."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep what `viewer` may know: all for the team; for release managers the dates that are no longer open.

        Which advisories are in one is `BatchEntry`'s to say.
        """
        if not viewer.is_authenticated:
            return self.none()
        managed = Exists(TeamSeat.objects.held_by(viewer, Role.RELEASE_MANAGER)) & ~Q(state=BatchState.OPEN)
        return self.filter(Exists(TeamSeat.objects.held_by(viewer, Role.SECURITY, Role.COORDINATOR)) | managed)

    def read_by(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of which `viewer` may read everything: reasons, approvals, what is missing. That is the team's."""
        if not viewer.is_authenticated:
            return self.none()
        return self.filter(Exists(TeamSeat.objects.held_by(viewer, Role.SECURITY, Role.COORDINATOR)))

    def in_hand(self, batch: "Batch", *, at_turn: bool = True) -> "Batch":
        """The row, locked until the transaction ends. `StaleBatch` where somebody changed it since `batch` was read."""
        held = self.select_for_update().get(pk=batch.pk)
        if at_turn and held.turn != batch.turn:
            raise StaleBatch(f"Somebody changed {held} meanwhile. Nothing was done; look again.")
        _hold_advisories([held])
        return held

    def around(self, *advisories: "Advisory") -> list["Batch"]:
        """The batches under way that these are in, locked until the transaction ends, and the advisories with them.

        To be called before the transaction locks anything else or records anything. Whoever changes an advisory or a
        batch takes the batches first, then the advisories, each in the order of their keys, then whatever hangs on
        them, and the end of the record last: so nobody waits in a ring.
        """
        inside = BatchEntry.objects.current().filter(advisory__in=advisories).values("batch")
        held = list(self.under_way().filter(pk__in=inside).select_for_update().order_by("pk"))
        _hold_advisories(held, *advisories)
        return held

    def settled_and_ahead(self) -> Self:
        """Those whose date is settled and lies ahead: what a policy that announces dates tells everyone."""
        return self.under_way().exclude(state=BatchState.OPEN).filter(planned_at__gt=Now())

    def told_anew(self) -> Self:
        """Annotate `moves_told`: how many of its moves readers were told of; the others are nobody's business."""
        from advisories.models.tiding import Tiding, What

        told = Tiding.objects.filter(
            batch=OuterRef("batch"), planned_at=OuterRef("new_at"), audience=Audience.READERS, what=What.DATE_MOVED
        )
        moves = BatchMove.objects.filter(Exists(told), batch=OuterRef("pk")).order_by().values("batch")
        return self.annotate(moves_told=Coalesce(Subquery(moves.annotate(count=Count("pk")).values("count")), 0))

    def under_way(self) -> Self:
        """Those that are neither out nor given up."""
        return self.exclude(state__in=OVER)


class Batch(models.Model):
    """One planned release. Steps are taken in `advisories/release/releasing.py`, by compare-and-set on `turn`."""

    id = DrawnKey()
    name = models.CharField(max_length=80, blank=True, help_text="For the team's eyes, such as “summer batch”.")
    planned_at = models.DateTimeField(help_text="The instant of release (UTC).")
    state = models.CharField(max_length=20, choices=[(s.value, s.value) for s in BatchState], default=BatchState.OPEN)
    was_predisclosed = models.BooleanField(default=False)
    is_reissue = models.BooleanField(default=False, help_text="Everything in it is public in an earlier version.")
    is_at_once = models.BooleanField(
        default=False, help_text="Goes out as soon as it is armed: the embargo is over already, or there is none."
    )
    ended_early_for = models.CharField(
        max_length=20, blank=True, choices=[(r.value, r.value) for r in EARLY], help_text="Why it doesn't wait."
    )
    cancelled_for = models.CharField(max_length=500, blank=True)
    turn = models.PositiveIntegerField(default=0, help_text="Counts changes, so that none overwrites another.")
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    begun_at = models.DateTimeField(db_default=Now())

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["planned_at", "pk"]
        verbose_name_plural = "batches"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in BatchState]), name="advisories_batch_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state=BatchState.CANCELLED) ^ Q(cancelled_for=""),
                name="advisories_batch_cancelled_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(ended_early_for="") | Q(ended_early_for__in=[r.value for r in EARLY], is_at_once=True),
                name="advisories_batch_early_goes_at_once",
            ),
            models.CheckConstraint(
                condition=~Q(state=BatchState.PREDISCLOSED) | Q(was_predisclosed=True),
                name="advisories_batch_predisclosed_says_so",
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"Release of {date_format(self.planned_at, 'j F Y')}"

    def get_absolute_url(self) -> str:
        return reverse("releases:batch", args=[self.pk])

    @property
    def is_over(self) -> bool:
        """Whether nothing can be done with it any more."""
        return self.state in OVER

    def change(self, **changes: object) -> None:
        """Write changes to the row in hand; raises `StaleBatch` where another turn was taken after all."""
        if not Batch.objects.filter(pk=self.pk, turn=self.turn).update(turn=F("turn") + 1, **changes):
            raise StaleBatch(f"Somebody changed {self} meanwhile. Nothing was done; look again.")
        self.refresh_from_db()

    @property
    def members(self) -> models.QuerySet["Advisory"]:
        """The advisories in it now, by number. For actions: pages ask through their viewer."""
        from advisories.models.advisory import Advisory

        inside = self.entries.filter(left_at__isnull=True).values("advisory")
        return Advisory.objects.filter(pk__in=inside).order_by("number")

    def as_value(self) -> batching.Batch:
        """The pure value that knows the rules; its advisories are primary keys."""
        moves = tuple(
            batching.Move(move.old_at, move.new_at, move.reason, move.by_id or 0, move.at)
            for move in self.moves.order_by("pk")
        )
        inside = frozenset(self.entries.filter(left_at__isnull=True).values_list("advisory", flat=True))
        return batching.Batch(
            self.planned_at, inside, BatchState(self.state), self.was_predisclosed, moves, self.cancelled_for
        )


def _hold_advisories(batches: list[Batch], *others: "Advisory") -> None:
    """Lock what is in these batches, and others; with the weaker lock, since rows may refer to them meanwhile."""
    from advisories.models.advisory import Advisory

    inside = Q(pk__in=BatchEntry.objects.current().filter(batch__in=batches).values("advisory"))
    concerned = Advisory.objects.filter(inside | Q(pk__in=[one.pk for one in others]))
    list(concerned.select_for_update(no_key=True).order_by("pk").values_list("pk"))


class BatchEntryQuerySet(models.QuerySet["BatchEntry"]):
    """Questions about what is in which batch."""

    def current(self) -> Self:
        """Those that have not left."""
        return self.filter(left_at__isnull=True)

    def inside(self) -> Self:
        """Those that have not left, and of batches that are out those that went out with them."""
        return self.filter(
            Q(left_at__isnull=True)
            | Q(batch__state=BatchState.RELEASED, advisory__publications__arming__batch=F("batch"))
        ).distinct()

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of advisories that `viewer` works on, and for release managers what their batches hold."""
        from advisories.models.advisory import Advisory

        known = Q(advisory__in=Advisory.objects.known_to(viewer), batch__in=Batch.objects.visible_to(viewer))
        return self.filter(known | Q(advisory__in=Advisory.objects.worked_on_by(viewer)))


class BatchEntry(models.Model):
    """One advisory in one batch, until it leaves it or the batch is over. The database keeps it out of a second."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="entries")
    advisory = models.ForeignKey("advisories.Advisory", on_delete=models.PROTECT, related_name="entries")
    joined_at = models.DateTimeField(db_default=Now())
    left_at = models.DateTimeField(null=True, blank=True)

    objects = BatchEntryQuerySet.as_manager()

    class Meta:
        ordering = ["batch", "advisory__number"]
        verbose_name_plural = "batch entries"
        constraints = [
            models.UniqueConstraint(
                fields=["advisory"], condition=Q(left_at__isnull=True), name="advisories_batchentry_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.advisory} in {self.batch}"


class BatchMoveQuerySet(models.QuerySet["BatchMove"]):
    """Questions about moves."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of batches that `viewer` reads: release managers know the date, not why it moved."""
        return self.filter(batch__in=Batch.objects.read_by(viewer))


class BatchMove(models.Model):
    """One change of a planned instant, kept for good."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="moves")
    old_at = models.DateTimeField()
    new_at = models.DateTimeField()
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    objects = BatchMoveQuerySet.as_manager()

    class Meta:
        ordering = ["batch", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="advisories_batchmove_has_its_reason"),
            models.CheckConstraint(condition=~Q(old_at=F("new_at")), name="advisories_batchmove_goes_somewhere"),
        ]

    def __str__(self) -> str:
        return f"{self.batch}: {self.old_at:%Y-%m-%d} to {self.new_at:%Y-%m-%d}"
