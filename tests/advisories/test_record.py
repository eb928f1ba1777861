"""The record: lands with its change, holds against writers at once, and is neither changed nor cut."""

import io
import threading
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Role
from advisories.append_only import guard, unguard
from advisories.events import START, Verified, verify
from advisories.lifecycle import State
from advisories.models import Advisory, Event, Seat
from advisories.models.seat import Right
from tests.make import make_advisory, make_branch, make_publication, make_series, make_tree, make_user
from tests.upstream import fix, numbered

SAFE = fix(numbered("queue"), numbered("queue", l25="queue is safe"))


def record(advisory: Advisory, times: int = 1) -> None:
    for _ in range(times):
        with transaction.atomic():
            Event.objects.record(advisory, kind="seat-ended", by=None, detail={"person": 1})


def verified() -> str:
    out = io.StringIO()
    call_command("verify_events", stdout=out)
    return out.getvalue().strip().removeprefix("The record holds. Its head is ")


def kinds(advisory: Advisory) -> list[str]:
    return [event.kind for event in Event.objects.about(advisory)]


@pytest.fixture
def unguarded(db: None) -> Iterator[None]:
    """Someone with the keys to the database has taken the guard down."""
    with connection.cursor() as cursor:
        for statement in unguard(connection.vendor):
            cursor.execute(statement)
        yield
        for statement in guard(connection.vendor):
            cursor.execute(statement)


def test_a_step_and_its_event_land_together(db: None) -> None:
    advisory, person = make_advisory(), make_user()
    advisory.move_to(State.READY, by=person)
    [event] = Event.objects.about(advisory)
    assert (event.kind, event.by, event.detail) == ("state-changed", person, {"from": "drafting", "to": "ready"})
    assert event.previous == START


def test_a_change_that_is_taken_back_takes_its_event_along(db: None) -> None:
    advisory = make_advisory()
    with transaction.atomic():
        advisory.move_to(State.READY, by=None)
        transaction.set_rollback(True)
    assert kinds(advisory) == []


@pytest.mark.django_db(transaction=True)
def test_nothing_is_recorded_outside_a_transaction() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        Event.objects.record(make_advisory(), kind="seat-ended", by=None)


def test_an_edit_names_the_sections_and_keeps_their_text_out(db: None) -> None:
    client, advisory = Client(), make_advisory()
    client.force_login(make_user("security@sluice.example", Role.SECURITY))
    client.post(
        f"/advisories/{advisory.number}/edit", {"title": advisory.title, "impact": "Unspeakable.", "read_version": 1}
    )
    [event] = Event.objects.about(advisory)
    assert (event.kind, event.detail) == ("text-edited", {"sections": ["impact"]})


def test_an_edit_that_changes_nothing_is_no_event(db: None) -> None:
    client, advisory = Client(), make_advisory()
    client.force_login(make_user("security@sluice.example", Role.SECURITY))
    client.post(f"/advisories/{advisory.number}/edit", {"title": advisory.title, "read_version": 1})
    assert kinds(advisory) == []


def test_seats_given_and_ended_are_recorded(db: None) -> None:
    advisory, guest = make_advisory(), make_user()
    seat = Seat.objects.give(advisory, guest, Right.COMMENT, by=None)
    assert seat.end(by=None)
    assert not seat.end(by=None)
    assert kinds(advisory) == ["seat-given", "seat-ended"]


def test_an_uploaded_series_is_recorded(db: None) -> None:
    series = make_series(make_branch(make_tree()), SAFE)
    [event] = Event.objects.about(series.advisory)
    assert (event.kind, event.detail["series"], event.detail["revision"]) == ("series-uploaded", str(series.pk), 1)


def test_the_database_refuses_to_change_an_event(db: None) -> None:
    record(make_advisory())
    with pytest.raises(IntegrityError):
        Event.objects.update(kind="seat-given")


def test_the_database_refuses_to_let_an_event_go(db: None) -> None:
    record(make_advisory())
    with pytest.raises(IntegrityError):
        Event.objects.get().delete()


def test_the_database_refuses_an_event_in_place_of_another(db: None) -> None:
    advisory = make_advisory()
    record(advisory, 2)
    with pytest.raises(IntegrityError):
        Event.objects.create(sequence=1, previous=START, kind="forged", at="2026-01-01T00:00Z", about="", hash="0" * 64)


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_to_be_emptied_of_events() -> None:
    record(make_advisory())
    emptying = "TRUNCATE advisories_event" if connection.vendor == "postgresql" else "DELETE FROM advisories_event"
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute(emptying)


def test_a_tampered_event_is_named(unguarded: None) -> None:
    record(make_advisory(), 3)
    Event.objects.filter(sequence=2).update(detail={"person": 2})
    with pytest.raises(CommandError, match="event 2 was changed"):
        call_command("verify_events")


def test_a_cut_shows_against_a_kept_head(unguarded: None) -> None:
    record(make_advisory(), 3)
    head = verified()
    Event.objects.filter(sequence=3).delete()
    with pytest.raises(CommandError, match="event 3 is missing at the end"):
        call_command("verify_events", head=head)


def test_a_head_kept_earlier_is_found_again(db: None) -> None:
    advisory = make_advisory()
    record(advisory, 2)
    head = verified()
    record(advisory)
    call_command("verify_events", head=head, stdout=io.StringIO())


def test_a_head_that_is_none_is_refused(db: None) -> None:
    with pytest.raises(CommandError, match="64 hexadecimal digits"):
        call_command("verify_events", head="12:abc")


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_make_one_chain() -> None:
    advisories = [make_advisory() for _ in range(4)]
    start = threading.Barrier(4)

    def work(advisory: Advisory) -> None:
        start.wait()
        record(advisory, 5)
        connection.close()

    threads = [threading.Thread(target=work, args=(advisory,)) for advisory in advisories]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Event.objects.count() == 20
    assert isinstance(verify(Event.objects.as_chain()), Verified)


def test_who_works_on_an_advisory_reads_its_timeline_with_names(db: None) -> None:
    client, advisory = Client(), make_advisory()
    person = make_user("security@sluice.example", Role.SECURITY)
    Seat.objects.give(advisory, make_user("guest@vendor.example"), Right.READ, by=person)
    client.force_login(person)
    shown = client.get(f"/advisories/{advisory.number}/").content.decode()
    assert "Seat given to guest@vendor.example: read" in shown


def test_readers_are_told_the_steps_and_not_who_took_them(db: None) -> None:
    advisory, person = make_advisory(state=State.READY), make_user("insider@sluice.example")
    Seat.objects.give(advisory, make_user("guest@vendor.example"), Right.READ, by=person)
    advisory.move_to(State.PUBLIC, by=person, public_at="2026-01-01T00:00Z")
    make_publication(advisory, timezone.now())
    shown = Client().get(f"/advisories/{advisory.number}/").content.decode()
    assert "Timeline" in shown
    assert "insider" not in shown
    assert "Seat" not in shown


def test_the_record_of_what_is_hidden_is_hidden(db: None) -> None:
    record(make_advisory(state=State.READY))
    for viewer in (make_user(), make_user("manager@sluice.example", Role.RELEASE_MANAGER)):
        assert not Event.objects.visible_to(viewer).exists()
