"""What a window, a bookmark and a screen reader call a public page: no two pages alike."""

import re

import pytest
from django.test import Client

from advisories.models import Advisory
from tests.advisories.test_public_list import three
from tests.advisories.test_public_pages import published

__all__ = ["published", "three"]


def title(address: str) -> str:
    page = Client().get(address).text
    found = re.search("<title>(.*?) · Sluice security</title>", page)
    assert found, address
    return found[1]


@pytest.mark.parametrize(
    ("address", "called"),
    [
        ("/advisories/12/", "SSA-12: Guests may overflow a queue"),
        ("/advisories/12/v1/", "SSA-12 version 1: Guests may overflow a queue"),
        ("/advisories/12/v1/lines/ssa12-1.6.patch/", "ssa12-1.6.patch of SSA-12"),
        ("/advisories/12/v2/lines/ssa12-1.6.patch/", "ssa12-1.6.patch of SSA-12 version 2"),
        ("/advisories/", "Advisories"),
        ("/advisories/?q=a+queue", "a queue in advisories"),
    ],
)
def test_a_page_is_called_what_it_shows(published: Advisory, address: str, called: str) -> None:
    assert title(address) == called


def test_further_pages_of_the_list_say_which_they_are(three: list[Advisory], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("advisories.public.archive.PAGE", 1)
    assert title("/advisories/page/2/") == "Advisories, page 2"
    assert title("/advisories/?sort=title&page=3") == "Advisories, page 3"
