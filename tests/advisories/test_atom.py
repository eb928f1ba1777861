"""Feeds that every reader can read, whatever stands in a title."""

from datetime import datetime, timedelta, timezone
from xml.etree import ElementTree

import pytest
from hypothesis import given

from advisories.public import atom
from tests.advisories.formats.editions import ODD

ATOM = "{http://www.w3.org/2005/Atom}"
AT = datetime(2026, 3, 17, 14, 0, tzinfo=timezone(timedelta(hours=2)))
PAGE = "https://sec.sluice.example/advisories/12/"


def read(title: str) -> ElementTree.Element:
    """A feed whose every text is `title`, as a reader's program takes it in."""
    feed = atom.Feed("https://sec.sluice.example/feed.atom", PAGE, title, title, title, AT)
    return ElementTree.fromstring(atom.write(feed, [atom.Entry(PAGE, title, AT, AT, title, (title,))]))  # noqa: S314  # ours


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("gate <b>&amp; ]]>", "gate <b>&amp; ]]>"),
        ("gate\ufffe and \uffff", "gate\ufffd and \ufffd"),
        ("gate\x00\x1b[31m", "gate[31m"),
        ("gate \u202eneppo\u202c", "gate neppo"),
    ],
)
def test_a_title_is_text_and_nothing_in_it_ends_the_feed(title: str, shown: str) -> None:
    assert read(title).findtext(f"{ATOM}entry/{ATOM}title") == shown


@given(ODD)
def test_whatever_stands_in_a_title_the_feed_is_read(title: str) -> None:
    assert read(title).findtext(f"{ATOM}entry/{ATOM}id") == PAGE


def test_an_instant_is_the_same_everywhere() -> None:
    assert read("gate").findtext(f"{ATOM}entry/{ATOM}updated") == "2026-03-17T12:00:00Z"
