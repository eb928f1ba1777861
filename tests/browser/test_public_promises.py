"""What pages for readers promise: light, still, alone with their host, and verified by their own instructions."""

import gzip
import hashlib
import os
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response, expect
from pysequoia import Tsk
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from advisories.models import Advisory
from tests.browser.conftest import Open
from tests.browser.test_public_pages import PAGES, archive

__all__ = ["archive"]

pytestmark = pytest.mark.browser

BUDGET_BYTES = 60_000
"""Of an advisory's page with everything that it loads, compressed as a web server sends it."""

_COMPRESSED = ("text/", "application/javascript", "image/svg+xml", "application/json")


def loaded(page: Page, address: str) -> list[Response]:
    """Everything that a fresh browser loads for a page."""
    found: list[Response] = []
    page.on("response", lambda response: found.append(response))
    page.goto(address, wait_until="networkidle")
    return found


def sent_bytes(response: Response) -> int:
    """How much of it goes over the wire."""
    body = response.body()
    return len(gzip.compress(body)) if response.headers.get("content-type", "").startswith(_COMPRESSED) else len(body)


def test_an_advisory_is_within_its_budget(archive: Advisory, open_browser: Open) -> None:
    found = loaded(open_browser().new_page(), "/advisories/12/")
    sizes = {urlsplit(one.url).path: sent_bytes(one) for one in found if one.status == 200}
    assert sum(sizes.values()) < BUDGET_BYTES, sizes


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_moves_while_a_page_loads(archive: Advisory, open_browser: Open, width: int) -> None:
    context = open_browser(width=width)
    context.add_init_script(
        """window.moved = 0;
        new PerformanceObserver((list) => { for (const one of list.getEntries()) window.moved += one.value; })
            .observe({ type: "layout-shift", buffered: true });"""
    )
    moved = {}
    for called, address in PAGES.items():
        page = context.new_page()
        page.goto(address, wait_until="networkidle")
        moved[called] = page.evaluate("window.moved")
        page.close()
    assert {called: value for called, value in moved.items() if value > 0.001} == {}


def test_no_page_asks_another_host(archive: Advisory, open_browser: Open, live_server: LiveServer) -> None:
    asked: set[str] = set()
    page = open_browser().new_page()
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    for address in PAGES.values():
        page.goto(address, wait_until="networkidle")
    assert asked == {urlsplit(live_server.url).netloc}


def test_everything_on_an_advisory_is_reached_by_the_keyboard(archive: Advisory, open_browser: Open) -> None:
    """Every link, field and box that scrolls, in the order in which it stands, with a mark that shows where one is."""
    page = open_browser().new_page()
    page.goto("/advisories/12/")
    wanted = page.evaluate(
        """() => [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
            .filter((one) => one.checkVisibility() && !one.disabled).length"""
    )
    reached = []
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
        told = page.evaluate(
            """() => { const one = document.activeElement, style = getComputedStyle(one);
                one.seen = (one.seen || 0) + 1;
                return [one.tagName, one.seen, style.outlineStyle !== "none" || style.boxShadow !== "none"]; }"""
        )
        if told[0] == "BODY" or told[1] > 1:
            break
        reached.append(told)
    assert len(reached) == wanted
    assert all(marked for _, _, marked in reached)


def test_paper_has_the_text_and_nothing_to_click(archive: Advisory, open_browser: Open) -> None:
    page = open_browser().new_page()
    page.goto("/advisories/12/")
    page.emulate_media(media="print")
    expect(page.locator(".topbar")).to_be_hidden()
    expect(page.locator(".version-ask")).to_be_hidden()
    expect(page.get_by_role("heading", name="Description")).to_be_visible()
    expect(page.locator(".patch-sum").first).to_be_visible()


def test_a_list_on_paper_offers_no_order_to_choose(archive: Advisory, open_browser: Open) -> None:
    page = open_browser(width=680).new_page()
    page.goto("/advisories/")
    assert page.locator(".archive thead").evaluate("(one) => one.getBoundingClientRect().width") > 100
    page.emulate_media(media="print")
    assert page.locator(".archive thead").evaluate("(one) => one.getBoundingClientRect().width") <= 1


