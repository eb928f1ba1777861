"""What is promised to go out by mail: claimed by a lease, tried with growing pauses, given up in the end.

The one queue of the installation. Every kind of letter is a table of its own, since what they may hold and who may see
them differ; how one is taken in hand and let go again stands here alone.
"""

from datetime import timedelta
from typing import Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

Row = TypeVar("Row", bound="Outgoing", covariant=True)

MOST_ATTEMPTS = 24
"""About a day of trying, which outlasts a mail server's bad night."""
LONGEST_PAUSE = timedelta(hours=1)


class Sending(models.TextChoices):
    """Where a letter stands."""

    QUEUED = "queued", "Waiting"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    BOUNCED = "bounced", "Came back"
    FAILED = "failed", "Given up"
    STOPPED = "stopped", "Not sent"


LEFT = (Sending.SENT, Sending.BOUNCED)
"""A mail server has taken it."""


class OutgoingQuerySet(models.QuerySet[Row]):
    """Questions about letters of one kind; the database's clock decides."""

    def claimable(self) -> Self:
        """Those that are due, and those whose worker died over them."""
        due = Q(state=Sending.QUEUED, due_at__lte=Now())
        return self.filter(due | Q(state=Sending.SENDING, lease_until__lt=Now()))

    def unsent(self) -> Self:
        """Those that wait or are being sent."""
        return self.filter(state__in=[Sending.QUEUED, Sending.SENDING])

    def queue_again(self, *states: Sending) -> int:
        """Try once more, from the beginning, what stands in one of these states; how many that were."""
        fresh: dict[str, object] = {"attempts": 0, "lease_until": None, "sent_at": None, "trouble": ""}
        return self.filter(state__in=states).update(state=Sending.QUEUED, due_at=Now(), **fresh)

    def claim(self, pk: int) -> Row | None:
        """Take one in hand, or none where somebody else has it or it is gone.

        By columns of the row alone: a condition on another table is looked up first, and PostgreSQL doesn't ask it
        again after waiting for whoever claims at the same moment.
        """
        lease = timedelta(seconds=settings.LETTER_LEASE_S)
        values = {"state": Sending.SENDING, "attempts": F("attempts") + 1, "lease_until": Now() + lease}
        if not self.claimable().filter(pk=pk).update(**values):
            return None
        return self.get(pk=pk)


class Outgoing(models.Model):
    """One letter: the promise, kept once in effect."""

    state = models.CharField(max_length=10, choices=Sending, default=Sending.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=200, blank=True, help_text="What went wrong last, in neutral words.")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=Sending.values), name="%(app_label)s_%(class)s_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=LEFT) ^ Q(sent_at__isnull=True),
                name="%(app_label)s_%(class)s_sent_has_its_instant",
            ),
            models.CheckConstraint(
                condition=~Q(state=Sending.SENDING) | Q(lease_until__isnull=False),
                name="%(app_label)s_%(class)s_in_hand_has_its_lease",
            ),
        ]

    def has_gone(self) -> bool:
        """Write down that a mail server took it; False where it is no longer ours to say."""
        return self._let_go(state=Sending.SENT, sent_at=Now(), trouble="")

    def put_off(self, trouble: str, *, is_final: bool = False) -> Sending:
        """Wait twice as long as before; give up in the end, or at once where trying again is of no use."""
        is_over = is_final or self.attempts >= MOST_ATTEMPTS
        pause = min(timedelta(seconds=settings.LETTER_PAUSE_S) * 2 ** (self.attempts - 1), LONGEST_PAUSE)
        state = Sending.FAILED if is_over else Sending.QUEUED
        self._let_go(state=state, due_at=Now() + pause, trouble=trouble[:200])
        return state

    def hold(self, trouble: str) -> None:
        """Wait a little without wearing out: something of ours isn't there yet."""
        pause = timedelta(seconds=settings.LETTER_PAUSE_S)
        self._let_go(state=Sending.QUEUED, attempts=F("attempts") - 1, due_at=Now() + pause, trouble=trouble)

    def stop(self, trouble: str) -> None:
        """Never send it."""
        self._let_go(state=Sending.STOPPED, trouble=trouble[:200])

    def _let_go(self, **values: object) -> bool:
        """Only whoever has it in hand lets it go: after its lease somebody else may have it."""
        mine = type(self)._default_manager.filter(pk=self.pk, state=Sending.SENDING, attempts=self.attempts)
        return bool(mine.update(lease_until=None, **values))
