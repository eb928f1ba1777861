"""A team of three from the first letter to the second issue, through the site; workers come by when they are called."""

import re
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from django.db.models import F
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Role, User
from advisories.models import Advisory, Arming, Batch, Finder, Proposal, Publication, Report, Tiding, What
from advisories.release import publishing, sealing
from advisories.release.batching import BatchState
from advisories.reporting import incoming
from releases.models import Branch, Series, Tree
from tests.advisories.release.test_releasing import SECTIONS
from tests.browser.conftest import Open
from tests.browser.looking import look_over
from tests.make import checked, fetched, make_guest, make_user
from tests.walk.scene import SAFE, SAFER

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]

DAY = timedelta(days=1)


@dataclass
class Walker:
    """Somebody at a browser; every page they come to is looked over."""

    page: Page

    def go(self, address: str) -> Page:
        self.page.goto(address)
        assert look_over(self.page) == [], self.page.url
        return self.page

    def press(self, name: str) -> Page:
        """Press the button of that name, and look over the page that follows."""
        with self.page.expect_navigation():
            self.page.locator("main").get_by_role("button", name=name, exact=True).first.click()
        assert look_over(self.page) == [], self.page.url
        return self.page

    def fill(self, **told: str) -> None:
        """Fill fields by their names, opening what is folded around them."""
        for name, text in told.items():
            field = self.page.locator(f"main [name={name}]:not([type=hidden])").first
            field.evaluate("one => { const fold = one.closest('details'); if (fold) fold.open = true; }")
            if field.evaluate("one => one.tagName") == "SELECT":
                field.select_option(text)
            else:
                field.fill(text)

    def fill_when(self, at: datetime, day: str) -> None:
        self.fill(**{day: f"{at:%Y-%m-%d}", "time": f"{at:%H:%M}", "zone": "UTC"})


@pytest.fixture
def branch(tree: Tree) -> Branch:
    return fetched(tree)


@pytest.fixture
def people(transactional_db: None) -> list[User]:
    return [make_user(f"{name}@sluice.example", Role.SECURITY) for name in ("writer", "second", "third")]


def a_letter_comes() -> Report:
    letter = EmailMessage()
    letter["From"], letter["To"] = "Ada Finder <ada@research.example>", "security@localhost"
    letter["Subject"], letter["Message-ID"] = "Event queue overflows", "<1@research.example>"
    letter.set_content("A guest writes too far.")
    report = incoming.receive(letter.as_bytes()).report
    assert report is not None
    return report


def triaged_and_written(writer: Walker, report: Report) -> Advisory:
    writer.go("/triage/")
    writer.go(f"/triage/{report.reference}/")
    writer.press("Take it")
    writer.go(f"/triage/{report.reference}/draft")
    writer.press("Take the number")
    Finder.objects.filter(report=report).update(credit="named")
    advisory = Advisory.objects.get()
    writer.go(f"/advisories/{advisory.number}/edit")
    writer.fill(**SECTIONS, deployment="Nothing before the date.")
    writer.press("Keep the text")
    return advisory


def uploaded(writer: Walker, address: str, patch: bytes, branch: Branch) -> None:
    writer.go(address)
    if writer.page.locator("[name=branches]").count():
        writer.page.locator("[name=branches]").first.check()
    writer.page.locator("[name=patch_files]").set_input_files(
        {"name": "1.patch", "mimeType": "text/x-diff", "buffer": patch}
    )
    writer.press("Upload and try it")
    checked(branch)
    shown = writer.go(f"/series/{Series.objects.get().pk}/")
    expect(shown.locator("main")).to_contain_text(re.compile("applies", re.IGNORECASE))
    writer.go("/board/")


def agreed_on(writer: Walker, advisory: Advisory, at: datetime) -> None:
    address = f"/advisories/{advisory.number}/embargo/"
    writer.go(address)
    writer.fill_when(at, "date")
    writer.press("Propose")
    writer.go(f"{address}proposals/{Proposal.objects.open().get().pk}/accept")
    writer.press("Agree on it")


