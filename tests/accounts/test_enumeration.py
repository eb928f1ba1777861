"""No page says whether an address has an account: not by its bytes, its status, its headers or its queries."""

import re

import pytest
from django.core import mail
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import letters
from accounts.models import Letter, User
from tests.accounts.codes import set_up_app
from tests.make import make_user

KNOWN, UNKNOWN, CLOSED, INVITED = (f"{name}@sluice.example" for name in ("ada", "bob", "eve", "ivy"))
ADDRESSES = (KNOWN, UNKNOWN, CLOSED, INVITED)


@pytest.fixture(autouse=True)
def user(db: None) -> User:
    make_user(INVITED)
    closed = make_user(CLOSED, password="correct horse")
    closed.is_active = False
    closed.save()
    known = make_user(KNOWN, password="correct horse")
    set_up_app(known)
    return known


def told(answer: object, address: str) -> tuple[int, str, dict[str, str]]:
    """Everything a stranger learns, with the address itself, the token's mask and the clock taken out."""
    assert isinstance(answer, HttpResponse)
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode()).replace(address, "")
    headers = {name: value for name, value in answer.headers.items() if name not in {"Set-Cookie", "Expires"}}
    return answer.status_code, text, headers


@pytest.mark.parametrize(("page", "field"), [("/sign-in", "login"), ("/password/forgotten", "address")])
def test_an_address_with_an_account_answers_like_one_without(page: str, field: str) -> None:
    answers, queries = [], []
    Client().post(page, {field: "warm@sluice.example", "password": "wrong"})
    for address in ADDRESSES:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            answers.append(told(Client().post(page, {field: address, "password": "wrong"}), address))
        queries.append(len(captured))
    assert all(answer == answers[0] for answer in answers)
    assert len(set(queries)) == 1


def test_a_closed_account_with_the_right_password_answers_like_a_wrong_one() -> None:
    answers = [
        told(Client().post("/sign-in", {"login": CLOSED, "password": word}), CLOSED)
        for word in ("correct horse", "wrong")
    ]
    assert answers[0] == answers[1]


def test_every_asked_address_is_a_letter_promised_and_only_an_account_gets_one(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    for address in ADDRESSES:
        Client().post("/password/forgotten", {"address": address})
    assert Letter.objects.count() == len(ADDRESSES)
    for pk in Letter.objects.values_list("pk", flat=True):
        letters.send(pk)
    assert [message.to for message in mail.outbox] == [[KNOWN]]
    assert not Letter.objects.exists()


@pytest.mark.parametrize("lookalike", ["\u0131vy@sluice.example", "ivy@\u017fluice.example"])
def test_an_address_that_only_looks_like_that_of_an_account_gets_no_link(lookalike: str) -> None:
    ivy = User.objects.get(email=INVITED)
    ivy.set_password("correct horse")
    ivy.save()
    Client().post("/password/forgotten", {"address": lookalike})
    letters.send(Letter.objects.get().pk)
    assert not mail.outbox


def test_the_link_in_the_mail_changes_the_password_once(user: User) -> None:
    letters.post(Letter.Kind.RESET, KNOWN)
    letters.send(Letter.objects.get().pk)
    link = re.search(r"http://localhost:8000(/password/\S+)", str(mail.outbox[0].body))
    assert link
    client = Client()
    form = client.get(link[1], follow=True).request["PATH_INFO"]
    new = {"new_password1": "staple battery 9", "new_password2": "staple battery 9"}
    assert client.post(form, new)["Location"] == "/sign-in"
    user.refresh_from_db()
    assert user.check_password("staple battery 9")
    assert "works no longer" in Client().get(link[1], follow=True).content.decode()


def test_a_new_password_opens_nothing_without_the_second_factor() -> None:
    letters.post(Letter.Kind.RESET, KNOWN)
    letters.send(Letter.objects.get().pk)
    link = re.search(r"http://localhost:8000(/password/\S+)", str(mail.outbox[0].body))
    assert link
    client = Client()
    form = client.get(link[1], follow=True).request["PATH_INFO"]
    client.post(form, {"new_password1": "staple battery 9", "new_password2": "staple battery 9"})
    assert client.get("/account/")["Location"].startswith("/sign-in")
    answer = client.post("/sign-in", {"login": KNOWN, "password": "staple battery 9"})
    assert answer["Location"] == "/sign-in/second-factor"


def test_the_link_is_never_built_on_a_request_s_host() -> None:
    Client(headers={"host": "127.0.0.1"}).post("/password/forgotten", {"address": KNOWN})
    letters.send(Letter.objects.get().pk)
    assert "http://localhost:8000/" in str(mail.outbox[0].body)


def test_a_letter_is_sent_once_though_the_bell_rings_twice() -> None:
    letters.post(Letter.Kind.RESET, KNOWN)
    pk = Letter.objects.get().pk
    letters.send(pk)
    letters.send(pk)
    assert len(mail.outbox) == 1
