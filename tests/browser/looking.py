"""Looking at a page: what is wrong with it, and its picture for whoever wants to see them all.

With PENSTOCK_GALLERY naming a folder every page that is looked at leaves a picture there, in all four forms.
"""

import os
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

GALLERY = os.environ.get("PENSTOCK_GALLERY", "")
FORMS = [(1440, "light"), (390, "dark")] + ([(390, "light"), (1440, "dark")] if GALLERY else [])
"""Width and scheme. The two that differ most find what axe and the width find; eyes want the other two as well."""

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


def look_at(page: Page, address: str, called: str = "") -> list[str]:
    """What is wrong with the page at `address`: rules of axe, width, and what the console says."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.goto(address)
    # The console repeats a refusal's status, which is no fault of the page.
    return [text for text in said if "Failed to load resource" not in text] + look_over(page, called)


def look_over(page: Page, called: str = "") -> list[str]:
    """The same of the page as it stands, except for the console."""
    wrong = []
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        wrong.append("wider than the window")
    found = Axe().run(page, options={"runOnly": _RULES})
    if GALLERY and called:
        _keep_picture(page, called)
    return wrong + [f"{broken['id']}: {broken['nodes'][0]['html'][:200]}" for broken in found.response["violations"]]


def press(page: Page, name: str, *, exact: bool = True) -> None:
    """Press the button of that name, and wait for the page that follows: a click itself waits for nothing."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=exact).first.click()


def follow(page: Page, name: str) -> None:
    """Follow the link of that name, likewise."""
    with page.expect_navigation():
        page.get_by_role("link", name=name, exact=True).first.click()


def _keep_picture(page: Page, called: str) -> None:
    size = page.viewport_size
    scheme = "dark" if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "light"
    name = f"{called.replace(' ', '-')}-{size['width'] if size else 0}-{scheme}.png"
    page.screenshot(path=Path(GALLERY) / name, full_page=True)
