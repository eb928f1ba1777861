"""The pages of the pre-disclosure list in a real browser: accessible, within their width, usable without scripts."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, expect

from accounts.models import Role, User
from advisories import policies
from advisories.models import Application, MemberKey, Membership, MembershipState
from advisories.policy import Policy
from advisories.predisclosure import deciding, keeping_from
from tests.advisories.predisclosure.applying import filled, public_key
from tests.advisories.predisclosure.told import predisclosed
from tests.browser.conftest import Open
from tests.browser.looking import FORMS, follow, look_at, look_over, press
from tests.make import make_contact, make_member, make_user

pytestmark = pytest.mark.browser


@pytest.fixture
def coordinator(transactional_db: None) -> User:
    """Some members of every kind, one application that waits, one that lacks something."""
    person = make_user("coordinator@sluice.example", Role.COORDINATOR)
    policies.change(Policy("SSA", lists_members=True), based_on=0, by=person, why="Everyone may know.")
    now = timezone.now()
    member = make_member(terms_version=1, terms_accepted_at=now)
    make_contact(member, "grace@reservoir.example")
    ending = now + timedelta(days=20)
    MemberKey.objects.create(
        organisation=member.organisation, certificate=public_key(), fingerprint="A" * 40, expires_at=ending
    )
    make_member("Weir BSD", confirmed_at=now - timedelta(days=400))
    make_member("Lock Hosting", MembershipState.SUSPENDED)
    advisory = predisclosed()
    keeping_from.keep(advisory, [member.organisation], "Its owner wants a narrower circle.", by=person)
    client = Client()
    client.post("/members/apply/", filled(draft="ab" * 20))
    client.post("/members/apply/", filled(name="Sluice Works", key="", accepts_terms=None, draft="cd" * 20))
    return person


def addresses() -> dict[str, str]:
    """What there is to look at, by what it is called in the gallery."""
    waiting = Application.objects.get(state="applied")
    member = Membership.objects.get(organisation__name="Reservoir Linux")
    suspended = Membership.objects.get(state=MembershipState.SUSPENDED)
    return {
        "members": "/members/",
        "apply": "/members/apply/",
        "application waiting": f"/members/apply/{'ab' * 20}/",
        "application incomplete": f"/members/apply/{'cd' * 20}/",
        "withdraw": f"/members/apply/{'ab' * 20}/withdraw",
        "queue": "/members/team/",
        "judge": waiting.get_absolute_url(),
        "accept": f"{waiting.get_absolute_url()}accept",
        "organisation": f"/members/organisation/{member.organisation_id}/",
        "suspend": f"/members/team/members/{member.pk}/suspend",
        "remove": f"/members/team/members/{member.pk}/remove",
        "resume": f"/members/team/members/{suspended.pk}/resume",
        "merge": f"/members/team/members/{member.organisation_id}/merge/",
        "kept from": "/members/team/advisories/1/kept-from/",
        "policy": "/policy/change",
    }


@pytest.mark.parametrize(("width", "scheme"), FORMS)
def test_every_page_of_joining_is_accessible_and_fits(
    coordinator: User, open_browser: Open, width: int, scheme: str
) -> None:
    context = open_browser(coordinator, width=width, scheme=scheme)
    for called, address in addresses().items():
        assert look_at(context.new_page(), address, f"joining {called}") == [], address
    assert refused(context) == []


def refused(context: BrowserContext) -> list[str]:
    """What is wrong with the form as it comes back."""
    page = context.new_page()
    page.goto("/members/apply/")
    page.get_by_label("Role address").fill("ada.weir@weir.example")
    page.get_by_label("OpenPGP key").fill("not a key")
    press(page, "Send the application")
    return look_over(page, "joining refused")


def test_an_organisation_applies_and_is_accepted_without_scripts(coordinator: User, open_browser: Open) -> None:
    page = open_browser(scripts=False).new_page()
    page.goto("/members/")
    follow(page, "Apply")
    page.get_by_label("Name of the organisation").fill("Penstock BSD")
    page.get_by_label("Your mail address").fill("ada@penstock-bsd.example")
    press(page, "Send the application")
    expect(page.get_by_role("heading", name="What is missing")).to_be_visible()
    for name, value in filled(name="Penstock BSD", contact_address="ada@penstock-bsd.example").items():
        if name not in ("accepts_terms", "wants_listing"):
            page.locator(f"[name={name}]").fill(value)
    page.get_by_label("We have read the terms and accept them").check()
    press(page, "Keep it, and hand it in if nothing is missing")
    expect(page.get_by_text("The team looks at it")).to_be_visible()
    deciding.ask(Application.objects.get(name="Penstock BSD"), "Which hosts?", by=coordinator)
    team = open_browser(coordinator, scripts=False).new_page()
    page.reload()
    expect(page.get_by_text("Which hosts?")).to_be_visible()
    page.get_by_label("Your answer to the team").fill("All of them.")
    press(page, "Keep it, and hand it in if nothing is missing")
    team.goto("/members/team/")
    follow(team, "Penstock BSD")
    expect(team.get_by_text("All of them.")).to_be_visible()
    follow(team, "Accept")
    team.get_by_label("Why").fill("It qualifies.")
    team.get_by_label("Not yet").check()
    press(team, "Accept it")
    expect(team.get_by_role("heading", name="Penstock BSD", exact=True)).to_be_visible()
