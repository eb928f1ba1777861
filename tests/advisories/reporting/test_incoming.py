"""Letters into threads: found again by token or reference, kept byte for byte, machines never answered."""

import io
import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from advisories.models import DoorKind, Fate, IncomingMail, Message, OutgoingMail, Report, ReportDoor
from advisories.reporting import incoming
from tests.make import make_report

RAW = (
    b"From: Ada <ada@research.example>\r\nSubject: Queue overflows\r\nMessage-ID: <1@research.example>\r\n\r\n"
    b"Words.\r\n"
)


def answer(headers: str = "", *, sender: str = "ada@research.example") -> bytes:
    return f"From: {sender}\nSubject: Re: Queue\nMessage-ID: <2@research.example>\n{headers}\n\nMore words.\n".encode()


def to(report: Report) -> str:
    return f"To: security+{ReportDoor.open_for(report, DoorKind.ADDRESS)}@localhost"


def test_a_letter_opens_a_report_and_is_kept_byte_for_byte(db: None) -> None:
    letter = incoming.receive(RAW)
    report = Report.objects.get()
    assert (report.title, report.finder.address, report.messages.get().text) == (
        "Queue overflows", "ada@research.example", "Words.",
    )  # fmt: skip
    assert incoming.original(letter) == RAW
    assert OutgoingMail.objects.get().to_address == "ada@research.example"


def test_the_same_letter_twice_is_one(db: None) -> None:
    assert incoming.receive(RAW) == incoming.receive(RAW)
    assert Report.objects.count() == Message.objects.count() == 1


def test_an_answer_finds_its_thread_by_the_token_in_the_address(db: None) -> None:
    report = make_report()
    incoming.receive(answer(to(report)))
    assert [message.text for message in report.messages.all()][-1] == "More words."


def test_an_answer_finds_its_thread_by_our_letter_it_refers_to(db: None) -> None:
    report = make_report()
    incoming.receive(answer(f"In-Reply-To: {OutgoingMail.objects.get().header_id}"))
    assert report.messages.count() == 2


def test_an_answer_finds_its_thread_by_the_letter_that_opened_it(db: None) -> None:
    incoming.receive(RAW)
    incoming.receive(answer("References: <0@x> <1@research.example>"))
    assert Report.objects.get().messages.count() == 2


def test_the_token_counts_before_the_references(db: None) -> None:
    first, second = make_report(), make_report()
    reference = OutgoingMail.objects.get(report=first).header_id
    incoming.receive(answer(f"References: {reference}\n{to(second)}"))
    assert (first.messages.count(), second.messages.count()) == (1, 2)


def test_the_token_of_a_page_is_no_address(db: None) -> None:
    report = make_report()
    incoming.receive(answer(f"To: security+{ReportDoor.open_for(report, DoorKind.PAGE)}@localhost"))
    assert report.messages.count() == 1


def test_an_answer_from_another_address_says_so(db: None) -> None:
    report = make_report()
    incoming.receive(answer(to(report), sender="eve@other.example"))
    assert [message.marks for message in report.messages.all()][-1] == ["from another address than the report"]


@pytest.mark.parametrize(
    ("header", "fate"),
    [
        ("Auto-Submitted: auto-replied", Fate.AUTOMATIC),
        ("Precedence: auto_reply", Fate.AUTOMATIC),
        ("Return-Path: <>", Fate.BOUNCE),
    ],
)
def test_what_a_machine_answers_is_kept_beside_the_thread_and_not_answered(db: None, header: str, fate: Fate) -> None:
    report = make_report()
    before = OutgoingMail.objects.count()
    letter = incoming.receive(raw := answer(f"{header}\n{to(report)}"))
    assert (letter.fate, letter.report, letter.message) == (fate, report, None)
    assert incoming.original(letter) == raw
    assert (report.messages.count(), OutgoingMail.objects.count()) == (1, before)


@pytest.mark.parametrize("sender", ["security@localhost", "Security+abc@LOCALHOST"])
def test_a_letter_from_our_own_address_is_a_loop(db: None, sender: str) -> None:
    assert incoming.receive(answer(sender=sender)).fate == Fate.LOOP
    assert not Report.objects.exists()


def test_our_own_letter_come_back_is_a_loop(db: None) -> None:
    make_report()
    raw = f"From: x@y.example\nMessage-ID: {OutgoingMail.objects.get().header_id}\n\nOurs".encode()
    assert incoming.receive(raw).fate == Fate.LOOP


def test_what_came_through_a_list_is_read_by_people_and_not_answered(db: None) -> None:
    incoming.receive(answer("List-Id: <devel.lists.example>"))
    assert Report.objects.get().is_suspect
    assert not OutgoingMail.objects.exists()


def test_one_address_gets_few_receipts_an_hour(db: None) -> None:
    for number in range(8):
        incoming.receive(RAW + str(number).encode())
    assert (Report.objects.count(), OutgoingMail.objects.count()) == (8, 5)


def test_a_large_letter_is_kept_whole_in_a_file(db: None, settings: Settings, tmp_path: Path) -> None:
    settings.MAIL_CAP_BYTES, settings.LARGE_MAIL_DIR = 1_000, tmp_path / "large"
    letter = incoming.receive(raw := RAW + b"Words again. " * 1_000)
    assert bytes(IncomingMail.objects.get().content) == b""
    assert incoming.original(letter) == raw
    assert "large: only its beginning was read" in Message.objects.get().marks


def test_attachments_past_the_limits_stay_in_the_original(db: None, settings: Settings) -> None:
    settings.REPORT_FILE_BYTES = 3
    parts = "".join(
        f'--b\nContent-Disposition: attachment; filename="{name}"\n\n{name}\n' for name in ("abc", "too-large")
    )
    incoming.receive(f'From: a@b.example\nContent-Type: multipart/mixed; boundary="b"\n\n{parts}--b--\n'.encode())
    message = Message.objects.get()
    assert [file.file_name for file in message.attachments.all()] == ["abc"]
    assert "some attachments are only in the original" in message.marks


def test_an_encrypted_letter_is_kept_as_it_came(db: None) -> None:
    armour = b"-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----"
    letter = incoming.receive(b"From: a@b.example\nSubject: x\n\n" + armour)
    assert letter.message is not None
    assert (letter.message.text, letter.message.marks) == (armour.decode(), ["encrypted: kept as it came"])


def test_a_sender_who_cannot_be_written_to_still_reports(db: None) -> None:
    incoming.receive(b"From: nobody at all\nSubject: x\n\nWords")
    assert Report.objects.get().finder.address == ""


class Standard:
    """Standard input with bytes in it."""

    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


def test_the_command_takes_a_letter_from_standard_input(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    report = make_report()
    monkeypatch.setattr("sys.stdin", Standard(answer()))
    out = io.StringIO()
    call_command("receive_mail", recipient=to(report).removeprefix("To: "), stdout=out)
    assert report.messages.count() == 2
    assert "taken into a thread" in out.getvalue()


def test_a_letter_that_cannot_be_kept_is_left_to_the_mail_server(
    db: None, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    settings.MAIL_CAP_BYTES, settings.LARGE_MAIL_DIR = 10, tmp_path / "file"
    monkeypatch.setattr("sys.stdin", Standard(RAW))
    with pytest.raises(CommandError) as refusal:
        call_command("receive_mail")
    assert refusal.value.returncode == os.EX_TEMPFAIL