def approved(walker: Walker, batch: Batch) -> None:
    walker.go(f"/desk/{batch.pk}/approve")
    walker.press("I have looked at all of it: approve")


def test_a_team_of_three_walks_from_a_letter_to_the_second_issue(
    open_browser: Open, branch: Branch, people: list[User]
) -> None:
    writer, second, third = (Walker(open_browser(person).new_page()) for person in people)
    reader = Walker(open_browser().new_page())
    advisory = triaged_and_written(writer, a_letter_comes())
    uploaded(writer, f"/advisories/{advisory.number}/series/add", SAFE, branch)
    make_guest(advisory)

    at = (timezone.now() + 30 * DAY).replace(second=0, microsecond=0)
    agreed_on(writer, advisory, at)
    writer.go("/desk/plan")
    writer.page.locator("[name=advisories]").first.check()
    writer.fill_when(at, "day")
    writer.press("Plan it")
    batch = Batch.objects.get()
    writer.go(f"/desk/{batch.pk}/freeze")
    writer.press("Freeze")
    sealing.seal_waiting()
    writer.go(f"/desk/{batch.pk}/pre-disclose")
    writer.press("Pre-disclose")
    assert Tiding.objects.filter(what=What.PREDISCLOSED).exists()

    uploaded(writer, f"/series/{Series.objects.get().pk}/revise", SAFER, branch)
    writer.go(f"/desk/{batch.pk}/freeze")
    writer.fill(reason="added-patch", changes="The patch was too small.")
    writer.press("Freeze")
    sealing.seal_waiting()
    writer.go(f"/advisories/{advisory.number}/v2")

    later = at + DAY
    agreed_on(writer, advisory, later)
    writer.go(f"/desk/{batch.pk}/move")
    writer.fill_when(later, "day")
    writer.fill(reason="A partner asked.")
    writer.press("Move it")
    writer.go(f"/advisories/releases/{batch.pk}/rehearsal/")
    approved(second, batch)
    approved(third, batch)
    batch.refresh_from_db()
    assert batch.state == BatchState.ARMED

    soon = timezone.now() + timedelta(seconds=6)
    Arming.objects.in_force().update(public_at=soon)
    Publication.objects.coming().update(public_at=soon)
    page = f"/advisories/{advisory.number}/"
    reader.page.goto(page)
    expect(reader.page.locator("main")).not_to_contain_text("It overflows.")
    time.sleep(max(0.0, (soon - timezone.now()).total_seconds()) + 0.2)
    expect(reader.go(page).locator("main")).to_contain_text("It overflows.")
    assert publishing.release_due() == 1
    second.go(f"/desk/{batch.pk}/")
    second.go("/desk/")

    writer.go(f"/advisories/{advisory.number}/edit")
    writer.fill(impact="Larger than we thought.")
    writer.press("Keep the text")
    writer.go("/desk/plan")
    writer.page.locator("[name=advisories]").first.check()
    writer.fill_when(timezone.now() + DAY, "day")
    writer.press("Plan it")
    again = Batch.objects.latest("pk")
    writer.go(f"/desk/{again.pk}/freeze")
    writer.fill(reason="wrong-data", changes="The impact was wrong.")
    writer.press("Freeze")
    sealing.seal_waiting()
    approved(second, again)
    approved(third, again)
    expect(reader.go(page).locator("main")).not_to_contain_text("Larger than we thought.")
    Arming.objects.in_force().filter(batch=again).update(public_at=F("armed_at"))
    Publication.objects.coming().update(public_at=timezone.now())
    # What the browser kept is good for a minute: somebody else comes, who has kept nothing.
    expect(reader.go(f"{page}?first").locator("main")).to_contain_text("Larger than we thought.")
    assert publishing.release_due() == 1
    assert Tiding.objects.filter(what=What.REISSUED).exists()
