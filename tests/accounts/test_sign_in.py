"""Signing in and out."""

import pytest
from django.test import Client

from accounts.access import holds, is_on_the_team, is_operator
from accounts.models import Role, User
from tests.accounts.codes import code_of, set_up_app
from tests.make import make_user


@pytest.fixture
def user(db: None) -> User:
    return make_user("ada@sluice.example", Role.RELEASE_MANAGER, password="correct horse")


def test_password_and_code_open_the_board(user: User) -> None:
    secret, client = set_up_app(user), Client()
    answer = client.post("/sign-in", {"login": "Ada@Sluice.example", "password": "correct horse"})
    assert answer["Location"] == "/sign-in/second-factor"
    assert client.post(answer["Location"], {"code": code_of(secret)})["Location"] == "/board/"


@pytest.mark.parametrize("address", ["ada@sluice.example", "nobody@sluice.example"])
def test_a_wrong_answer_does_not_say_which_of_the_two_was_wrong(user: User, address: str) -> None:
    shown = Client().post("/sign-in", {"login": address, "password": "wrong"}).content.decode()
    assert "correct" in shown
    assert Client().get("/flags/").status_code == 302


def test_what_was_asked_for_comes_after_signing_in(user: User) -> None:
    secret, client = set_up_app(user), Client()
    asked = client.get("/flags/")
    assert asked["Location"] == "/sign-in?next=/flags/"
    answer = client.post(asked["Location"], {"login": user.email, "password": "correct horse"})
    assert client.post(answer["Location"], {"code": code_of(secret)})["Location"] == "/flags/"


def test_signing_in_never_leads_to_another_site(user: User) -> None:
    secret, client = set_up_app(user), Client()
    client.post("/sign-in", {"login": user.email, "password": "correct horse", "next": "https://evil.example/"})
    assert client.post("/sign-in/second-factor", {"code": code_of(secret)})["Location"] == "/board/"


def test_signing_out_takes_a_form_and_not_a_link(user: User) -> None:
    client = Client()
    client.force_login(user)
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out")["Location"] == "/"
    assert client.get("/flags/").status_code == 302


def test_somebody_who_may_no_longer_sign_in_is_out_at_once(user: User) -> None:
    client = Client()
    client.force_login(user)
    User.objects.update(is_active=False)
    assert client.get("/flags/").status_code == 302


def test_a_superuser_holds_no_seat_by_that(db: None) -> None:
    operator = make_user("op@sluice.example", is_superuser=True)
    assert is_operator(operator)
    assert not is_on_the_team(operator)
    assert not holds(operator, *Role)


@pytest.mark.parametrize(
    "told", ["9" * 5000, "[" * 5000, "{}", "[]", "null", '{"id": 1}', '{"id": "a", "response": {}}']
)
def test_what_no_security_key_says_is_refused_in_words(told: str, db: None) -> None:
    client = Client()
    client.get("/sign-in/passkey", headers={"X-Requested-With": "XMLHttpRequest"})
    answer = client.post("/sign-in/passkey", {"credential": told}, follow=True)
    assert "no answer of a security key" in answer.content.decode()
