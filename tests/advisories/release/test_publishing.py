"""What follows a release: the signed text, the mails to lists through a real server, the rehearsal of all that."""

import email
import email.policy
import hashlib
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.test import Client
from django.utils import timezone
from pysequoia import Tsk
from pytest_django import Settings

from accounts.models import Role, Sending, User
from advisories.formats import clearsign
from advisories.formats.openpgp import Keyring, Verified
from advisories.lifecycle import State
from advisories.models import (
    Advisory,
    Arming,
    Batch,
    Publication,
    PublicationStep,
    SignedText,
    StepKind,
)
from advisories.release import announcing, publishing, rehearsing, releasing, scheduling, sealing, standing
from advisories.release.batching import BatchState
from tests.advisories.release.test_releasing import SECTIONS, fixes_of
from tests.make import make_advisory, make_user

LIST = "announce@lists.sluice.example"


class Inbox:
    """A real mail server that keeps what it takes, and refuses while `refuses` says so."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.refuses = False
        vars(self)["handle_DATA"] = self.take  # the name that aiosmtpd looks for

    async def take(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuses:
            return "451 Not now"
        assert isinstance(envelope.content, bytes)
        self.taken.append(envelope.content)
        return "250 Taken"


@pytest.fixture
def inbox(settings: Settings) -> Iterator[Inbox]:
    inbox = Inbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.ANNOUNCE_TO = [LIST]
    yield inbox
    server.stop()


@pytest.fixture
def key(settings: Settings, tmp_path: Path) -> Keyring:
    """The team's key on this machine, and what readers verify with."""
    made = Tsk.generate("Sluice security team <security@sluice.example>")
    file = tmp_path / "team.key"
    file.write_bytes(bytes(made))
    file.chmod(0o600)
    settings.SIGNING_KEY_FILE, settings.PUBLISH_UNSIGNED = file, False
    return Keyring([bytes(made.extract_certificate())])


@pytest.fixture
def people(db: None) -> tuple[User, User]:
    """Two of the team; nobody of them wrote anything."""
    return make_user("one@sluice.example", Role.SECURITY), make_user("two@sluice.example", Role.SECURITY)


@pytest.fixture
def advisory(db: None) -> Advisory:
    return make_advisory(state=State.READY, notes="For members alone.", **SECTIONS)


@pytest.fixture
def frozen(advisory: Advisory, people: tuple[User, User]) -> Batch:
    """A batch of one, frozen, a week ahead."""
    batch = scheduling.plan([advisory], timezone.now() + timedelta(days=7), by=None)
    releasing.freeze_batch(batch, fixes_of, by=None)
    return batch


def armed(batch: Batch, people: tuple[User, User]) -> Batch:
    """Signed, approved by two, and its instant a moment ago."""
    assert sealing.seal_waiting() == 1
    for person in people:
        releasing.approve(batch, standing.of_batch(batch, fixes_of).digest, fixes_of, by=person)
    assert batch.state == BatchState.ARMED
    past = timezone.now() - timedelta(seconds=1)
    Arming.objects.update(public_at=past)
    Publication.objects.update(public_at=past)
    return batch


def step() -> PublicationStep:
    """The mail's step."""
    return PublicationStep.objects.get(kind=StepKind.MAIL)


def test_nothing_is_armed_before_its_text_is_signed(frozen: Batch, key: Keyring, people: tuple[User, User]) -> None:
    for person in people:
        releasing.approve(frozen, standing.of_batch(frozen, fixes_of).digest, fixes_of, by=person)
    assert frozen.state == BatchState.FROZEN
    sentences = [str(one) for one in standing.of_batch(frozen, fixes_of).advisories[0].missing]
    assert sentences == ["The text of v1 waits for a worker to write and sign it."]


def test_the_text_is_signed_by_the_team(frozen: Batch, key: Keyring) -> None:
    assert [sealing.seal_waiting(), sealing.seal_waiting()] == [1, 0]
    text = bytes(SignedText.objects.get().text)
    assert isinstance(key.verify(clearsign.read(text).signed, clearsign.read(text).signature), Verified)
    assert b"It overflows." in text
    assert b"For members alone." not in text


def test_a_machine_without_a_key_signs_nothing(frozen: Batch, settings: Settings) -> None:
    settings.PUBLISH_UNSIGNED = False
    assert sealing.seal_waiting() == 0
    assert SignedText.objects.get().made_at is None


