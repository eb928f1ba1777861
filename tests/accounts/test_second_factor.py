"""Nothing under embargo without a second factor: setting one up, showing it, losing it."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.test import Client

from accounts.models import Role, User
from advisories.lifecycle import State
from tests.accounts.codes import code_of, enter, set_up_app
from tests.make import make_advisory, make_user

PASSWORD = "correct horse battery"
OWN_PAGES = (
    *("/account/", "/account/second-factor/", "/account/second-factor/codes", "/account/second-factor/keys/"),
    *("/account/second-factor/codes/new", "/account/second-factor/keys/add", "/account/password", "/team/"),
)


@pytest.fixture
def user(db: None) -> User:
    make_advisory(number=7, state=State.READY, title="Hidden words")
    return make_user("ada@sluice.example", Role.SECURITY, password=PASSWORD)


def test_a_password_alone_shows_what_the_public_sees(user: User) -> None:
    client = enter(user, PASSWORD)
    assert client.get("/advisories/7/").status_code == 404
    assert "Hidden words" not in client.get("/advisories/").content.decode()


def test_a_password_alone_says_why_so_little_is_shown(user: User) -> None:
    assert "You see what everyone sees" in enter(user, PASSWORD).get("/advisories/").content.decode()


def test_no_page_rendered_for_a_half_open_session_may_be_kept(user: User) -> None:
    assert "no-store" in enter(user, PASSWORD).get("/advisories/")["Cache-Control"]


def test_a_code_opens_what_a_seat_opens(user: User) -> None:
    client = enter(user, PASSWORD, set_up_app(user))
    assert "Hidden words" in client.get("/advisories/7/").content.decode()


def test_a_page_for_the_team_leads_to_setting_one_up_and_back(user: User) -> None:
    client = enter(user, PASSWORD)
    assert client.get("/flags/")["Location"] == "/account/second-factor/"
    secret = client.get("/account/second-factor/app").context["form"].secret
    answer = client.post("/account/second-factor/app", {"code": code_of(secret)})
    assert answer["Location"] == "/account/second-factor/codes"
    assert 'href="/flags/"' in client.get(answer["Location"]).content.decode()
    assert client.get("/flags/").status_code == 200


def test_a_wrong_code_sets_up_nothing(user: User) -> None:
    client = enter(user, PASSWORD)
    client.get("/account/second-factor/app")
    client.post("/account/second-factor/app", {"code": "000000"})
    assert not Authenticator.objects.exists()
    assert client.get("/advisories/7/").status_code == 404


def test_a_code_works_once(user: User) -> None:
    secret = set_up_app(user)
    code, first, second = code_of(secret), Client(), Client()
    for client in (first, second):
        client.post("/sign-in", {"login": user.email, "password": PASSWORD})
        client.post("/sign-in/second-factor", {"code": code})
    assert first.get("/advisories/7/").status_code == 200
    assert second.get("/advisories/7/").status_code == 404


def test_a_half_open_session_ends_once_a_factor_was_set_up_elsewhere(user: User) -> None:
    client = enter(user, PASSWORD)
    set_up_app(user)
    assert client.get("/account/second-factor/app")["Location"] == "/sign-in"
    assert client.get("/account/")["Location"].startswith("/sign-in")


def test_a_recovery_code_stands_in_for_the_app(user: User) -> None:
    client = enter(user, PASSWORD, set_up_app(user))
    client.post("/account/second-factor/codes/new")
    code = client.get("/account/second-factor/codes").context["unused_codes"][0]
    other = Client()
    other.post("/sign-in", {"login": user.email, "password": PASSWORD})
    other.post("/sign-in/second-factor", {"code": code})
    assert other.get("/advisories/7/").status_code == 200


def test_the_last_factor_is_not_removed(user: User) -> None:
    client = enter(user, PASSWORD, set_up_app(user))
    assert "only second factor" in client.get("/account/second-factor/app/remove").content.decode()
    client.post("/account/second-factor/app/remove")
    assert Authenticator.objects.filter(type="totp").exists()


def test_factors_change_only_after_showing_oneself_again(user: User) -> None:
    client = enter(user, PASSWORD, set_up_app(user))
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 600
    session.save()
    asked = client.get("/account/second-factor/keys/add")
    assert asked["Location"] == "/account/confirm?next=%2Faccount%2Fsecond-factor%2Fkeys%2Fadd"
    assert client.post(asked["Location"], {"password": "wrong"}).status_code == 200
    answer = client.post(asked["Location"], {"password": PASSWORD})
    assert answer["Location"] == "/account/second-factor/keys/add"
    assert client.get(answer["Location"]).status_code == 200


def test_the_database_alone_makes_no_codes(user: User) -> None:
    secret = set_up_app(user)
    assert secret not in str(Authenticator.objects.get().data)


def test_whoever_lost_everything_is_helped_from_the_console(user: User) -> None:
    client = enter(user, PASSWORD, set_up_app(user))
    call_command("forget_second_factor", user.email)
    assert client.get("/advisories/7/").status_code == 404
    assert enter(user, PASSWORD).get("/flags/")["Location"] == "/account/second-factor/"


@pytest.mark.parametrize("page", OWN_PAGES)
def test_pages_of_the_account_carry_no_inline_script_or_style(user: User, page: str) -> None:
    client = enter(user, PASSWORD, set_up_app(user))
    client.post("/account/second-factor/codes/new")
    answer = client.get(page)
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert "style=" not in shown
    assert "onclick" not in shown
    inline = [tag for tag in shown.split("<script")[1:] if "src=" not in tag.split(">")[0]]
    assert all('type="application/json"' in tag.split(">")[0] for tag in inline)


def test_nobody_signs_up(db: None) -> None:
    assert {Client().get(page).status_code for page in ("/signup", "/accounts/signup/", "/sign-up")} == {404}
