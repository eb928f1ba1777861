"""What was in an encrypted letter reaches the team and nobody else, by no page, log line, message or letter."""

from pathlib import Path

import pytest
from django.core import mail
from django.test import Client
from pysequoia import Tsk
from pytest_django import Settings

from accounts.models import Role, User
from advisories.models import DoorKind, Event, OpenedFile, OutgoingMail, Report, ReportDoor
from advisories.reporting import incoming, opening, posting
from tests.advisories.reporting.test_opening import INNER, sealed
from tests.conftest import VAR
from tests.make import make_advisory, make_seat, make_user

SECRET = "kanari"


@pytest.fixture
def report(db: None, settings: Settings, tmp_path: Path) -> Report:
    """An encrypted letter, opened; the finder was written to."""
    key = Tsk.generate("Team <security@localhost>")
    settings.DECRYPTION_KEY_FILE = tmp_path / "team.key"
    settings.DECRYPTION_KEY_FILE.write_bytes(bytes(key))
    assert SECRET.encode() in INNER
    assert opening.open_letter(incoming.receive(sealed(key)).pk)
    for letter in OutgoingMail.objects.all():
        posting.send(letter.pk)
    return Report.objects.get()


def addresses(report: Report) -> list[str]:
    file = OpenedFile.objects.get()
    letter = report.letters.get()
    door = ReportDoor.open_for(report, DoorKind.PAGE)
    return [
        report.get_absolute_url(),
        f"/triage/{report.reference}/opened/{file.pk}/{file.file_name}",
        f"/triage/{report.reference}/files/{file.pk}/{file.file_name}",
        f"/triage/letters/{letter.pk}/original.eml",
        "/triage/", "/triage/?all", "/triage/?q=overflow", "/triage/letters/",
        f"/report/{door}/", f"/report/{door}/files/{file.pk}/{file.file_name}", "/", "/advisories/",
    ]  # fmt: skip


def strangers() -> list[User | None]:
    guest = make_user("guest@sluice.example")
    make_seat(make_advisory(), guest)
    manager = make_user("manager@sluice.example", Role.RELEASE_MANAGER)
    operator = make_user("operator@sluice.example", is_superuser=True)
    return [None, make_user("nobody@sluice.example"), guest, manager, operator]


def test_no_stranger_and_no_private_link_reads_it(report: Report) -> None:
    for person in strangers():
        client = Client()
        if person is not None:
            client.force_login(person)
        for address in addresses(report):
            answer = client.get(address)
            heard = f"{answer.headers} {answer.content.decode('utf-8', 'replace')}".replace(address, "")
            assert SECRET not in heard, (person, address)


def test_the_team_reads_it(report: Report) -> None:
    client = Client()
    client.force_login(make_user("security@sluice.example", Role.SECURITY))
    own = addresses(report)
    assert SECRET in client.get(own[0]).content.decode()
    assert SECRET in client.get(own[1]).content.decode()


def test_no_log_line_message_letter_or_event_holds_it(report: Report, caplog: pytest.LogCaptureFixture) -> None:
    assert SECRET not in caplog.text
    assert mail.outbox
    assert not [letter for letter in mail.outbox if SECRET in letter.message().as_string()]
    assert not [event for event in Event.objects.all() if SECRET in str(event.detail)]
    for message in (VAR / "broker").rglob("*"):
        assert not message.is_file() or SECRET.encode() not in message.read_bytes()