def test_a_text_that_would_read_as_something_else_is_refused_with_its_reason(db: None) -> None:
    advisory = make_advisory(
        state=State.READY, **(SECTIONS | {"impact": "It is large.\n\nCREDITS\n=======\n\nNobody."})
    )
    batch = scheduling.plan([advisory], timezone.now() + timedelta(days=7), by=None)
    releasing.freeze_batch(batch, fixes_of, by=None)
    assert sealing.seal_waiting() == 0
    [told] = [
        one for one in standing.of_batch(batch, fixes_of).advisories[0].missing if "could not be written" in str(one)
    ]
    assert "IMPACT" in str(told)


def test_a_publication_is_announced_to_the_lists_once(
    frozen: Batch, inbox: Inbox, key: Keyring, people: tuple[User, User]
) -> None:
    armed(frozen, people)
    assert [publishing.do_step(step().pk) for _ in range(2)] == [True, False]
    [raw] = inbox.taken
    letter = email.message_from_bytes(raw, policy=email.policy.default)
    assert letter["To"] == LIST
    assert "Another" not in letter["Subject"]
    assert [part.get_filename() for part in letter.iter_attachments()] == ["1.patch"]
    assert step().state == Sending.SENT


def test_nothing_is_announced_before_the_instant(frozen: Batch, inbox: Inbox, people: tuple[User, User]) -> None:
    armed(frozen, people)
    Publication.objects.update(public_at=timezone.now() + timedelta(hours=1))
    assert publishing.due_steps() == []
    assert publishing.do_step(step().pk) is False
    assert inbox.taken == []


def test_a_server_that_refuses_is_asked_again(frozen: Batch, inbox: Inbox, people: tuple[User, User]) -> None:
    armed(frozen, people)
    inbox.refuses = True
    assert publishing.do_step(step().pk) is False
    assert (step().state, step().trouble) == (Sending.QUEUED, "SMTPDataError 451")
    inbox.refuses = False
    PublicationStep.objects.update(due_at=timezone.now())
    assert publishing.do_step(step().pk) is True
    assert len(inbox.taken) == 1


def test_the_second_letter_hangs_below_the_first(frozen: Batch, inbox: Inbox, people: tuple[User, User]) -> None:
    armed(frozen, people)
    first = Publication.objects.get()
    again = Publication(advisory=first.advisory, revision=first.revision, number=first.number, version=2,
                        title=first.title, content=first.content, public_at=first.public_at)  # fmt: skip
    letter = email.message_from_bytes(announcing.written(again, LIST))
    assert letter["In-Reply-To"] == announcing.message_id(first.number, 1)


def test_the_rehearsal_shows_the_very_letter_that_leaves(
    frozen: Batch, inbox: Inbox, key: Keyring, people: tuple[User, User]
) -> None:
    sealing.seal_waiting()
    shown = rehearsing.rehearse(frozen).advisories[0].letters[0].raw
    armed_at = frozen.planned_at
    for person in people:
        releasing.approve(frozen, standing.of_batch(frozen, fixes_of).digest, fixes_of, by=person)
    assert Publication.objects.get().public_at == armed_at
    assert announcing.written(Publication.objects.get(), LIST) == shown
    assert inbox.taken == []


def test_the_rehearsal_shows_the_very_records_that_readers_get(
    frozen: Batch, inbox: Inbox, key: Keyring, people: tuple[User, User]
) -> None:
    at = timezone.now() - timedelta(minutes=1)
    frozen.planned_at = at
    shown = rehearsing.rehearse(frozen).advisories[0].records
    assert {"osv.json", "csaf.json"} <= {one.name for one in shown}
    frozen.refresh_from_db()
    armed(frozen, people)
    Publication.objects.update(public_at=at)
    for one in shown:
        answer = Client().get(f"/advisories/{frozen.members.get().number}/records/{one.name}")
        assert (answer.content.decode(), hashlib.sha256(answer.content).hexdigest()) == (one.text, one.sha256)


def test_the_rehearsal_is_for_the_team(frozen: Batch, settings: Settings, people: tuple[User, User]) -> None:
    settings.ANNOUNCE_TO = [LIST]
    sealing.seal_waiting()
    page, letter = f"/advisories/releases/{frozen.pk}/rehearsal/", f"{frozen.members.get().number}/{LIST}"
    manager = make_user("manager@sluice.example", Role.RELEASE_MANAGER)
    for person, expected in ((people[0], 200), (manager, 403), (make_user("nobody@sluice.example"), 404)):
        client = Client()
        client.force_login(person)
        assert client.get(page).status_code == client.get(f"{page}{letter.replace(' ', '')}").status_code == expected
