"""Guessing is slow: limits by address, by account, and for the second factor too."""

import pytest
from django.test import Client

from accounts.models import Letter, User
from tests.accounts.codes import set_up_app
from tests.make import make_user

PASSWORD = "correct horse battery"


@pytest.fixture
def user(db: None) -> User:
    return make_user("ada@sluice.example", password=PASSWORD)


def guess(address: str, password: str, *, source: str) -> str:
    client = Client(REMOTE_ADDR=source)
    answer = client.post("/sign-in", {"login": address, "password": password})
    return answer.headers.get("Location", "") or answer.content.decode()


@pytest.mark.parametrize("address", ["ada@sluice.example", "nobody@sluice.example"])
def test_an_account_is_guessed_at_five_times_from_wherever(user: User, address: str) -> None:
    said = [guess(address, "wrong", source=f"192.0.2.{number}") for number in range(1, 7)]
    assert ["Too many" in text for text in said] == [False] * 5 + [True]


def test_the_right_password_waits_too_once_the_limit_is_reached(user: User) -> None:
    for number in range(1, 6):
        guess(user.email, "wrong", source=f"192.0.2.{number}")
    assert "Too many" in guess(user.email, PASSWORD, source="192.0.2.9")


def test_one_source_guesses_at_ten_accounts(user: User) -> None:
    said = [guess(f"person{number}@sluice.example", "wrong", source="192.0.2.1") for number in range(11)]
    assert ["Too many" in text for text in said] == [False] * 10 + [True]


def test_a_forwarded_address_is_not_believed_without_a_proxy(user: User) -> None:
    for number in range(10):
        Client(REMOTE_ADDR="192.0.2.1", headers={"x-forwarded-for": f"198.51.100.{number}"}).post(
            "/sign-in", {"login": f"person{number}@sluice.example", "password": "wrong"}
        )
    assert "Too many" in guess("last@sluice.example", "wrong", source="192.0.2.1")


def test_codes_are_guessed_at_five_times(user: User) -> None:
    set_up_app(user)
    client = Client()
    client.post("/sign-in", {"login": user.email, "password": PASSWORD})
    said = [client.post("/sign-in/second-factor", {"code": "000000"}).content.decode() for _ in range(6)]
    assert ["Too many" in text for text in said] == [False] * 5 + [True]


def test_a_link_for_a_new_password_is_asked_for_five_times_a_minute(db: None) -> None:
    answers = [Client().post("/password/forgotten", {"address": "ada@sluice.example"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert Letter.objects.count() == 5
