"""Sending one promised letter, of whatever kind, once in effect."""

import logging
from collections.abc import Callable
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused
from typing import TypeVar

from django.db import transaction

from accounts.models.outgoing import MOST_ATTEMPTS, Outgoing, OutgoingQuerySet, Sending

logger = logging.getLogger(__name__)

Row = TypeVar("Row", bound=Outgoing)

_FOR_GOOD = 500
"""Replies from here on mean that trying again is of no use (RFC 5321, section 4.2.1)."""


class NotYet(Exception):
    """Something of ours isn't there yet, such as a signature; says what. The letter waits and does not wear out."""


class NotAnyMore(Exception):
    """Nobody is to get it any more; says why."""


class Unsendable(Exception):
    """It could not be written; says why in neutral words."""


def send(
    rows: OutgoingQuerySet[Row],
    pk: int,
    hand_over: Callable[[Row], None],
    *,
    tell: Callable[[Row, Sending], None] | None = None,
) -> Sending | None:
    """Claim one letter and have it handed to a mail server: how it stands now, None where it wasn't ours to send.

    `hand_over` may raise `NotYet`, `NotAnyMore`, `Unsendable`, and what a mail server raises. Where it is put off or
    given up, `tell` is called in the transaction that writes it down. Safe to call twice at once. A letter that left
    although its worker heard nothing of it goes out again under the same Message-ID.
    """
    row = rows.claim(pk)
    if row is None:
        return None
    if row.attempts > MOST_ATTEMPTS:
        return _put_off(row, "Every worker that had it in hand died.", tell, is_final=True)
    try:
        hand_over(row)
    except NotYet as reason:
        row.hold(str(reason))
        return Sending.QUEUED
    except NotAnyMore as reason:
        row.stop(str(reason))
        return Sending.STOPPED
    except (SMTPException, OSError, Unsendable) as error:
        trouble, is_final = _words(error)
        logger.warning("%s %s was not sent: %s", row._meta.label, row.pk, trouble)
        return _put_off(row, trouble, tell, is_final=is_final)
    return Sending.SENT if row.has_gone() else None


def _put_off(row: Row, trouble: str, tell: Callable[[Row, Sending], None] | None, *, is_final: bool) -> Sending:
    with transaction.atomic():
        stands = row.put_off(trouble, is_final=is_final)
        if tell is not None:
            tell(row, stands)
    return stands


def _words(error: Exception) -> tuple[str, bool]:
    """What went wrong without what a server said, which may quote the letter; and whether it is of no use to go on.

    Only a refusal of this letter or this address is final: a server that doesn't know us may, tomorrow.
    """
    if isinstance(error, Unsendable):
        return str(error), False
    codes: list[int] = []
    if isinstance(error, SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
    elif isinstance(error, SMTPDataError):
        codes = [error.smtp_code]
    told = f"{type(error).__name__} {min(codes)}" if codes else type(error).__name__
    return told, bool(codes) and min(codes) >= _FOR_GOOD
