"""Security keys in a real browser, with an authenticator that Chromium plays itself; and the pages of an account."""

import re
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from playwright.sync_api import Page, expect

from accounts import inviting
from accounts.models import Role, User
from tests.accounts.codes import set_up_app
from tests.browser.conftest import Open
from tests.browser.test_pages import look_at
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
    page.get_by_role("button", name="Sign in", exact=True).click()


def add_key(page: Page, *, passwordless: bool) -> None:
    type_password(page)
    page.get_by_role("link", name="Add a key").click()
    if passwordless:
        page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def sign_out(page: Page) -> None:
    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Sign out").click()


def test_a_key_is_set_up_and_asked_for_at_the_next_sign_in(user: User, with_key: Callable[[], Page]) -> None:
    page = with_key()
    add_key(page, passwordless=False)
    assert Authenticator.objects.filter(user=user, type="webauthn").count() == 1
    page.goto("/team/")
    expect(page.get_by_role("heading", name="The team")).to_be_visible()
    sign_out(page)
    type_password(page)
    page.get_by_role("button", name="Use a security key").click()
    expect(page).to_have_url(re.compile("/board$"))
    page.goto("/team/")
    expect(page.get_by_role("heading", name="The team")).to_be_visible()


def test_a_passkey_signs_in_without_a_password(user: User, with_key: Callable[[], Page]) -> None:
    page = with_key()
    add_key(page, passwordless=True)
    sign_out(page)
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(re.compile("/board$"))
    page.goto("/team/")
    expect(page.get_by_role("heading", name="The team")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_every_page_of_the_account_is_accessible_and_fits(
    user: User, open_browser: Open, width: int, scheme: str
) -> None:
    number = make_advisory().number
    inviting.invite("ivy@sluice.example", by=user)
    context = open_browser(user, width=width, scheme=scheme)
    addresses = ["/account/second-factor/", "/account/second-factor/app"]
    wrong = {address: look_at(context.new_page(), address) for address in addresses}
    set_up_app(user)
    addresses = ["/account/", "/account/second-factor/", "/account/second-factor/codes/new", "/team/"]
    addresses += ["/account/second-factor/app/remove", "/account/second-factor/keys/", "/account/password"]
    addresses += ["/account/second-factor/keys/add", f"/advisories/{number}/seats/"]
    wrong |= {address: look_at(context.new_page(), address) for address in addresses}
    stranger = open_browser(width=width, scheme=scheme)
    wrong |= {address: look_at(stranger.new_page(), address) for address in ("/sign-in", "/password/forgotten")}
    assert {address: found for address, found in wrong.items() if found} == {}
