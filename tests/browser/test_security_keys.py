"""Security keys in a real browser, with an authenticator that Chromium plays itself; and the pages of an account."""

import re
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.tokens import default_token_generator
from django.core.cache import cache
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from playwright.sync_api import Page, expect

from accounts import inviting
from accounts.models import Invitation, Role, User
from tests.accounts.codes import set_up_app
from tests.browser.conftest import Open
from tests.browser.looking import FORMS, follow, look_at, look_over, press
from tests.make import make_advisory, make_user

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"


@pytest.fixture
def user(transactional_db: None) -> User:
    # Counters of limits are in no table that the database's flush knows.
    cache.clear()
    return make_user("ada@sluice.example", Role.COORDINATOR, password=PASSWORD)


@pytest.fixture
def with_key(open_browser: Open) -> Callable[[], Page]:
    """A page of a browser that has a key at hand, which asks for its PIN and gets it."""

    def open_page() -> Page:
        page = open_browser().new_page()
        devtools = page.context.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return page

    return open_page


def type_password(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("Mail address").fill("ada@sluice.example")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")


def add_key(page: Page, *, passwordless: bool) -> None:
    type_password(page)
    follow(page, "Add a key")
    if passwordless:
        page.get_by_label("Passwordless").check()
    press(page, "Add it")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def sign_out(page: Page) -> None:
    page.locator("details.menu summary").click()
    press(page, "Sign out")


def test_a_key_is_set_up_and_asked_for_at_the_next_sign_in(user: User, with_key: Callable[[], Page]) -> None:
    page = with_key()
    add_key(page, passwordless=False)
    assert Authenticator.objects.filter(user=user, type="webauthn").count() == 1
    page.goto("/team/")
    expect(page.get_by_role("heading", name="The team")).to_be_visible()
    sign_out(page)
    type_password(page)
    page.get_by_role("button", name="Use a security key").click()
    expect(page).to_have_url(re.compile("/board/$"))
    page.goto("/team/")
    expect(page.get_by_role("heading", name="The team")).to_be_visible()


def test_a_passkey_signs_in_without_a_password(user: User, with_key: Callable[[], Page]) -> None:
    page = with_key()
    add_key(page, passwordless=True)
    sign_out(page)
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(re.compile("/board/$"))
    page.goto("/team/")
    expect(page.get_by_role("heading", name="The team")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), FORMS)
def test_every_page_of_the_account_is_accessible_and_fits(
    user: User, open_browser: Open, width: int, scheme: str
) -> None:
    number = make_advisory().number
    inviting.invite("ivy@sluice.example", by=user)
    context = open_browser(user, width=width, scheme=scheme)
    places = {"factors to set up": "/account/second-factor/", "app": "/account/second-factor/app"}
    wrong = {name: look_at(context.new_page(), address, name) for name, address in places.items()}
    set_up_app(user)
    places = {"account": "/account/", "factors": "/account/second-factor/", "team": "/team/"}
    places |= {"new codes": "/account/second-factor/codes/new", "no keys": "/account/second-factor/keys/"}
    places |= {"remove app": "/account/second-factor/app/remove", "add key": "/account/second-factor/keys/add"}
    places |= {"new password": "/account/password", "still you": "/account/confirm"}
    places |= {"still you by code": "/account/confirm/code", "seats": f"/advisories/{number}/seats/"}
    wrong |= {name: look_at(context.new_page(), address, name) for name, address in places.items()}
    codes = context.new_page()
    codes.goto("/account/second-factor/codes/new")
    press(codes, "Make them")
    wrong["codes"] = look_over(codes, "codes")
    assert {name: found for name, found in wrong.items() if found} == {}


@pytest.mark.parametrize(("width", "scheme"), FORMS)
def test_every_page_on_the_way_in_is_accessible_and_fits(
    user: User, open_browser: Open, width: int, scheme: str
) -> None:
    set_up_app(user)
    invited = inviting.invite("ivy@sluice.example", by=user)
    invitation = Invitation.objects.get(user=invited)
    reset = f"/password/{urlsafe_base64_encode(force_bytes(user.pk))}/{default_token_generator.make_token(user)}/"
    places = {"reset asked": "/password/asked", "reset": reset, "reset over": "/password/MQ/over/"}
    places |= {"forgotten": "/password/forgotten", "closed": "/sign-in/closed"}
    places |= {"invitation": f"/invitation/{invitation.token}", "invitation over": "/invitation/over"}
    page = open_browser(width=width, scheme=scheme).new_page()
    wrong = {name: look_at(page, address, name) for name, address in places.items()}
    type_password(page)
    wrong["code"] = look_over(page, "code")
    page.get_by_label("Code").fill("000000")
    press(page, "Go on")
    wrong["wrong code"] = look_over(page, "wrong code")
    assert {name: found for name, found in wrong.items() if found} == {}
