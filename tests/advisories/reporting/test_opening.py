"""Encrypted letters: kept as they came, opened where there is a key, for the team alone."""

import io
import re
from pathlib import Path

import pysequoia
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pysequoia import Tsk
from pytest_django import Settings

from accounts.models import Role
from advisories.models import DoorKind, Event, IncomingMail, OpenedFile, OpenedLetter, Opening, Report, ReportDoor
from advisories.reporting import incoming, opening
from tests.make import make_user

INNER = (
    b'Content-Type: multipart/mixed; boundary="i"; protected-headers="v1"\r\nSubject: kanari-subject\r\n\r\n'
    b"--i\r\nContent-Type: text/plain\r\n\r\nkanari-text overflow\r\n"
    b'--i\r\nContent-Type: text/x-diff\r\nContent-Disposition: attachment; filename="kanari-file.patch"\r\n'
    b"\r\nkanari-patch\r\n"
    b"--i--\r\n"
)


@pytest.fixture(scope="module")
def key() -> Tsk:
    return Tsk.generate("Team <security@localhost>")


@pytest.fixture
def key_file(key: Tsk, tmp_path: Path) -> Path:
    file = tmp_path / "team.key"
    file.write_bytes(bytes(key))
    return file


def sealed(key: Tsk, inner: bytes = INNER, by: Tsk | None = None, number: int = 1) -> bytes:
    body = pysequoia.encrypt(inner, recipients=[key.extract_certificate()], signer=by.signer() if by else None)
    return (
        f"From: ada@research.example\nMessage-ID: <{number}@research.example>\nSubject: ...\n".encode()
        + b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b\n\n'
        b"--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: application/octet-stream\n\n"
        + body
        + b"--b--\n"
    )


def test_without_a_key_a_letter_waits_as_it_came(db: None, key: Tsk) -> None:
    letter = incoming.receive(raw := sealed(key))
    assert not opening.open_letter(letter.pk)
    letter.refresh_from_db()
    assert letter.opening == Opening.WAITING
    assert incoming.original(letter) == raw
    assert opening.sweep() == 0


def test_with_a_key_it_is_opened_and_its_message_stays_as_it_came(
    db: None, settings: Settings, key: Tsk, key_file: Path
) -> None:
    settings.DECRYPTION_KEY_FILE = key_file
    letter = incoming.receive(raw := sealed(key))
    assert letter.message is not None
    assert opening.open_letter(letter.pk)
    opened = OpenedLetter.objects.get(message=letter.message)
    assert (opened.subject, opened.text, opened.seal) == ("kanari-subject", "kanari-text overflow", "not signed")
    assert [(file.file_name, bytes(file.content).strip()) for file in opened.files.all()] == [
        ("kanari-file.patch", b"kanari-patch")
    ]
    letter.message.refresh_from_db()
    assert "kanari" not in letter.message.text
    assert incoming.original(letter) == raw


def test_opening_twice_is_opening_once(db: None, settings: Settings, key: Tsk, key_file: Path) -> None:
    settings.DECRYPTION_KEY_FILE = key_file
    letter = incoming.receive(sealed(key))
    assert [opening.open_letter(letter.pk), opening.open_letter(letter.pk)] == [True, False]
    assert OpenedLetter.objects.count() == Event.objects.filter(kind="letter-opened").count() == 1


def test_a_letter_for_another_key_stays_closed_and_says_why(
    db: None, settings: Settings, key: Tsk, key_file: Path
) -> None:
    settings.DECRYPTION_KEY_FILE = key_file
    letter = incoming.receive(sealed(Tsk.generate("Other <o@other.example>")))
    assert not opening.open_letter(letter.pk)
    letter.refresh_from_db()
    assert letter.opening == Opening.FAILED
    assert "encrypted to another one" in letter.opening_trouble
    assert not OpenedLetter.objects.exists()


