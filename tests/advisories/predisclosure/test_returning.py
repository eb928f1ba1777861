"""What comes back of letters to members: bounces of every make, late ones, answers; and sending one again."""

from pathlib import Path

import pytest

from accounts.models import Role, Sending
from advisories.models import Delivery, Event, Fate, Membership, Notification, Report
from advisories.predisclosure import letters, returning
from advisories.reporting import incoming
from tests.advisories.predisclosure.mailserver import MailServer
from tests.advisories.predisclosure.sending import deliver, told_of
from tests.make import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(team_signs: Path, server: MailServer, reservoir: Membership) -> Delivery:
    told_of()
    assert deliver() == 1
    return Delivery.objects.get()


def report_for_machines(delivery: Delivery, *, action: str = "failed", to: str = "security@localhost") -> bytes:
    return (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.reservoir-linux.example\r\nTo: {to}\r\n"
        "Message-ID: <own@mx.reservoir-linux.example>\r\nSubject: Undelivered Mail\r\nAuto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt did not arrive.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.reservoir-linux.example\r\n\r\n"
        "Final-Recipient: rfc822; security@reservoir-linux.example\r\n"
        f"Action: {action}\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 Unspeakable words\r\n\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: {delivery.header_id}\r\nSubject: x\r\n\r\n--b--\r\n"
    ).encode()


def quoting(delivery: Delivery) -> bytes:
    return (
        "Return-Path: <>\nFrom: postmaster@old.example\nSubject: failure notice\n\nHi. I'm sorry, it did not work.\n\n"
        f"--- Below is a copy of the message.\n\nReceived: by x\nMessage-ID:\n {delivery.header_id}\n"
    ).encode()


def test_returned_mail_is_found_by_the_id_it_quotes(sent: Delivery) -> None:
    one = make_user("one@sluice.example", Role.SECURITY)
    letter = incoming.receive(report_for_machines(sent))
    sent.refresh_from_db()
    assert (letter.fate, letter.delivery) == (Fate.BOUNCE, sent)
    assert (sent.state, sent.trouble) == (Sending.BOUNCED, "It came back. Status 5.1.1.")
    assert sent.bounced_at is not None
    assert [notice.user for notice in Notification.objects.all()] == [one]
    assert Event.objects.filter(kind="delivery-bounced").count() == 1


def test_returned_mail_for_people_is_understood(sent: Delivery) -> None:
    incoming.receive(quoting(sent))
    sent.refresh_from_db()
    assert sent.state == Sending.BOUNCED


def test_returned_mail_that_quotes_nothing_is_found_by_its_address(sent: Delivery) -> None:
    raw = b"Return-Path: <>\nFrom: postmaster@terse.example\nSubject: no\n\nNo.\n"
    incoming.receive(raw, recipient=letters.return_address(sent))
    sent.refresh_from_db()
    assert sent.state == Sending.BOUNCED


def test_a_return_address_that_was_made_up_leads_nowhere(sent: Delivery) -> None:
    guessed = sent.return_token[:24] + "0" * 16
    assert not Delivery.objects.behind(guessed).exists()
    assert Delivery.objects.behind(sent.return_token).get() == sent


def test_a_letter_that_is_late_stays_sent_and_says_so(sent: Delivery) -> None:
    incoming.receive(report_for_machines(sent, action="delayed"))
    sent.refresh_from_db()
    assert (sent.state, sent.trouble) == (Sending.SENT, "A mail server says that it is late. Status 5.1.1.")


def test_the_same_report_twice_is_one(sent: Delivery) -> None:
    incoming.receive(report_for_machines(sent))
    incoming.receive(report_for_machines(sent, to="security+x@localhost"))
    assert Event.objects.filter(kind="delivery-bounced").count() == 1


def test_an_answer_opens_no_report_and_the_team_is_told(sent: Delivery) -> None:
    make_user("one@sluice.example", Role.SECURITY)
    raw = f"From: ada@reservoir-linux.example\nIn-Reply-To: {sent.header_id}\nSubject: Re: News\n\nThank you.\n"
    letter = incoming.receive(raw.encode())
    assert (letter.fate, letter.delivery, letter.message) == (Fate.ANSWER, sent, None)
    assert not Report.objects.exists()
    assert Notification.objects.get().what == "post"


def test_an_answering_machine_is_not_an_answer(sent: Delivery) -> None:
    raw = f"From: ada@reservoir-linux.example\nIn-Reply-To: {sent.header_id}\nAuto-Submitted: auto-replied\n\nAway.\n"
    assert incoming.receive(raw.encode()).fate == Fate.AUTOMATIC
    sent.refresh_from_db()
    assert sent.state == Sending.SENT


def test_our_own_letter_that_comes_round_is_a_loop(sent: Delivery, server: MailServer) -> None:
    assert incoming.receive(server.taken[0].raw).fate == Fate.LOOP


def test_a_letter_that_came_back_goes_again_under_the_same_id(sent: Delivery, server: MailServer) -> None:
    incoming.receive(report_for_machines(sent))
    one = make_user("one@sluice.example", Role.SECURITY)
    assert returning.send_again(sent, by=one)
    assert not returning.send_again(sent, by=one)
    assert deliver() == 1
    assert [letter.id for letter in server.taken] == [sent.header_id] * 2
    sent.refresh_from_db()
    assert sent.state == Sending.SENT
    assert sent.bounced_at is not None, "that it came back once stays on record"
