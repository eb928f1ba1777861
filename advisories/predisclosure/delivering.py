"""Sending what was promised to members: each letter once in effect, whatever the mail server or the worker does.

A worker takes one tiding in hand letter by letter, over one connection, and signs once for all who get the same. What
decides whether a member still gets it is asked as its letter is about to leave.
"""

import contextlib
import logging
from collections.abc import Iterator
from datetime import timedelta
from smtplib import SMTPConnectError, SMTPException, SMTPServerDisconnected

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts import outbox
from accounts.models import Sending
from accounts.outbox import NotAnyMore, NotYet
from advisories.models import Delivery, KeptFrom, MembershipState, Tiding
from advisories.models.delivery import TO_EVERYONE
from advisories.notifying import notify_team
from advisories.openpgp import team
from advisories.openpgp.prepared import PreparedLetter
from advisories.openpgp.signing import SigningTrouble
from advisories.predisclosure import letters

logger = logging.getLogger(__name__)

_LONGEST_ABSENCE = timedelta(minutes=5)
"""Between two looks whether the mail server is back."""


def deliver(pk: int) -> int:
    """Send the letters of one tiding that are due; how many left. Safe to call twice at once.

    Where the team's key can't sign, nothing leaves: the letters wait, and the team is told.
    """
    due = Delivery.objects.in_turn().filter(tiding=pk)
    waiting = list(due.values_list("pk", flat=True))
    if not waiting or not _may_work_here():
        return 0
    tiding = Tiding.objects.select_related("advisory", "revision").get(pk=pk)
    try:
        desk = letters.Desk(tiding, letters.signer())
    except SigningTrouble as trouble:
        _all_wait(tiding, f"The team's key can't sign. {trouble}")
        return 0
    return _send_all(desk, waiting)


def due_tidings() -> list[int]:
    """Tidings of which letters are due and may leave, by primary key."""
    found = Delivery.objects.in_turn().order_by("tiding").values_list("tiding", flat=True)
    return list(dict.fromkeys(found))


def _send_all(desk: letters.Desk, waiting: list[int]) -> int:
    rows = Delivery.objects.select_related("membership__organisation")
    left = 0
    with _posting(desk) as post:
        for pk in waiting:
            stands = outbox.send(rows, pk, post.hand_over)
            left += stands is Sending.SENT
            if stands is Sending.FAILED:
                notify_team(desk.tiding.advisory)
            if post.is_away:
                _wait(_queued(desk.tiding).filter(due_at__lte=Now()), "The mail server is away.")
                break
            if post.cannot_sign:
                _all_wait(desk.tiding, post.cannot_sign)
                break
    return left


class _Post:
    """One connection to the mail server, opened when the first letter is ready."""

    def __init__(self, desk: letters.Desk) -> None:
        self.desk = desk
        self.is_away = False
        self.cannot_sign = ""
        self._connection: BaseEmailBackend | None = None

    def hand_over(self, delivery: Delivery) -> None:
        """Write the letter for this member as things are now, and hand it to the mail server."""
        check_still_told(delivery, self.desk.tiding)
        try:
            letter = self.desk.letter(delivery, timezone.now())
        except SigningTrouble as trouble:
            self.cannot_sign = f"The team's key can't sign. {trouble}"
            raise NotYet("It waits for the signature.") from None
        # Before it leaves, so that the row says what left even where the worker dies over the answer.
        mine = Delivery.objects.filter(pk=delivery.pk, state=Sending.SENDING, attempts=delivery.attempts)
        if not mine.update(form=letter.form, encrypted_to=letter.encrypted_to):
            raise NotYet("Somebody else has it in hand.")
        self._send(PreparedLetter(letter.raw, letters.return_address(delivery), [delivery.membership.role_address]))

    def close(self) -> None:
        """Say goodbye, whether or not the server still listens."""
        if self._connection is not None:
            with contextlib.suppress(OSError, SMTPException):
                self._connection.close()
            self._connection = None

    def _send(self, letter: PreparedLetter) -> None:
        letter.connection = self._open()
        try:
            letter.send()
        except (OSError, SMTPException):
            self.close()
            raise

    def _open(self) -> BaseEmailBackend:
        if self._connection is None:
            connection = get_connection()
            try:
                connection.open()
            except (OSError, SMTPConnectError, SMTPServerDisconnected):
                self.is_away = True
                raise
            self._connection = connection
        return self._connection


@contextlib.contextmanager
def _posting(desk: letters.Desk) -> Iterator[_Post]:
    post = _Post(desk)
    try:
        yield post
    finally:
        post.close()


def check_still_told(delivery: Delivery, tiding: Tiding) -> None:
    """Raise `NotAnyMore` where the member is off the list, or where this is kept from it since it was promised."""
    membership = delivery.membership
    if membership.state != MembershipState.ACTIVE:
        raise NotAnyMore(f"The membership was {membership.state}.")
    kept = KeptFrom.objects.filter(advisory=tiding.advisory_id, organisation=membership.organisation_id)
    if tiding.what not in TO_EVERYONE and kept.exists():
        raise NotAnyMore("It is kept from this member.")


def _may_work_here() -> bool:
    """Letters are signed where the key is. Where there is none at all, bare notices go out from anywhere."""
    return team.signs_here() or settings.TEAM_CERTIFICATE_FILE is None


def _all_wait(tiding: Tiding, trouble: str) -> None:
    """Let every letter of a tiding wait for the team's key, and tell the team where that is news."""
    is_news = not _queued(tiding).filter(trouble=trouble[:200]).exists()
    _wait(_queued(tiding), trouble)
    logger.warning("the letters of tiding %s wait for a signature", tiding.pk)
    if is_news:
        notify_team(tiding.advisory)


def _queued(tiding: Tiding) -> QuerySet[Delivery]:
    return Delivery.objects.filter(tiding=tiding, state=Sending.QUEUED)


def _wait(waiting: QuerySet[Delivery], trouble: str) -> None:
    pause = min(timedelta(seconds=settings.LETTER_PAUSE_S * 2), _LONGEST_ABSENCE)
    waiting.update(due_at=Now() + pause, trouble=trouble[:200])
