"""What finders are told once an instant has come: that it is public, and what another issue of it changed."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Role, User
from advisories.lifecycle import State
from advisories.models import (
    Advisory,
    Arming,
    Batch,
    Credit,
    DoorKind,
    Finder,
    Notice,
    OutgoingMail,
    Publication,
    Reissue,
    Report,
    ReportDoor,
)
from advisories.release import publishing, rehearsing, releasing, scheduling, sealing, standing
from advisories.reporting import posting, triage
from advisories.reporting.reports import ReportState
from tests.advisories.predisclosure.mailserver import MailServer, free_port, running, sent_to
from tests.advisories.release.test_releasing import SECTIONS, fixes_of
from tests.make import make_accepted_report, make_advisory, make_report, make_user

ADDRESS = "ada@research.example"


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    server, port = MailServer(), free_port()
    sent_to(port, settings)
    with running(server, port):
        yield server


@pytest.fixture
def people(db: None) -> tuple[User, User]:
    return make_user("one@sluice.example", Role.SECURITY), make_user("two@sluice.example", Role.SECURITY)


@pytest.fixture
def advisory(db: None) -> Advisory:
    return make_advisory(number=12, title="Queues overflow", state=State.READY, notes="For members.", **SECTIONS)


@pytest.fixture
def report(advisory: Advisory, people: tuple[User, User]) -> Report:
    report = make_accepted_report(advisory, people[0], title="Unspeakable", address=ADDRESS)
    Finder.objects.update(credit=Credit.NAMED, credit_as="Ada")
    return report


def arm(advisory: Advisory, people: tuple[User, User], **why: Any) -> Batch:
    """Planned for tomorrow, signed and approved."""
    batch = scheduling.plan([advisory], timezone.now() + timedelta(days=1), by=None)
    releasing.freeze_batch(batch, fixes_of, by=None, **why)
    sealing.seal_waiting()
    for person in people:
        releasing.approve(batch, standing.of_batch(batch, fixes_of).digest, fixes_of, by=person)
    return batch


def release(batch: Batch) -> None:
    """Its instant comes, and a worker writes it down."""
    past = timezone.now() - timedelta(milliseconds=1)
    Arming.objects.filter(batch=batch).update(public_at=past)
    Publication.objects.filter(arming__batch=batch).update(public_at=past)
    publishing.release_due()


def reissue(advisory: Advisory, people: tuple[User, User]) -> None:
    Advisory.objects.update(impact="Larger.", notes="For members, too.")
    advisory.refresh_from_db()
    release(arm(advisory, people, reason=Reissue.WRONG_DATA, changes="The impact was wrong."))


def letters(kind: Notice) -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(kind=kind).select_related("report").order_by("report_id"))


def text_of(server: MailServer, kind: Notice) -> str:
    """Send the one letter of a kind, and read what arrived."""
    [letter] = letters(kind)
    assert posting.send(letter.pk)
    message = message_from_bytes(server.taken[-1].raw, policy=policy.default)
    body = message.get_body()
    assert body is not None
    return f"{message['Subject']}\n{body.get_content()}".replace("\r\n", "\n")


def test_a_finder_is_told_that_it_is_public(
    report: Report, advisory: Advisory, people: tuple[User, User], server: MailServer
) -> None:
    release(arm(advisory, people))
    told = text_of(server, Notice.PUBLISHED)
    assert told.startswith(f"[SSA report {report.reference}] It is public\n")
    assert "as SSA-12:\n\n  Queues overflow\n  http://localhost:8000/advisories/12/v1/\n" in told


def test_a_finder_is_told_what_another_issue_changed(
    report: Report, advisory: Advisory, people: tuple[User, User], server: MailServer
) -> None:
    release(arm(advisory, people))
    reissue(advisory, people)
    told = text_of(server, Notice.REISSUED)
    assert "Something in it was wrong. The impact was wrong.\n" in told
    assert "What differs from version 1:\n\nImpact:\n  - Large.\n  + Larger.\n" in told
    assert "members" not in told


def test_nothing_is_promised_before_the_instant(report: Report, advisory: Advisory, people: tuple[User, User]) -> None:
    arm(advisory, people)
    publishing.release_due()
    assert not letters(Notice.PUBLISHED)


def test_a_letter_is_due_from_the_instant_on(report: Report, advisory: Advisory, people: tuple[User, User]) -> None:
    release(arm(advisory, people))
    [letter] = letters(Notice.PUBLISHED)
    assert letter.due_at == Publication.objects.get().public_at


def test_the_rehearsal_shows_the_very_words_of_the_letter(
    report: Report, advisory: Advisory, people: tuple[User, User], server: MailServer
) -> None:
    release(arm(advisory, people))
    Advisory.objects.update(impact="Larger.")
    advisory.refresh_from_db()
    again = arm(advisory, people, reason=Reissue.WRONG_DATA, changes="The impact was wrong.")
    [(address, words)] = rehearsing.rehearse(again).advisories[0].to_finders
    release(again)
    assert address == ADDRESS
    assert words in text_of(server, Notice.REISSUED)


def test_written_down_twice_it_is_one_letter(report: Report, advisory: Advisory, people: tuple[User, User]) -> None:
    release(arm(advisory, people))
    assert publishing.release_due() == 0
    assert len(letters(Notice.PUBLISHED)) == 1


def test_finders_of_duplicates_are_told_and_those_turned_down_are_not(
    report: Report, advisory: Advisory, people: tuple[User, User]
) -> None:
    again, other = make_report(address="ben@research.example"), make_report(address="cy@research.example")
    triage.assign(again, people[0], by=people[0])
    triage.decide(again, ReportState.DUPLICATE, by=people[0], grounds="Known.", duplicate_of=report)
    triage.assign(other, people[0], by=people[0])
    triage.link(other, advisory, by=people[0])
    triage.decide(other, ReportState.TRIAGING, by=people[0], grounds="Something new.")
    triage.decide(other, ReportState.INVALID, by=people[0], grounds="It is none.")
    Finder.objects.update(credit=Credit.ANONYMOUS)
    release(arm(advisory, people))
    assert [letter.report for letter in letters(Notice.PUBLISHED)] == [report, again]


def test_whoever_is_not_to_be_named_gets_a_letter_that_names_nothing(
    report: Report, advisory: Advisory, people: tuple[User, User], server: MailServer
) -> None:
    Finder.objects.update(credit=Credit.ANONYMOUS)
    release(arm(advisory, people))
    told = text_of(server, Notice.PUBLISHED)
    assert "SSA-12" not in told
    assert "Queues overflow" not in told


def test_the_private_page_leads_to_what_is_public(
    report: Report, advisory: Advisory, people: tuple[User, User]
) -> None:
    address = f"/report/{ReportDoor.open_for(report, DoorKind.PAGE)}/"
    batch = arm(advisory, people)
    assert "/advisories/12/public" not in Client().get(address).content.decode()
    release(batch)
    assert "/advisories/12/public" in Client().get(address).content.decode()


def test_the_database_wants_to_know_what_is_public(report: Report) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        posting.promise(report, Notice.PUBLISHED, key="publication:1")
