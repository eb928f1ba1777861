"""Sessions: listed to their owner alone, and ended one by one or all at once."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import tasks
from accounts.models import Session, User
from accounts.models.session import device_name
from tests.accounts.codes import enter, set_up_app
from tests.make import make_user

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"


def sign_in(user: User) -> Client:
    client = Client(headers={"user-agent": FIREFOX})
    client.force_login(user)
    client.get("/account/")
    return client


@pytest.fixture
def user(db: None) -> User:
    return make_user("ada@sluice.example", password="correct horse")


def id_of(client: Client) -> uuid.UUID:
    named: uuid.UUID | None = Session.objects.get(session_key=client.session.session_key).public_id
    assert named
    return named


def test_a_sign_in_is_listed_with_its_device_and_address(user: User) -> None:
    secret = set_up_app(user)
    shown = enter(user, "correct horse", secret).get("/account/").content.decode()
    assert "127.0.0.1" in shown
    assert shown.count("this one") == 1


def test_one_session_is_ended_from_another(user: User) -> None:
    here, there = sign_in(user), sign_in(user)
    here.post(f"/account/sessions/{id_of(there)}/end")
    assert there.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200


def test_every_other_session_is_ended_at_once(user: User) -> None:
    here, *others = (sign_in(user) for _ in range(3))
    here.post("/account/sessions/end-others")
    assert [other.get("/account/").status_code for other in others] == [302, 302]
    assert here.get("/account/").status_code == 200


def test_nobody_ends_or_sees_another_s_session(user: User) -> None:
    theirs = sign_in(make_user("bob@sluice.example"))
    mine = sign_in(user)
    assert mine.post(f"/account/sessions/{id_of(theirs)}/end").status_code == 404
    assert str(id_of(theirs)) not in mine.get("/account/").content.decode()
    assert theirs.get("/account/").status_code == 200


def test_no_page_shows_the_key_of_a_session(user: User) -> None:
    client = sign_in(user)
    assert str(client.session.session_key) not in client.get("/account/").content.decode()


def test_somebody_who_has_not_finished_signing_in_has_no_session_listed(user: User) -> None:
    set_up_app(user)
    enter(user, "correct horse")
    assert not Session.objects.filter(user=user).exists()


def test_a_new_password_ends_the_other_sessions(user: User) -> None:
    here, there = sign_in(user), sign_in(user)
    new = {"oldpassword": "correct horse", "password1": "staple battery 9", "password2": "staple battery 9"}
    assert here.post("/account/password", new).status_code == 302
    assert there.get("/account/").status_code == 302


def test_reading_writes_nothing_for_five_minutes_and_then_once(user: User) -> None:
    client = sign_in(user)
    with CaptureQueriesContext(connection) as captured:
        client.get("/account/")
    assert not [query for query in captured if query["sql"].startswith("UPDATE")]
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        client.get("/account/")
    seen = Session.objects.get(session_key=client.session.session_key).seen_at
    assert seen
    assert seen > timezone.now() + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("agent", "name"),
    [(FIREFOX, "Firefox on Linux"), ("curl/8.5.0", "curl"), ("", "an unknown device")],
)
def test_a_device_is_named_in_words(agent: str, name: str) -> None:
    assert device_name(agent) == name


def test_the_beat_forgets_sessions_that_have_expired_and_no_others(db: None) -> None:
    user = make_user("ada@sluice.example")
    for _ in range(2):
        Client().force_login(user)
    old, new = Session.objects.order_by("expire_date")
    Session.objects.filter(pk=old.pk).update(expire_date=timezone.now() - timedelta(seconds=1))
    tasks.forget_old_sessions()
    assert list(Session.objects.all()) == [new]
    assert "accounts.tasks.forget_old_sessions" in {beat["task"] for beat in settings.CELERY_BEAT_SCHEDULE.values()}