def test_a_key_that_is_set_later_opens_what_waited_and_what_failed(
    db: None, settings: Settings, key: Tsk, key_file: Path
) -> None:
    incoming.receive(sealed(key, number=1))
    failed = incoming.receive(sealed(key, number=2))
    IncomingMail.objects.filter(pk=failed.pk).update(opening=Opening.FAILED, opening_trouble="Words.")
    with pytest.raises(CommandError, match="No key is set"):
        call_command("decrypt_mail")
    settings.DECRYPTION_KEY_FILE = key_file
    out = io.StringIO()
    call_command("decrypt_mail", stdout=out)
    assert out.getvalue() == "2 of 2 encrypted letters were opened.\n"
    assert set(IncomingMail.objects.values_list("opening", "opening_trouble")) == {("opened", "")}


def test_the_sweep_rings_for_what_waits(db: None, settings: Settings, key: Tsk, key_file: Path) -> None:
    incoming.receive(sealed(key))
    settings.DECRYPTION_KEY_FILE = key_file
    assert opening.sweep() == 1


def test_a_letter_in_clear_has_nothing_to_open(db: None) -> None:
    assert incoming.receive(b"From: a@b.example\nSubject: x\n\nWords").opening == Opening.NONE


def test_a_bounce_with_an_encrypted_letter_in_it_is_not_opened(db: None, key: Tsk) -> None:
    letter = incoming.receive(b"Return-Path: <>\n" + sealed(key))
    assert (letter.opening, letter.message) == (Opening.NONE, None)


@pytest.fixture
def opened(db: None, settings: Settings, key: Tsk, key_file: Path) -> Report:
    settings.DECRYPTION_KEY_FILE = key_file
    opening.open_letter(incoming.receive(sealed(key, by=Tsk.generate("Ada <ada@research.example>"))).pk)
    return Report.objects.get()


def team() -> Client:
    client = Client()
    client.force_login(make_user("security@sluice.example", Role.SECURITY))
    return client


def test_the_team_reads_what_was_in_it_and_who_signed(opened: Report) -> None:
    page = team().get(opened.get_absolute_url()).content.decode()
    assert "kanari-text" in page
    assert "signed by a key that we don&#x27;t have" in page


def test_the_team_fetches_a_file_that_was_in_it(opened: Report) -> None:
    file = OpenedFile.objects.get()
    url = f"/triage/{opened.reference}/opened/{file.pk}/{file.file_name}"
    client = team()
    assert client.get(url).content.strip() == b"kanari-patch"
    assert client.get(f"{url}x").status_code == 404


def test_the_team_finds_a_report_by_words_that_were_encrypted(opened: Report) -> None:
    assert opened.reference in team().get("/triage/?q=overflow").content.decode()


def test_the_private_link_which_travels_in_clear_shows_nothing_of_it(opened: Report) -> None:
    page = ReportDoor.open_for(opened, DoorKind.PAGE)
    answer = Client().get(f"/report/{page}/")
    assert answer.status_code == 200
    assert "kanari" not in answer.content.decode()
    file = OpenedFile.objects.get()
    assert Client().get(f"/report/{page}/files/{file.pk}/{file.file_name}").status_code == 404


def test_a_letter_that_could_not_be_opened_says_so_on_its_page(db: None, settings: Settings, key_file: Path) -> None:
    settings.DECRYPTION_KEY_FILE = key_file
    opening.open_letter(incoming.receive(sealed(Tsk.generate("Other <o@other.example>"))).pk)
    page = re.sub(r"\s+", " ", team().get(Report.objects.get().get_absolute_url()).content.decode())
    assert "It could not be opened. It can&#x27;t be opened with the team&#x27;s key" in page


def test_a_thread_of_encrypted_letters_costs_the_same_whatever_their_number(opened: Report, key: Tsk) -> None:
    client = team()
    with CaptureQueriesContext(connection) as before:
        client.get(opened.get_absolute_url())
    to = f"To: security+{ReportDoor.open_for(opened, DoorKind.ADDRESS)}@localhost\n".encode()
    for number in (2, 3):
        assert opening.open_letter(incoming.receive(to + sealed(key, number=number)).pk)
    with CaptureQueriesContext(connection) as after:
        client.get(opened.get_absolute_url())
    assert OpenedLetter.objects.count() == 3
    assert len(after) == len(before)
