"""What contacts of members see, in a real browser: accessible, within its width, and usable without scripts."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from advisories.affected import Status
from advisories.lifecycle import State
from advisories.models import Affected, Membership
from advisories.predisclosure import reading
from tests.advisories.predisclosure.told import make_batch, predisclosed, revised
from tests.api.asking import make_token
from tests.browser.conftest import Open
from tests.browser.looking import look_at, press
from tests.make import make_advisory, make_contact, make_member, make_publication

pytestmark = pytest.mark.browser

TEXT = "A guest that unmaps a grant twice frees a page that another guest still writes to.\n\n* It needs no privilege."


@pytest.fixture
def member(transactional_db: None) -> Membership:
    return make_member()


@pytest.fixture
def contact(member: Membership) -> User:
    """Somebody with a release of two ahead, one alone, one public, and tokens."""
    contact = make_contact(member, "ada@reservoir-linux.example")
    batch = make_batch(make_advisory(state=State.READY), days=9)
    advisory = make_advisory(
        number=41, state=State.PREDISCLOSED, title="A mapping of a grant outlives its domain", description=TEXT,
        impact="A guest may write to another guest's memory.", notes="Do not put it on a public mirror.",
    )  # fmt: skip
    Affected.objects.create(
        advisory=advisory, position=1, tree="sluice", ranges="1.0.0 to 1.0.7", status=Status.AFFECTED
    )
    predisclosed(advisory, batch=batch)
    predisclosed(number=42, title="A queue of events overflows", batch=batch)
    reading.acknowledge(41, by=contact)
    reading.note_looked(contact, 41)
    revised(advisory, f"{TEXT}\n* It needs a second guest.", batch)
    predisclosed(number=43, title="An emulated disk reads past its end")
    make_publication(predisclosed(number=44, title="A timer never fires"), timezone.now() - timedelta(days=2))
    make_token(contact, member)
    return contact


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark"), (390, "light"), (1440, "dark")])
def test_every_page_for_members_is_accessible_and_fits(
    contact: User, open_browser: Open, width: int, scheme: str
) -> None:
    browser = open_browser(contact, width=width, scheme=scheme)
    token = contact.tokens.get()
    pages = {
        "desk": "/members/desk/",
        "advisory": "/members/advisories/41/",
        "earlier": "/members/advisories/41/v1/",
        "public": "/members/advisories/44/",
        "patch": "/members/advisories/41/v2/patches/1.patch/lines",
        "tokens": "/members/tokens/",
        "token form": "/members/tokens/new",
        "token revoke": f"/members/tokens/{token.pk}/revoke",
        "api": "/api/v1/docs/",
    }
    for called, address in pages.items():
        assert look_at(browser.new_page(), address, f"members {called}") == [], called
    newcomer = open_browser(make_contact(make_member("Weir Hosting")), width=width, scheme=scheme)
    for called, address in (("desk empty", "/members/desk/"), ("tokens empty", "/members/tokens/")):
        assert look_at(newcomer.new_page(), address, f"members {called}") == [], called


def test_a_token_is_made_and_an_advisory_acknowledged_without_scripts(contact: User, open_browser: Open) -> None:
    page = open_browser(contact, scripts=False).new_page()
    page.goto("/members/tokens/new")
    page.get_by_label("What will hold it").fill("Feed reader")
    page.get_by_label("Feed and calendar").check()
    press(page, "Make it")
    expect(page.get_by_role("heading", name="Keep it now")).to_be_visible()
    expect(page.get_by_text("/advisories.atom")).to_be_visible()
    page.goto("/members/advisories/43/")
    press(page, "Say that it has arrived")
    expect(page.get_by_text("Thank you: the team sees that it has arrived.")).to_be_visible()
