"""Seats on the team: given and ended by a coordinator, with effect from the next query."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Invitation, Role, TeamSeat, User
from advisories import seating
from advisories.models import Event, Seat
from advisories.models.seat import Right
from tests.make import make_advisory, make_user


@pytest.fixture
def ada(db: None) -> User:
    return make_user("ada@sluice.example", Role.SECURITY, password="correct horse")


def browser(user: User) -> Client:
    # What happens within one transaction happens at one instant, and a seat lasts longer than that.
    TeamSeat.objects.filter(user=user).update(from_at=F("from_at") - timedelta(minutes=1))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def coordinator(db: None) -> Client:
    return browser(make_user("coordinator@sluice.example", Role.COORDINATOR, password="correct horse"))


def test_a_seat_ends_with_the_next_query(coordinator: Client, ada: User) -> None:
    client = browser(ada)
    assert client.get("/flags/").status_code == 200
    coordinator.post(f"/team/seats/{ada.team_seats.get().pk}/end")
    assert client.get("/flags/").status_code == 403


def test_a_seat_with_an_end_is_over_by_itself(coordinator: Client) -> None:
    bob = make_user("bob@sluice.example", password="correct horse")
    end = timezone.now() + timedelta(days=1)
    coordinator.post("/team/", {"address": bob.email, "role": "security", "until_at": f"{end:%Y-%m-%dT%H:%M}"})
    client = browser(bob)
    assert client.get("/flags/").status_code == 200
    TeamSeat.objects.filter(user=bob).update(until_at=timezone.now() - timedelta(seconds=1))
    assert client.get("/flags/").status_code == 403


def test_an_end_that_has_passed_is_refused(coordinator: Client) -> None:
    answer = coordinator.post(
        "/team/", {"address": "bob@sluice.example", "role": "security", "until_at": "2020-01-01T00:00"}
    )
    assert answer.status_code == 422
    assert not User.objects.filter(email="bob@sluice.example").exists()


def test_the_same_seat_is_not_given_twice(coordinator: Client, ada: User) -> None:
    coordinator.post("/team/", {"address": ada.email, "role": "security"})
    assert ada.team_seats.count() == 1


def test_the_team_sees_who_is_on_it_and_changes_nothing(ada: User, coordinator: Client) -> None:
    client = browser(ada)
    assert "coordinator@sluice.example" in client.get("/team/").content.decode()
    assert client.post(f"/team/seats/{ada.team_seats.get().pk}/end").status_code == 403


def test_everyone_sees_their_own_seats(ada: User) -> None:
    assert "Security team, from" in browser(ada).get("/account/").content.decode()


def test_the_list_takes_the_same_queries_however_long_it_is(coordinator: Client) -> None:
    counts = []
    coordinator.post("/team/", {"address": "first@sluice.example", "role": "security"})
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            coordinator.get("/team/")
        counts.append(len(captured))
        for number in range(5):
            coordinator.post("/team/", {"address": f"new{number}@sluice.example", "role": "security"})
    assert counts == [8, 8]


def kinds(person: User) -> list[str]:
    return [event.kind for event in Event.objects.all() if event.detail.get("person") == person.pk]


def let_a_minute_pass() -> None:
    TeamSeat.objects.update(from_at=F("from_at") - timedelta(minutes=1))
    Seat.objects.update(from_at=F("from_at") - timedelta(minutes=1))


def test_giving_and_ending_a_seat_are_recorded_with_whose_and_which(coordinator: Client) -> None:
    bob = make_user("bob@sluice.example", password="correct horse")
    coordinator.post("/team/", {"address": bob.email, "role": "security"})
    let_a_minute_pass()
    seat = bob.team_seats.get()
    for _ in range(2):
        coordinator.post(f"/team/seats/{seat.pk}/end")
    given, ended = Event.objects.about(seat)
    assert (given.kind, ended.kind) == ("team-seat-given", "team-seat-ended")
    assert given.detail == ended.detail == {"person": bob.pk, "role": "security"}
    assert given.by == ended.by == User.objects.get(email="coordinator@sluice.example")


def test_a_seat_given_at_the_console_is_recorded_as_nobody_s(db: None) -> None:
    call_command("give_seat", "ivy@sluice.example", "coordinator", invite=True)
    [event] = Event.objects.all()
    assert (event.kind, event.by) == ("team-seat-given", None)


def test_a_seat_that_is_held_already_is_no_event(coordinator: Client, ada: User) -> None:
    coordinator.post("/team/", {"address": ada.email, "role": "security"})
    assert kinds(ada) == []


def test_everybody_on_the_team_reads_who_came_and_went(coordinator: Client, ada: User) -> None:
    bob = make_user("bob@sluice.example", password="correct horse")
    coordinator.post("/team/", {"address": bob.email, "role": "release-manager"})
    for reader in (ada, make_user("rm@sluice.example", Role.RELEASE_MANAGER)):
        shown = browser(reader).get("/team/").text
        assert "bob@sluice.example joined the team: release manager" in shown
        assert not re.search(r"[>#]\d+</span>", shown), "gaps in the record tell how much else happens"


def test_nobody_else_reads_it(coordinator: Client) -> None:
    coordinator.post("/team/", {"address": "bob@sluice.example", "role": "security"})
    guest = make_user("guest@sluice.example")
    seating.give_seat(
        make_advisory(),
        guest.email,
        name="",
        right=Right.READ,
        until=None,
        by=User.objects.get(email__startswith="coord"),
    )
    for reader in (guest, make_user("operator@sluice.example", is_superuser=True)):
        assert not Event.objects.visible_to(reader).filter(kind="team-seat-given").exists()


def test_a_release_manager_is_told_of_the_team_and_not_of_a_guest(coordinator: Client) -> None:
    by = User.objects.get(email="coordinator@sluice.example")
    seating.give_seat(make_advisory(), "guest@vendor.example", name="", right=Right.READ, until=None, by=by)
    manager = make_user("rm@sluice.example", Role.RELEASE_MANAGER)
    assert not Event.objects.visible_to(manager).exists()
    assert "guest@vendor.example" not in browser(manager).get("/team/").text


def test_withdrawing_an_invitation_ends_every_seat_it_was_for(coordinator: Client) -> None:
    by = User.objects.get(email="coordinator@sluice.example")
    coordinator.post("/team/", {"address": "ivy@sluice.example", "role": "security"})
    seating.give_seat(make_advisory(), "ivy@sluice.example", name="", right=Right.READ, until=None, by=by)
    let_a_minute_pass()
    coordinator.post(f"/team/invitations/{Invitation.objects.get().pk}/withdraw")
    ivy = User.objects.get(email="ivy@sluice.example")
    assert not TeamSeat.objects.current().filter(user=ivy).exists()
    assert not Seat.objects.current().filter(user=ivy).exists()
    assert kinds(ivy) == ["team-seat-given", "seat-given", "team-seat-ended", "seat-ended"]


def test_withdrawing_leaves_the_seats_of_somebody_who_can_come_in_without_it(coordinator: Client) -> None:
    coordinator.post("/team/", {"address": "ivy@sluice.example", "role": "security"})
    ivy = User.objects.get(email="ivy@sluice.example")
    ivy.set_password("set at the console")
    ivy.save()
    let_a_minute_pass()
    coordinator.post(f"/team/invitations/{Invitation.objects.get().pk}/withdraw")
    assert TeamSeat.objects.current().filter(user=ivy).exists()


def test_an_invitation_that_is_over_is_not_withdrawn_and_ends_nothing(coordinator: Client) -> None:
    coordinator.post("/team/", {"address": "ivy@sluice.example", "role": "security"})
    Invitation.objects.update(accepted_at=timezone.now())
    let_a_minute_pass()
    coordinator.post(f"/team/invitations/{Invitation.objects.get().pk}/withdraw")
    assert TeamSeat.objects.current().filter(user__email="ivy@sluice.example").exists()
