"""The one queue of letters: who has one in hand, how long it waits, when it is given up."""

import threading
from collections.abc import Callable
from datetime import timedelta
from smtplib import SMTPAuthenticationError, SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts import outbox
from accounts.models import Letter, Sending
from accounts.models.outgoing import LONGEST_PAUSE, MOST_ATTEMPTS
from accounts.outbox import NotAnyMore, NotYet, Unsendable


def waiting(**fields: object) -> Letter:
    return Letter.objects.create(kind=Letter.Kind.RESET, address="ada@sluice.example", **fields)


def raising(error: Exception) -> Callable[[Letter], None]:
    def hand_over(letter: Letter) -> None:
        raise error

    return hand_over


def tried(letter: Letter, error: Exception) -> Letter:
    outbox.send(Letter.objects.all(), letter.pk, raising(error))
    letter.refresh_from_db()
    return letter


@pytest.mark.django_db(transaction=True)
def test_of_workers_at_once_one_has_it_in_hand() -> None:
    pk = waiting().pk
    start, taken = threading.Barrier(4), []

    def work() -> None:
        start.wait()
        outbox.send(Letter.objects.all(), pk, lambda letter: taken.append(letter.pk))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == [pk]


def test_what_a_dead_worker_had_in_hand_is_taken_up_when_its_lease_is_over(db: None) -> None:
    letter = waiting(state=Sending.SENDING, attempts=1, lease_until=timezone.now() + timedelta(minutes=1))
    assert outbox.send(Letter.objects.all(), letter.pk, lambda letter: None) is None
    Letter.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert outbox.send(Letter.objects.all(), letter.pk, lambda letter: None) is Sending.SENT


def test_whoever_lost_the_lease_does_not_write_over_what_the_next_one_did(db: None) -> None:
    letter = waiting()

    def slow(mine: Letter) -> None:
        Letter.objects.update(lease_until=Now() - timedelta(seconds=1))
        assert outbox.send(Letter.objects.all(), letter.pk, lambda letter: None) is Sending.SENT
        raise SMTPServerDisconnected

    outbox.send(Letter.objects.all(), letter.pk, slow)
    letter.refresh_from_db()
    assert letter.state == Sending.SENT


def test_each_failure_waits_longer_up_to_an_hour(db: None) -> None:
    letter, pauses = waiting(), []
    for _ in range(9):
        Letter.objects.update(due_at=Now())
        tried(letter, ConnectionRefusedError())
        pauses.append(round((letter.due_at - timezone.now()).total_seconds()))
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE.total_seconds()


@pytest.mark.parametrize(
    ("error", "trouble", "state"),
    [
        (SMTPDataError(451, b"greylisted, says who?"), "SMTPDataError 451", Sending.QUEUED),
        (SMTPServerDisconnected("after DATA"), "SMTPServerDisconnected", Sending.QUEUED),
        (SMTPAuthenticationError(535, b"who are you"), "SMTPAuthenticationError", Sending.QUEUED),
        (SMTPRecipientsRefused({"a@b.example": (550, b"no such")}), "SMTPRecipientsRefused 550", Sending.FAILED),
        (SMTPRecipientsRefused({"a@b.example": (450, b"later")}), "SMTPRecipientsRefused 450", Sending.QUEUED),
        (SMTPDataError(554, b"spam: quoted words"), "SMTPDataError 554", Sending.FAILED),
        (Unsendable("NotWritable"), "NotWritable", Sending.QUEUED),
        (NotAnyMore("Nobody is there."), "Nobody is there.", Sending.STOPPED),
    ],
)
def test_a_refusal_for_good_is_believed_and_everything_else_tried_again(
    db: None, error: Exception, trouble: str, state: Sending
) -> None:
    letter = tried(waiting(), error)
    assert (letter.state, letter.trouble) == (state, trouble)


def test_waiting_for_something_of_ours_does_not_wear_a_letter_out(db: None) -> None:
    letter = tried(waiting(), NotYet("It waits for the signature."))
    assert (letter.state, letter.attempts) == (Sending.QUEUED, 0)
    assert letter.due_at > timezone.now()


def test_a_letter_that_kills_its_workers_is_given_up(db: None) -> None:
    letter = waiting(state=Sending.SENDING, attempts=MOST_ATTEMPTS, lease_until=timezone.now() - timedelta(minutes=1))
    assert outbox.send(Letter.objects.all(), letter.pk, raising(AssertionError("not tried"))) is Sending.FAILED


def test_the_database_refuses_a_letter_in_hand_without_a_lease(db: None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        waiting(state=Sending.SENDING)
