"""Asked once more who one is: by password, by code, and with a way back."""

import time

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.core.cache import cache
from django.test import Client

from accounts.models import Role, User
from tests.accounts.codes import code_of, set_up_app
from tests.make import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    cache.clear()
    return make_user("ada@sluice.example", Role.SECURITY, password="correct horse battery")


@pytest.fixture
def signed_in_long_ago(client: Client, person: User) -> Client:
    client.force_login(person)
    session = client.session
    for record in session[AUTHENTICATION_METHODS_SESSION_KEY]:
        record["at"] = time.time() - 3600
    session.save()
    return client


@pytest.mark.parametrize("address", ["/account/confirm", "/account/confirm/code"])
def test_whoever_is_asked_once_more_may_leave_it(signed_in_long_ago: Client, person: User, address: str) -> None:
    set_up_app(person)
    page = signed_in_long_ago.get(address).text
    assert 'href="/account/second-factor/"' in page
    assert "placeholder" not in page


def test_the_password_once_more_opens_what_was_asked_for(signed_in_long_ago: Client) -> None:
    wanted = "/account/second-factor/app"
    asked = signed_in_long_ago.get(wanted)
    assert asked.status_code == 302
    page = signed_in_long_ago.get(asked["Location"])
    assert "csrfmiddlewaretoken" in page.text
    answer = signed_in_long_ago.post(asked["Location"], {"password": "correct horse battery", "next": wanted})
    assert answer["Location"] == wanted


def test_a_code_will_do_instead_of_the_password(signed_in_long_ago: Client, person: User) -> None:
    secret = set_up_app(person)
    wanted = "/account/second-factor/codes/new"
    answer = signed_in_long_ago.post("/account/confirm/code", {"code": code_of(secret), "next": wanted})
    assert answer["Location"] == wanted


def test_a_new_password_is_asked_for_in_our_words(client: Client, person: User) -> None:
    client.force_login(person)
    page = client.get("/account/password").text
    assert "New password, again" in page
    assert "placeholder" not in page
