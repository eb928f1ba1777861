"""Seats on the team: given and ended by a coordinator, with effect from the next query."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, TeamSeat, User
from tests.make import make_user


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
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            coordinator.get("/team/")
        counts.append(len(captured))
        for number in range(5):
            coordinator.post("/team/", {"address": f"new{number}@sluice.example", "role": "security"})
    assert counts[0] == counts[1]
