"""Seats on one advisory: given and ended by the team, seen by everyone on it."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client

from accounts.models import Invitation, Role, User
from advisories.lifecycle import State
from advisories.models import Advisory, Seat
from tests.make import make_advisory, make_user


@pytest.fixture
def advisory(db: None) -> Advisory:
    return make_advisory(state=State.READY, number=7)


@pytest.fixture
def guest(db: None) -> User:
    return make_user("guest@vendor.example", password="correct horse")


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def team(db: None) -> Client:
    return browser(make_user("security@sluice.example", Role.SECURITY))


def give(team: Client, address: str, right: str, name: str = "") -> None:
    told = {"address": address, "right": right, "name": name}
    assert team.post("/advisories/7/seats/", told).status_code == 302
    # What happens within one transaction happens at one instant, and a seat lasts longer than that.
    Seat.objects.update(from_at=F("from_at") - timedelta(minutes=1))


def test_a_seat_opens_the_advisory_with_the_next_query(team: Client, advisory: Advisory, guest: User) -> None:
    client = browser(guest)
    assert client.get("/advisories/7/").status_code == 404
    give(team, guest.email, "read")
    assert client.get("/advisories/7/").status_code == 200


def test_the_end_of_a_seat_closes_it_with_the_next_query(team: Client, advisory: Advisory, guest: User) -> None:
    give(team, guest.email, "read")
    team.post(f"/advisories/7/seats/{Seat.objects.get().pk}/end")
    assert browser(guest).get("/advisories/7/").status_code == 404


def test_a_new_right_takes_the_place_of_the_old_one(team: Client, advisory: Advisory, guest: User) -> None:
    give(team, guest.email, "read")
    give(team, guest.email, "upload")
    assert [seat.right for seat in Seat.objects.current()] == ["upload"]
    assert browser(guest).get("/advisories/7/series/add").status_code == 200


def test_everyone_on_the_advisory_sees_who_sits_there(team: Client, advisory: Advisory, guest: User) -> None:
    give(team, guest.email, "read")
    give(team, "other@vendor.example", "comment", name="Odo Vendor")
    shown = browser(guest).get("/advisories/7/seats/").content.decode()
    assert "Odo Vendor" in shown
    assert "Comment" in shown


@pytest.mark.parametrize("name", ["Odo Vendor", ""])
@pytest.mark.parametrize("page", ["", "seats/", "embargo/"])
def test_a_guest_reads_the_names_of_others_and_no_address(
    team: Client, advisory: Advisory, guest: User, name: str, page: str
) -> None:
    give(team, guest.email, "read")
    give(team, "other@vendor.example", "comment", name=name)
    shown = browser(guest).get(f"/advisories/7/{page}").content.decode()
    assert "other@vendor.example" not in shown
    assert "security@sluice.example" not in shown


def test_the_team_reads_addresses(team: Client, advisory: Advisory) -> None:
    give(team, "odo@vendor.example", "comment", name="Odo Vendor")
    give(team, "unnamed@vendor.example", "comment")
    shown = team.get("/advisories/7/seats/").content.decode()
    assert "odo@vendor.example" in shown
    assert "unnamed@vendor.example" in shown


def test_a_guest_gives_no_seat(team: Client, advisory: Advisory, guest: User) -> None:
    give(team, guest.email, "upload")
    answer = browser(guest).post("/advisories/7/seats/", {"address": "x@vendor.example", "right": "read"})
    assert answer.status_code == 403


def test_somebody_new_is_invited(team: Client, advisory: Advisory) -> None:
    give(team, "new@vendor.example", "comment")
    assert Invitation.objects.get().user.email == "new@vendor.example"
    assert Seat.objects.get().right == "comment"


def test_a_seat_of_another_advisory_is_not_ended_from_here(team: Client, advisory: Advisory, guest: User) -> None:
    other = Seat.objects.create(advisory=make_advisory(state=State.READY), user=guest)
    assert team.post(f"/advisories/7/seats/{other.pk}/end").status_code == 404