def test_on_paper_no_border_is_cut_off_and_no_heading_can_stand_alone(archive: Advisory, open_browser: Open) -> None:
    page = open_browser().new_page()
    page.goto("/advisories/12/")
    page.emulate_media(media="print")
    told = page.evaluate(
        """() => ({
            cut: [...document.querySelectorAll(".card")]
                .filter((one) => one.getBoundingClientRect().right >= document.documentElement.clientWidth).length,
            alone: [...document.querySelectorAll(".bulletin-text h2")]
                .filter((one) => one.checkVisibility() && getComputedStyle(one).breakAfter !== "avoid").length,
            grids: [...document.querySelectorAll(".bulletin-part")]
                .filter((one) => getComputedStyle(one).display !== "block").length,
        })"""
    )
    assert told == {"cut": 0, "alone": 0, "grids": 0}


def shell(commands: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A reader's shell, with a keyring that is empty at first."""
    keyring = folder / "keyring"
    keyring.mkdir(mode=0o700, exist_ok=True)
    environment = {"PATH": os.environ["PATH"], "GNUPGHOME": str(keyring), "LC_ALL": "C"}
    return subprocess.run(
        ["sh", "-ec", commands], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def signed(settings: Settings, tmp_path: Path) -> None:
    """The team has a key."""
    made = Tsk.generate("Sluice security team <security@sluice.example>")
    file = tmp_path / "team.key"
    file.write_bytes(bytes(made))
    file.chmod(0o600)
    settings.SIGNING_KEY_FILE, settings.PUBLISH_UNSIGNED = file, False


def saved(page: Page, name: re.Pattern[str] | str, folder: Path) -> Path:
    """What a link downloads, under the name that it proposes."""
    with page.expect_download() as download:
        page.get_by_role("link", name=name).first.click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def test_a_reader_verifies_the_text_by_the_pages_own_instructions(
    signed: None, archive: Advisory, open_browser: Open, tmp_path: Path
) -> None:
    """Whatever the page says to type is typed, in a folder with what the page gives to download."""
    page = open_browser(scripts=False).new_page()
    page.goto("/advisories/12/")
    text = saved(page, "ssa12-v2.txt", tmp_path)
    saved(page, "The team's key", tmp_path)
    patch = saved(page, re.compile("Download ssa12"), tmp_path)
    part = page.locator("section[aria-labelledby=verify]")
    said = shell(part.locator("pre").first.inner_text(), tmp_path)
    assert said.returncode == 0, said.stderr
    assert "Good signature" in said.stderr
    fingerprint = part.locator(".sha-whole").inner_text().replace(" ", "")
    assert fingerprint.upper() in said.stderr.replace(" ", "").upper()
    # By eye, too: digits stand as gpg writes them.
    shown = part.locator(".sha-whole").text_content()
    assert shown
    assert shown.strip() in said.stderr
    checks = part.locator("pre").nth(1).inner_text()
    assert shell(checks, tmp_path).stdout == f"{patch.name}: OK\n"
    assert hashlib.sha256(patch.read_bytes()).hexdigest() in page.locator(".patch-sum").first.inner_text()
    assert patch.name in text.read_text()
    patch.write_bytes(patch.read_bytes().replace(b"+", b"-", 1))
    assert f"{patch.name}: FAILED" in shell(checks, tmp_path).stdout


def test_sums_that_somebody_wrote_around_the_signed_text_prove_nothing(
    signed: None, archive: Advisory, open_browser: Open, tmp_path: Path
) -> None:
    page = open_browser(scripts=False).new_page()
    page.goto("/advisories/12/")
    text = saved(page, "ssa12-v2.txt", tmp_path)
    saved(page, "The team's key", tmp_path)
    part = page.locator("section[aria-labelledby=verify]")
    (tmp_path / "more.patch").write_text("not the team's")
    digest = hashlib.sha256(b"not the team's").hexdigest()
    text.write_text(text.read_text() + f"\n{digest}  more.patch\n")
    shell(part.locator("pre").first.inner_text(), tmp_path)
    assert "more.patch" not in shell(part.locator("pre").nth(1).inner_text(), tmp_path).stdout


def test_a_text_that_was_changed_is_not_verified(
    signed: None, archive: Advisory, open_browser: Open, tmp_path: Path
) -> None:
    page = open_browser(scripts=False).new_page()
    page.goto("/advisories/12/")
    text = saved(page, "ssa12-v2.txt", tmp_path)
    saved(page, "The team's key", tmp_path)
    text.write_text(text.read_text().replace("takes over", "looks at"))
    said = shell(page.locator("section[aria-labelledby=verify] pre").first.inner_text(), tmp_path)
    assert said.returncode != 0
    assert "BAD signature" in said.stderr
