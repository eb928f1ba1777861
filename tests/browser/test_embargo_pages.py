"""The pages of a negotiation in a real browser: accessible, within their width, and usable without scripts."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Role, User
from advisories.calendar.clocks import FixedEnd
from advisories.embargo import negotiating, outside_clocks
from advisories.embargo.negotiating import End
from advisories.embargo.outside_clocks import Began, Confirmed
from advisories.lifecycle import State
from advisories.models import Advisory, Consent, DoorKind, Embargo, Party, Proposal, Report, ReportDoor
from advisories.policy import Policy
from tests.browser.conftest import Open
from tests.browser.looking import follow, look_at, press
from tests.make import make_accepted_report, make_advisory, make_embargo, make_guest, make_user

pytestmark = pytest.mark.browser

DAY = timedelta(days=1)


@pytest.fixture
def person(transactional_db: None) -> User:
    return make_user("security@sluice.example", Role.SECURITY)


@pytest.fixture
def advisory(person: User) -> Advisory:
    make_advisory(number=62, state=State.DRAFTING, title="Nothing is agreed here")
    return make_advisory(number=61, state=State.READY, title="A mapping of a grant outlives its domain")


@pytest.fixture
def guest(advisory: Advisory) -> User:
    return make_guest(advisory)


@pytest.fixture
def report(advisory: Advisory, guest: User, person: User) -> Report:
    """A negotiation with something of everything."""
    found = make_accepted_report(advisory, person)
    now = timezone.now()
    make_embargo(advisory, person, 10)
    outside_clocks.start(advisory, "linux-distros", Began(now - 12 * DAY, note="Posted by a distribution."), by=person)
    outside_clocks.start(advisory, "ninety-days", Began(now - 20 * DAY), by=person)
    outside_clocks.fix(advisory, FixedEnd("A hardware vendor", now + 30 * DAY, "their mail"), by=person)
    end = End(now + 25 * DAY, "Asia/Tokyo", "The microcode is late.")
    broken = outside_clocks.broken_by(Embargo.of(advisory).clocks.running(), end.at, Policy("SSA"))
    confirmed = Confirmed.covering(broken, "The list was asked.")
    longer = negotiating.propose(advisory, end, party=Party.guest(guest), confirmed=confirmed)
    wish = End(now + 18 * DAY, "UTC", "I give a talk.")
    negotiating.propose(advisory, wish, party=Party.finder(found), instead_of=longer)
    return found


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark"), (390, "light"), (1440, "dark")])
def test_every_page_of_a_negotiation_is_accessible_and_fits(
    person: User, guest: User, report: Report, open_browser: Open, width: int, scheme: str
) -> None:
    shortest = Proposal.objects.open()[0]
    team, visitor = open_browser(person, width=width, scheme=scheme), open_browser(guest, width=width, scheme=scheme)
    finder = open_browser(width=width, scheme=scheme)
    token = ReportDoor.open_for(report, DoorKind.PAGE)
    assert look_at(team.new_page(), "/advisories/61/embargo/", "embargo of the team") == []
    assert look_at(team.new_page(), "/advisories/62/embargo/", "embargo empty") == []
    assert look_at(team.new_page(), f"/advisories/61/embargo/proposals/{shortest.pk}/accept", "embargo agree") == []
    assert look_at(visitor.new_page(), "/advisories/61/embargo/", "embargo of a guest") == []
    assert look_at(finder.new_page(), f"/report/{token}/", "embargo of a finder") == []


def test_a_date_is_proposed_confirmed_and_agreed_without_scripts(
    person: User, advisory: Advisory, open_browser: Open
) -> None:
    outside_clocks.start(advisory, "linux-distros", Began(timezone.now() - 5 * DAY), by=person)
    page = open_browser(person, scripts=False).new_page()
    page.goto("/advisories/61/embargo/")
    page.get_by_label("Date").first.fill(f"{timezone.now() + 20 * DAY:%Y-%m-%d}")
    press(page, "Propose")
    expect(page.get_by_text("Nothing is saved yet")).to_be_visible()
    for step in ("Propose it all the same", "Agree on it all the same"):
        page.get_by_label("linux-distros list").check()
        page.get_by_label("Why this date all the same").fill("They granted an exception.")
        press(page, step)
        if step.startswith("Propose"):
            follow(page, "Agree on it…")
    assert Embargo.of(advisory).is_in_force


def test_a_finder_consents_without_scripts(person: User, report: Report, open_browser: Open) -> None:
    page = open_browser(scripts=False).new_page()
    page.goto(f"/report/{ReportDoor.open_for(report, DoorKind.PAGE)}/")
    press(page, "I agree")
    expect(page.get_by_text("Agreed", exact=True)).to_be_visible()
    assert Consent.objects.get(report=report).standing == "signatory"
