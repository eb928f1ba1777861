"""Links of exported pages: what has a file stays, and what has none leads to the portal or is gone."""

from pathlib import Path

import pytest

from advisories.exporting.building import Building
from advisories.exporting.generations import held
from advisories.exporting.rehanging import LiveLinks, rehung
from advisories.exporting.types import file_of, is_compressible, type_of

PORTAL = "https://portal.sluice.example"


def moved(page: str, kind: LiveLinks = LiveLinks.PORTAL) -> str:
    return rehung(page.encode(), kind, PORTAL, lambda path: path.startswith("/a/")).decode()


@pytest.mark.parametrize(
    ("page", "portal", "drop"),
    [
        ('<a href="/a/1/">x</a>', '<a href="/a/1/">x</a>', '<a href="/a/1/">x</a>'),
        ('<a href="/a/1/#L2">x</a>', '<a href="/a/1/#L2">x</a>', '<a href="/a/1/#L2">x</a>'),
        ('<a href="/b">x</a>', f'<a href="{PORTAL}/b">x</a>', "<a>x</a>"),
        ('<a id="c" href="/a/?q=1&amp;r">x</a>', f'<a id="c" href="{PORTAL}/a/?q=1&amp;r">x</a>', '<a id="c">x</a>'),
        ('<form action="/a/" method="get">', f'<form action="{PORTAL}/a/" method="get">', '<form hidden method="get">'),
        ('<a href="https://a.example/b">', '<a href="https://a.example/b">', '<a href="https://a.example/b">'),
        ('<p>write href="/b" here</p>', '<p>write href="/b" here</p>', '<p>write href="/b" here</p>'),
        ('<a title="a > b" href="/b">', f'<a title="a > b" href="{PORTAL}/b">', '<a title="a > b">'),
    ],
)  # fmt: skip
def test_links_lead_somewhere(page: str, portal: str, drop: str) -> None:
    assert moved(page) == portal
    assert moved(page, LiveLinks.DROP) == drop
    assert moved(page, LiveLinks.KEEP) == page


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a/index.html", "text/html; charset=utf-8"),
        ("csaf/2026/ssa-1.json.asc", "application/pgp-signature"),
        ("team-key.asc", "application/pgp-keys"),
        ("fixes.quilt.tar.gz", "application/gzip"),
        ("ssa12-1.6.patch", "text/x-diff; charset=utf-8"),
        ("advisories/14/v2/patches/ssa14.patch-withdrawn", "text/x-diff; charset=utf-8"),
        ("advisories/12/records/ssa12.meta", "application/json"),
        ("x.exe", ""),
        ("json", ""),
    ],
)
def test_a_name_says_what_kind_a_file_is(name: str, kind: str) -> None:
    assert type_of(name) == kind


def test_a_page_is_the_index_of_its_folder() -> None:
    assert [file_of(one) for one in ("/", "/a/", "/a/b.json")] == ["index.html", "a/index.html", "a/b.json"]
    assert not is_compressible("fixes.quilt.tar.gz")


@pytest.mark.parametrize("name", ["../secret", "a/../../secret", "/etc/passwd", "", "a\0b"])
def test_no_name_leads_out_of_the_site(name: str, tmp_path: Path) -> None:
    with held(tmp_path, wait=False):
        building = Building(tmp_path, None)
        with pytest.raises(ValueError, match="no name of a file"):
            building.write(name, b"x")
