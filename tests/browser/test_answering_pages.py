"""What members answer, looked at in a real browser: filled, empty, with mistakes, wide and narrow, light and dark."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext

from accounts.models import Role, User
from advisories.models import Advisory, AskKind, CommentAudience, NoteAudience, Permission, Product, ReadinessStatus
from advisories.predisclosure import answering, promising
from advisories.predisclosure.answering import Told
from advisories.writing import commenting
from tests.advisories.predisclosure.told import predisclosed
from tests.browser.looking import FORMS, follow, look_at, press
from tests.make import make_contact, make_member, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., BrowserContext]


@pytest.fixture
def people() -> tuple[User, User]:
    """A contact who has answered, and one of the team."""
    first, second = make_member("Reservoir Linux"), make_member("Weir Cloud")
    contact = make_contact(first, "contact@reservoir.example")
    other = make_contact(second, "contact@weir.example")
    team = make_user("team@sluice.example", Role.SECURITY)
    advisory = predisclosed(number=40, title="Guests may overflow the event queue", deployment="Tell us when you do.")
    Permission.objects.create(advisory=advisory, position=1, subject="patches", reach="public", start="at-once")
    promising.catch_up(make_member("Silent Systems"))
    stable = Product.objects.create(organisation=first.organisation, name="Stable 12", builds_on="1.9")
    edge = Product.objects.create(organisation=first.organisation, name="Edge")
    Product.objects.create(organisation=first.organisation, name="Long-term 9", builds_on="1.7")
    cloud = Product.objects.create(organisation=second.organisation, name="Cloud", builds_on="2.1")
    answering.say(advisory.pk, stable, Told(ReadinessStatus.TESTED, tracking_id="RL-2041"), read=None, by=contact)
    told = Told(ReadinessStatus.NOT_AFFECTED, "The event driver is not built.", "RL-2042")
    answering.say(advisory.pk, edge, told, read=None, by=contact)
    told = Told(ReadinessStatus.PREPARED, note="The fix costs us 2 % on small guests.", told_to=NoteAudience.MEMBERS)
    answering.say(advisory.pk, cloud, told, read=None, by=other)
    wanted_at = timezone.now() + timedelta(days=20)
    reason = "Our fleet restarts once a fortnight."
    answering.ask(advisory.pk, second.organisation, AskKind.NOT_READY, wanted_at=wanted_at, reason=reason, by=other)
    _talk(advisory, contact, other, team)
    return contact, team


def _talk(advisory: Advisory, contact: User, other: User, team: User) -> None:
    one, two = (user.organisation_contacts.get().organisation for user in (contact, other))
    everyone, alone = CommentAudience.MEMBERS, CommentAudience.MEMBER
    commenting.write(advisory, "Does `1.7` need the prerequisite?", audience=alone, by=contact, organisation=one)
    commenting.write(advisory, "It does: see the verdicts.", audience=alone, by=team, organisation=one)
    files = [("numbers.txt", b"2 %")]
    commenting.write(advisory, "We measured **2 %**.", files, audience=everyone, by=other, organisation=two)


@pytest.mark.parametrize(("width", "scheme"), FORMS)
def test_pages_of_answers_hold_in_every_form(
    open_browser: Open, people: tuple[User, User], width: int, scheme: str
) -> None:
    contact, team = people
    product = Product.objects.get(name="Long-term 9")
    found: list[str] = []
    page = open_browser(contact, width=width, scheme=scheme).new_page()
    for name, address in (
        ("member-readiness", "/members/advisories/40/readiness"),
        ("member-readiness-form", f"/members/advisories/40/readiness/{product.pk}"),
        ("member-discussion", "/members/advisories/40/discussion"),
        ("member-products", "/members/products/"),
        ("member-desk-answers", "/members/desk/"),
        ("member-advisory-answers", "/members/advisories/40/"),
    ):
        found += [f"{name}: {one}" for one in look_at(page, address, name)]
    page = open_browser(team, width=width, scheme=scheme).new_page()
    for name, address in (
        ("members-answers", "/advisories/40/readiness"),
        ("permission-lines", "/advisories/40/deployment"),
        ("workspace-members", "/advisories/40/"),
    ):
        found += [f"{name}: {one}" for one in look_at(page, address, name)]
    assert not found


def test_empty_pages_and_mistakes_hold(open_browser: Open) -> None:
    contact = make_contact(make_member("Reservoir Linux"))
    predisclosed(number=40, title="Guests may overflow the event queue")
    page = open_browser(contact, width=390).new_page()
    found = look_at(page, "/members/products/", "member-products-empty")
    found += look_at(page, "/members/advisories/40/readiness", "member-readiness-empty")
    found += look_at(page, "/members/advisories/40/discussion", "member-discussion-empty")
    page.goto("/members/products/")
    page.get_by_label("Product").fill("Stable 12")
    press(page, "Add the product")
    page.goto("/members/advisories/40/readiness")
    follow(page, "Answer for Stable 12")
    page.get_by_label("How far are you?").select_option("not-affected")
    press(page, "Keep the answer")
    assert page.get_by_text("Say why it isn't affected").is_visible()
    page.get_by_label("Why it isn't affected").fill("That driver is not built.")
    press(page, "Keep the answer")
    assert page.get_by_text("Kept for Stable 12.").is_visible()
    assert not found
