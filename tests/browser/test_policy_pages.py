"""The pages of policy and calendar in a real browser: accessible, within their width, and usable without scripts."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Role, User
from advisories import policies
from advisories.lifecycle import State
from advisories.policy import Announced, Blackout, Cadence, Policy
from advisories.release import scheduling
from tests.advisories.release.test_planning import released
from tests.browser.conftest import Open
from tests.browser.looking import look_at, press
from tests.make import make_advisory, make_user

pytestmark = pytest.mark.browser

POLICY = Policy(
    "SSA", zone="Europe/London", cadence=Cadence(2, date(2026, 1, 6)), countries=("GB", "DE-BY"),
    blackouts=(Blackout("End of the year", date(2026, 12, 21), date(2027, 1, 3)),), announced=frozenset(Announced),
)  # fmt: skip


@pytest.fixture
def coordinator(transactional_db: None) -> User:
    person = make_user("coordinator@sluice.example", Role.COORDINATOR)
    released(20, moved_by=3, number=2)
    scheduling.plan([make_advisory(state=State.READY)], timezone.now() + timedelta(days=5), by=person, name="A batch")
    policies.change(POLICY, based_on=0, by=person, why="We agreed on every second Tuesday.")
    return person


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_every_page_of_policy_and_calendar_is_accessible_and_fits(
    coordinator: User, open_browser: Open, width: int, scheme: str
) -> None:
    context = open_browser(coordinator, width=width, scheme=scheme)
    for address in (
        "/policy/",
        "/policy/change",
        "/policy/history/",
        "/policy/history/1/",
        "/calendar/",
        "/calendar/record/",
    ):
        assert look_at(context.new_page(), address) == [], address


def test_the_policy_is_changed_without_scripts(coordinator: User, open_browser: Open) -> None:
    page = open_browser(coordinator, scripts=False).new_page()
    page.goto("/policy/change")
    page.get_by_label("Approvals of a release").fill("3")
    page.get_by_label("Why it changes").fill("Three see more than two.")
    press(page, "See what it changes")
    expect(page.get_by_text("3 members of the team")).to_be_visible()
    press(page, "Save: let it hold from now on")
    expect(page.get_by_role("heading", name="Version 2")).to_be_visible()
    assert policies.current_policy().quorum == 3
