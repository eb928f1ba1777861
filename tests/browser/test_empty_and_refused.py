"""Pages of an installation in which there is nothing yet, and pages that refuse."""

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from accounts.models import Role, User
from tests.browser.conftest import Open
from tests.browser.looking import FORMS, look_at, look_over, press
from tests.make import make_tree, make_user

pytestmark = pytest.mark.browser


@pytest.fixture
def coordinator(transactional_db: None) -> User:
    cache.clear()
    return make_user("cora@sluice.example", Role.COORDINATOR)


@pytest.mark.parametrize(("width", "scheme"), FORMS)
def test_nothing_yet_is_said_in_words(coordinator: User, open_browser: Open, width: int, scheme: str) -> None:
    places = {"home": "/", "board": "/board/", "advisories": "/advisories/", "trees": "/trees/"}
    own = {
        "flags": "/flags/",
        "triage": "/triage/",
        "letters": "/triage/letters/",
        "team": "/team/",
        "imports": "/imports/",
    }
    reader = open_browser(width=width, scheme=scheme).new_page()
    wrong = {name: look_at(reader, address, f"empty {name} for readers") for name, address in places.items()}
    page = open_browser(coordinator, width=width, scheme=scheme).new_page()
    wrong |= {f"own {name}": look_at(page, address, f"empty {name}") for name, address in (places | own).items()}
    make_tree()
    wrong["tree"] = look_at(page, "/trees/sluice/", "empty tree")
    wrong["take away"] = look_at(page, "/trees/sluice/remove", "take tree away")
    wrong["board of a tree"] = look_at(page, "/board/", "empty board of a tree")
    assert {name: found for name, found in wrong.items() if found} == {}


def post(page: Page, fields: int) -> None:
    """Send a form with so many fields and no token."""
    page.evaluate(
        """count => {
            const form = document.body.appendChild(document.createElement("form"));
            form.method = "post";
            form.action = "/password/forgotten";
            for (let i = 0; i < count; i++) form.append(document.createElement("input"));
            for (const input of form.elements) input.name = "field";
            form.submit();
        }""",
        fields,
    )


@pytest.mark.urls("tests.browser.broken_urls")
@pytest.mark.parametrize(("width", "scheme"), FORMS)
def test_every_refusal_is_a_page_with_a_way_on(coordinator: User, open_browser: Open, width: int, scheme: str) -> None:
    nobody = open_browser(make_user("nobody@sluice.example"), width=width, scheme=scheme).new_page()
    places = {"403": "/team/", "404": "/nothing", "405": "/team/seats/1/end", "500": "/broken"}
    wrong = {name: look_at(nobody, address, name) for name, address in places.items()}
    reader = open_browser(width=width, scheme=scheme).new_page()
    for name, fields, heading in (("400", 1500, "made no sense"), ("403 csrf", 1, "form")):
        reader.goto("/password/forgotten")
        post(reader, fields)
        expect(reader.get_by_role("heading", level=1)).to_contain_text(heading)
        wrong[name] = look_over(reader, name)
    for _ in range(20):
        reader.goto("/password/forgotten")
        reader.get_by_label("Mail address").fill("ada@sluice.example")
        press(reader, "Send the link")
    expect(reader.get_by_role("heading", level=1)).to_contain_text("Too many attempts")
    wrong["429"] = look_over(reader, "429")
    assert {name: found for name, found in wrong.items() if found} == {}
