"""What everyone sees in a real browser: accessible, within its width, printed whole, and usable without scripts."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from advisories.affected import Needs, Status
from advisories.lifecycle import State
from advisories.models import Advisory, Affected, Identifier, Standing, Tag, Vector
from advisories.release import publishing, sealing
from tests.advisories.test_public_pages import VECTOR, fixes
from tests.browser.conftest import Open
from tests.browser.looking import FORMS, follow, look_at, press
from tests.make import make_advisory

pytestmark = pytest.mark.browser

LOW = "CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:L/I:N/A:N"
TEXT = """The queue between a guest and its back end has room for eight entries. Nothing checks how many a guest asks
for, so that a guest which asks for nine writes past its end, into whatever the allocator put there. The check was
lost when `queue_resize()` was taken apart.

The same holds for:

- rings that were grown after they were mapped,
- rings of **suspended** guests, until they are resumed.

```c
if ( n > QUEUE_ENTRIES )        /* a_rather_long_line_that_has_to_scroll_within_its_box_instead_of_widening_the_page */
    return -EINVAL;
```
"""


@pytest.fixture
def archive(transactional_db: None) -> Advisory:
    """A dozen published advisories, the last with everything that a page can show."""
    for number in range(1, 12):
        made = make_advisory(number=number, title=f"Guests may overflow queue {number}", state=State.DRAFTING)
        if number % 3:
            Vector.objects.create(advisory=made, vector=LOW if number % 2 else VECTOR, source="Sluice")
        publishing.publish_known(made, fixes(), datetime(2025, number, 7, 12, tzinfo=UTC))
    advisory = make_advisory(
        number=12, title="Guests may write past the end of the queue that they share with a back end", description=TEXT,
        state=State.DRAFTING, impact="A guest takes over the back end.", vulnerable_systems="All from 1.5 on.",
        mitigation="There is none.", resolution="Apply the patch.", credits="Found by Ada Finder.",
    )  # fmt: skip
    Identifier.objects.create(advisory=advisory, value="CVE-2026-1234", state=Standing.ASSIGNED)
    Vector.objects.create(advisory=advisory, vector=VECTOR, source="Sluice")
    Tag.objects.create(advisory=advisory, word="privilege-escalation")
    other = Advisory.objects.get(number=11)
    for place, (ranges, status) in enumerate([("1.5 - 1.6", Status.AFFECTED), ("1.4", Status.NOT_AFFECTED)]):
        Affected.objects.create(advisory=advisory, position=place, tree="sluice", ranges=ranges, status=status)
    Affected.objects.create(
        advisory=advisory, position=3, tree="sluice", ranges="1.3", status=Status.AFFECTED, condition_on=other,
        condition_needs=Needs.FIX_ABSENT,
    )  # fmt: skip
    publishing.publish_known(advisory, fixes(), datetime(2026, 3, 3, 12, tzinfo=UTC))
    Advisory.objects.filter(pk=advisory.pk).update(impact="A guest takes over the back end, and with it the host.")
    publishing.publish_known(advisory, fixes(), datetime(2026, 3, 9, 12, tzinfo=UTC), changes="The impact is larger.")
    sealing.seal_waiting()
    return advisory


PAGES = {
    "front page": "/",
    "list": "/advisories/",
    "nothing found": "/advisories/?q=nonsense",
    "advisory": "/advisories/12/",
    "earlier version": "/advisories/12/v1/",
    "patch": "/advisories/12/v2/lines/ssa12-1.6.patch/",
    "is affected": "/advisories/affected?version=1.3.1",
    "tags": "/advisories/tags/",
    "tag": "/advisories/tags/privilege-escalation/",
    "statistics": "/statistics/",
    "find release": "/lacks",
}


@pytest.mark.parametrize(("width", "scheme"), FORMS)
def test_every_page_for_readers_is_accessible_and_fits(
    archive: Advisory, open_browser: Open, width: int, scheme: str
) -> None:
    context = open_browser(width=width, scheme=scheme)
    for called, address in PAGES.items():
        assert look_at(context.new_page(), address, f"public {called}") == [], address


def test_nothing_published_yet_is_a_page_too(transactional_db: None, open_browser: Open) -> None:
    context = open_browser(width=390)
    for called, address in (("empty front page", "/"), ("empty list", "/advisories/")):
        assert look_at(context.new_page(), address, f"public {called}") == []


def test_an_advisory_is_found_read_and_asked_without_scripts(archive: Advisory, open_browser: Open) -> None:
    page = open_browser(scripts=False).new_page()
    page.goto("/advisories/")
    page.get_by_label("Words").fill("ada finder")
    press(page, "Show")
    follow(page, "SSA-12")
    expect(page.get_by_role("heading", level=1)).to_contain_text("past the end of the queue")
    page.get_by_role("textbox", name="Is your version affected?").fill("1.5.3")
    press(page, "Ask")
    expect(page.get_by_role("status")).to_contain_text("Affected")


def test_lines_of_a_text_are_as_long_as_is_good_to_read(archive: Advisory, open_browser: Open) -> None:
    page = open_browser().new_page()
    page.goto("/advisories/12/")
    characters = page.evaluate(
        """() => {
            const text = document.querySelector("#description + p").firstChild;
            const range = document.createRange();
            const tops = [];
            for (let at = 0; at < text.length; at += 1) {
                range.setStart(text, at);
                range.setEnd(text, at + 1);
                tops.push(Math.round(range.getBoundingClientRect().top));
            }
            return Math.max(...[...new Set(tops)].map((top) => tops.filter((other) => other === top).length));
        }"""
    )
    assert 60 <= characters <= 78


def test_a_phone_sorts_the_list_too(archive: Advisory, open_browser: Open) -> None:
    page = open_browser(width=390).new_page()
    page.goto("/advisories/")
    page.get_by_role("columnheader", name="Published").get_by_role("link").click()
    page.get_by_role("columnheader", name="Published").get_by_role("link").click()
    expect(page.locator(".archive tbody th").first).to_contain_text("SSA-1")
    assert page.url.endswith("?sort=published")


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_takes_the_focus_out_of_sight(archive: Advisory, open_browser: Open, width: int) -> None:
    page = open_browser(width=width).new_page()
    unseen = {}
    for called, address in PAGES.items():
        page.goto(address)
        unseen[called] = page.evaluate(
            """() => [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
                .filter((one) => one.checkVisibility() && !one.matches(".skip-link"))
                .filter((one) => {
                    one.focus();
                    const box = one.getBoundingClientRect();
                    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                    return document.activeElement === one && !(top && (one.contains(top) || top.contains(one)));
                })
                .map((one) => one.outerHTML.slice(0, 100))"""
        )
    assert {called: found for called, found in unseen.items() if found} == {}


def test_the_tables_of_the_statistics_fit_on_a_phone(archive: Advisory, open_browser: Open) -> None:
    page = open_browser(width=390).new_page()
    page.goto("/statistics/")
    tables = page.locator(".statistic-table")
    assert tables.count() > 2
    assert tables.evaluate_all("(all) => all.filter((one) => one.scrollWidth > one.clientWidth).length") == 0


def test_long_names_fit_on_the_narrowest_window(archive: Advisory, open_browser: Open) -> None:
    """320 pixels are what a window of 1280 has left at four times its size (WCAG 1.4.10)."""
    named = make_advisory(number=13, title="arm: guest_physmap_remove_page_and_what_it_maps", state=State.DRAFTING)
    publishing.publish_known(named, fixes(), datetime(2026, 4, 7, 12, tzinfo=UTC))
    page = open_browser(width=320).new_page()
    wide = []
    for address in ("/advisories/13/", "/members/", *PAGES.values()):
        page.goto(address)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(address)
    assert wide == []
