"""What is in letters to members is in no log line, no message of the broker and no trouble that a page shows."""

import re
from collections.abc import Iterator
from pathlib import Path

import pysequoia
import pytest
from pytest_django import Settings

from accounts.models import Role, Sending
from advisories import notifying
from advisories.models import Delivery, Event, Membership, Notification
from advisories.predisclosure import letters
from advisories.reporting import incoming
from tests.advisories.predisclosure.mailserver import MailServer, free_port, running, sent_to
from tests.advisories.predisclosure.sending import SECRET, deliver, told_of
from tests.conftest import VAR
from tests.make import make_member, make_member_key, make_user

PASSPHRASE = "unspeakable-passphrase"
SAYS_TOO_MUCH = re.compile(
    rf"{SECRET.split()[0]}|SSA-70417|reservoir|{PASSPHRASE}|PRIVATE KEY|quoted words", re.IGNORECASE
)


@pytest.fixture
def member(db: None) -> Membership:
    membership = make_member("Reservoir Linux")
    make_member_key(membership, bytes(pysequoia.Tsk.generate("R").extract_certificate()))
    make_user("one@sluice.example", Role.SECURITY)
    return membership


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    sent_to(port := free_port(), settings)
    with running(server := MailServer(), port):
        yield server


@pytest.fixture
def signs(settings: Settings, tmp_path: Path) -> Path:
    file = tmp_path / "team.key"
    file.write_bytes(bytes(pysequoia.Tsk.generate("Team")))
    settings.SIGNING_KEY_FILE = file
    return file


def written_down() -> str:
    """Everything that rows, the record and the broker hold of sending."""
    rows = [*Delivery.objects.values_list("trouble", "header_id"), *Event.objects.values_list("kind", "detail")]
    notices = Notification.objects.values_list("trouble", "header_id")
    broker = [file.read_text(errors="replace") for file in (VAR / "broker").rglob("*") if file.is_file()]
    return f"{rows} {list(notices)} {broker}"


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """What we logged; the mail server of the test has a log of its own."""
    return " ".join(record.getMessage() for record in caplog.records if record.name != "mail.log")


@pytest.mark.parametrize("answer", ["550 no: quoted words", "451 wait: quoted words", None])
def test_whatever_the_mail_server_says_nothing_secret_is_written_down(
    answer: str | None, member: Membership, server: MailServer, signs: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    server.answers = lambda recipient, nth: answer
    told_of()
    deliver()
    assert Delivery.objects.exclude(trouble="").exists()
    assert not SAYS_TOO_MUCH.search(logged(caplog))
    assert not SAYS_TOO_MUCH.search(written_down())


def test_a_signing_program_s_words_go_nowhere(
    member: Membership, server: MailServer, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    settings.TEAM_CERTIFICATE_FILE = tmp_path / "team.cert"
    settings.TEAM_CERTIFICATE_FILE.write_bytes(bytes(pysequoia.Tsk.generate("Team").extract_certificate()))
    settings.SIGNING_COMMAND = ["sh", "-c", f"cat >&2; echo {PASSPHRASE}; echo {PASSPHRASE} >&2; exit 2", "{mode}"]
    told_of()
    deliver()
    assert Delivery.objects.get().trouble.startswith("The team's key can't sign.")
    assert not SAYS_TOO_MUCH.search(logged(caplog))
    assert not SAYS_TOO_MUCH.search(written_down())


def test_a_bounce_that_quotes_the_letter_leaves_its_words_in_the_original_alone(
    member: Membership, server: MailServer, signs: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    told_of()
    deliver()
    raw = f"Return-Path: <>\nFrom: postmaster@x.example\nSubject: {SECRET}\n\nquoted words {SECRET}\n"
    incoming.receive(raw.encode(), recipient=letters.return_address(Delivery.objects.get()))
    assert Delivery.objects.get().state == Sending.BOUNCED
    assert not SAYS_TOO_MUCH.search(logged(caplog))
    assert not SAYS_TOO_MUCH.search(written_down())


def test_notices_of_trouble_name_nothing(member: Membership, server: MailServer, signs: Path) -> None:
    server.answers = lambda recipient, nth: "550 no" if "reservoir" in recipient else "250 ok"
    told_of()
    deliver()
    notifying.send(Notification.objects.get().pk)
    [notice] = server.taken
    assert not SAYS_TOO_MUCH.search(notice.raw.decode().replace(notice.id, ""))
