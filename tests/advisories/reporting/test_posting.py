"""Letters to finders: a row each, sent once, without a secret; put off while the mail server is away."""

import re
import smtplib
import threading
from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Role, Sending
from accounts.models.outgoing import MOST_ATTEMPTS
from advisories.models import DraftFile, Notice, OutgoingMail
from advisories.reporting import posting, triage
from tests.make import make_report, make_user


class Away(BaseEmailBackend):
    """A mail server that does not answer."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise smtplib.SMTPServerDisconnected


def sent() -> EmailMessage:
    [letter] = mail.outbox
    return letter


def test_a_receipt_tells_nothing_and_leads_to_the_thread(db: None) -> None:
    report = make_report("Unspeakable title", "Unspeakable text")
    assert posting.send(OutgoingMail.objects.get().pk)
    letter = sent()
    assert letter.subject == f"[SSA report {report.reference}] We got your report"
    assert "Unspeakable" not in letter.message().as_string()
    [page] = re.findall(r"http://localhost:8000(/report/\w+/)", str(letter.body))
    assert "Unspeakable text" in Client().get(page).content.decode()


def test_a_letter_asks_machines_to_stay_silent(db: None) -> None:
    make_report()
    posting.send(OutgoingMail.objects.get().pk)
    assert sent().extra_headers["Auto-Submitted"] == "auto-generated"


def test_a_letter_goes_out_once(db: None) -> None:
    make_report()
    pk = OutgoingMail.objects.get().pk
    assert [posting.send(pk), posting.send(pk)] == [True, False]
    assert len(mail.outbox) == 1


def test_promised_twice_for_one_reason_it_is_one_letter(db: None) -> None:
    report = make_report()
    assert posting.promise(report, Notice.RECEIVED, key="received") == OutgoingMail.objects.get()


def test_who_left_no_address_gets_no_letter(db: None) -> None:
    make_report(address="")
    assert not OutgoingMail.objects.exists()


def test_a_server_that_is_away_puts_a_letter_off(db: None, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "tests.advisories.reporting.test_posting.Away"
    make_report()
    letter = OutgoingMail.objects.get()
    assert not posting.send(letter.pk)
    letter.refresh_from_db()
    assert (letter.state, letter.attempts, letter.trouble) == (Sending.QUEUED, 1, "SMTPServerDisconnected")
    assert letter.due_at > timezone.now()
    assert posting.sweep() == 0


def test_a_letter_is_given_up_in_the_end(db: None, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "tests.advisories.reporting.test_posting.Away"
    make_report()
    OutgoingMail.objects.update(attempts=MOST_ATTEMPTS - 1)
    letter = OutgoingMail.objects.get()
    posting.send(letter.pk)
    letter.refresh_from_db()
    assert letter.state == Sending.FAILED


def test_a_letter_whose_worker_died_goes_out_under_the_same_id(db: None) -> None:
    make_report()
    OutgoingMail.objects.update(state=Sending.SENDING, attempts=1, lease_until=Now() - timedelta(seconds=1))
    letter = OutgoingMail.objects.get()
    assert posting.sweep() == 1
    assert posting.send(letter.pk)
    assert sent().extra_headers["Message-ID"] == letter.header_id


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_send_a_letter_once() -> None:
    make_report()
    pk = OutgoingMail.objects.get().pk
    start = threading.Barrier(3)
    outcomes: list[bool] = []

    def work() -> None:
        start.wait()
        outcomes.append(posting.send(pk))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False, False, True]


def test_an_answer_is_announced_and_not_quoted(db: None) -> None:
    report = make_report()
    triage.answer(report, "Unspeakable answer", by=make_user("security@sluice.example", Role.SECURITY))
    posting.send(OutgoingMail.objects.get(kind=Notice.ANSWERED).pk)
    assert "Unspeakable" not in sent().message().as_string()


def test_old_drafts_are_forgotten(db: None) -> None:
    DraftFile.objects.create(draft_sha256="0" * 64, **DraftFile.values_of("a", b"a", 1))
    DraftFile.objects.update(made_at=timezone.now() - timedelta(days=8))
    posting.sweep()
    assert not DraftFile.objects.exists()
