"""Feeds and documents for machines: valid by the official schemas, of publications alone, never an error."""

import hashlib
import json
import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.http import http_date
from jsonschema.protocols import Validator
from pysequoia import Tsk
from pytest_django import Settings

from advisories import numbering
from advisories.affected import Answer, Status
from advisories.formats import clearsign
from advisories.formats.openpgp import Keyring, Verified
from advisories.formats.strict import instant
from advisories.lifecycle import State
from advisories.models import Advisory, Affected, Identifier, Vector
from advisories.public import versions
from releases.models import PointRelease
from tests.advisories.formats import readings, schemas
from tests.advisories.test_public_pages import published, shown
from tests.make import make_advisory, make_branch, make_publication, make_tree

__all__ = ["published"]

SITE = "https://sec.sluice.example"
ATOM = "{http://www.w3.org/2005/Atom}"


def parsed(feed: str) -> ElementTree.Element:
    """The root of a feed of ours."""
    puller: Any = ElementTree.XMLPullParser(["start"])
    puller.feed(feed)
    root = next(iter(puller.read_events()))[1]
    assert isinstance(root, ElementTree.Element)
    return root


@pytest.fixture(autouse=True)
def publisher(settings: Settings) -> None:
    settings.SITE_URL = SITE
    settings.PUBLISHER = settings.PUBLISHER | {
        "namespace": "https://sluice.example",
        "cve_organisation": "6b35d637-e00f-4228-858c-b20ad6e1d07b",
        "cve_short_name": "sluice",
    }


@pytest.fixture
def releases(published: Advisory) -> None:
    """Point releases of the branches that are spoken of, and one that came after publication."""
    tree = make_tree(url="https://git.sluice.example/sluice.git")
    branch = make_branch(tree, "1.6")
    for number, days in ((0, -30), (1, -20), (2, 5)):
        tagged_at = timezone.now() + timedelta(days=days)
        PointRelease.objects.create(
            branch=branch, tag=f"R-1.6.{number}", number=number, commit="1" * 40, tagged_at=tagged_at
        )


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("osv.json", schemas.osv),
        ("csaf.json", schemas.csaf),
        ("vex.json", schemas.csaf),
        ("CVE-2026-1234.json", schemas.cve),
    ],
)
def test_every_document_is_valid(releases: None, name: str, schema: Callable[[], Validator]) -> None:
    answer = Client().get(f"/advisories/12/records/{name}")
    assert answer.status_code == 200
    assert schemas.wrong(schema(), answer.content) == []
    assert Client().get(f"/advisories/12/records/{name}").content == answer.content


def test_a_document_speaks_of_the_releases_there_were(releases: None) -> None:
    told = json.loads(shown("/advisories/12/records/osv.json"))
    assert told["affected"][0]["versions"] == ["1.6.0", "1.6.1"]


def test_another_revision_speaks_of_a_later_release_only_where_it_names_it(published: Advisory) -> None:
    """Later releases hold the fix, unless a revision says that it was none."""
    branch = make_branch(make_tree(), "1.6")
    for number, days in ((0, -30), (1, -7), (2, -6)):
        tagged_at = timezone.now() + timedelta(days=days)
        PointRelease.objects.create(
            branch=branch, tag=f"R-1.6.{number}", number=number, commit="1" * 40, tagged_at=tagged_at
        )

    def listed() -> list[str]:
        versions: list[str] = json.loads(shown("/advisories/12/records/osv.json"))["affected"][0]["versions"]
        return versions

    assert listed() == ["1.6.0"]
    Affected.objects.filter(advisory=published, position=1).update(ranges="1.5.0 - 1.6.1")
    make_publication(published, timezone.now())
    assert listed() == ["1.6.0", "1.6.1"]


def test_documents_say_what_comes_before_a_patch(releases: None) -> None:
    told = json.loads(shown("/advisories/12/records/osv.json"))["database_specific"]["prerequisites"]
    assert told == [{"tree": "sluice", "branch": "1.6", "release": "R-1.6.2", "commits": ["ab" * 20]}]
    assert f"On R-1.6.2 pick first, in this order: {'ab' * 20}" in shown("/advisories/12/records/csaf.json")


def test_a_page_links_the_documents_that_there_are(releases: None) -> None:
    page = shown("/advisories/12/")
    for name in ("osv.json", "csaf.json", "vex.json", "CVE-2026-1234.json"):
        assert f"/advisories/12/records/{name}" in page


def test_what_cannot_be_written_is_left_out_and_logged_by_kind(
    published: Advisory, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.PUBLISHER = settings.PUBLISHER | {"namespace": "no address"}
    caplog.set_level(logging.WARNING)
    for address in ("/advisories/12/records/osv.json", "/csaf/2026/ssa-12.json"):
        assert Client().get(address).status_code == 404
    assert "records/osv.json" not in shown("/advisories/12/")
    assert json.loads(shown("/advisories/index.json"))["advisories"] == []
    assert all("NotWritable" in line for line in caplog.messages if "not written" in line)


def test_the_archive_holds_every_advisory_once_with_its_licence(published: Advisory) -> None:
    make_advisory(number=13, state=State.READY, title="Hidden")
    told = json.loads(shown("/advisories/index.json"))
    assert [one["id"] for one in told["advisories"]] == ["SSA-12"]
    assert told["licence"] == "CC-BY-4.0"


def test_the_feed_tells_what_changed_last(published: Advisory) -> None:
    make_advisory(number=13, state=State.PUBLIC, title="Another & <more>")
    make_advisory(number=14, state=State.PUBLIC, title="Armed", public_in=timedelta(days=1))
    feed = parsed(shown("/advisories/feed.atom"))
    assert [one.findtext(f"{ATOM}title") for one in feed.findall(f"{ATOM}entry")] == [
        "SSA-13: Another & <more>",
        "SSA-12: Guests may overflow a queue",
    ]
    high = parsed(shown("/advisories/feed-high.atom"))
    assert len(high.findall(f"{ATOM}entry")) == 1
    assert Client().get("/advisories/feed-nonsense.atom").status_code == 404


def test_a_branch_has_a_feed_of_its_own(published: Advisory) -> None:
    feed = parsed(shown("/advisories/branches/sluice/1.6/feed.atom"))
    assert len(feed.findall(f"{ATOM}entry")) == 1
    assert feed.findtext(f"{ATOM}title") == "Sluice security advisories (sluice 1.6)"
    other = parsed(shown("/advisories/branches/sluice/9.9/feed.atom"))
    assert other.findall(f"{ATOM}entry") == []
    assert Client().get("/advisories/branches/sluice/%0d%0a/feed.atom").status_code == 404


@pytest.mark.parametrize(
    ("page", "feed"),
    [
        ("/", "/advisories/feed.atom"),
        ("/", "/calendar/releases.ics"),
        ("/advisories/", "/advisories/feed.atom"),
        ("/advisories/?severity=high", "/advisories/feed-high.atom"),
        ("/advisories/?branch=sluice/1.6", "/advisories/branches/sluice/1.6/feed.atom"),
        ("/advisories/12/", "/advisories/feed.atom"),
        ("/trees/sluice/1.6/", "/advisories/branches/sluice/1.6/feed.atom"),
    ],
)
def test_a_page_names_its_feed(releases: None, page: str, feed: str) -> None:
    head = shown(page).partition("</head>")[0]
    links = [line for line in head.split("<link")[1:] if f'href="{feed}"' in line]
    assert links
    assert all('rel="alternate"' in line for line in links)


def test_whoever_keeps_copies_learns_that_one_was_withdrawn(published: Advisory) -> None:
    """Each list says what changed after the copy was made; before, a withdrawal changed documents without a word."""
    make_advisory(number=13, state=State.PUBLIC, public_in=timedelta(hours=-1))
    published.refresh_from_db()
    numbering.withdraw(published, because="It was no flaw.", by=None)
    at = instant(published.withdrawn_at or timezone.now())
    feed = parsed(shown("/advisories/feed.atom"))
    entry = next(feed.iter(f"{ATOM}entry"))
    assert (entry.findtext(f"{ATOM}id"), entry.findtext(f"{ATOM}updated")) == (f"{SITE}/advisories/12/", at)
    assert feed.findtext(f"{ATOM}updated") == at
    names = [f"{published.public_at:%Y}/ssa-12{kind}.json" for kind in ("-vex", "")]
    assert shown("/csaf/changes.csv").splitlines()[:2] == [f'"{name}","{at}"' for name in names]
    assert json.loads(shown("/csaf/feed.json"))["feed"]["updated"] == at
    assert json.loads(shown("/.well-known/csaf/provider-metadata.json"))["last_updated"] == at
    assert json.loads(shown("/advisories/12/records/osv.json"))["modified"] == at
    rejected = json.loads(shown("/advisories/12/records/CVE-2026-1234.json"))["containers"]["cna"]["rejectedReasons"]
    assert [one["value"] for one in rejected] == ["It was no flaw."]


@pytest.mark.parametrize("became", [{"state": "rejected"}, {"state": "replaced", "replaced_by": "CVE-2026-1234"}])
def test_no_document_goes_by_a_name_that_was_given_back(published: Advisory, became: dict[str, str]) -> None:
    Identifier.objects.create(advisory=published, value="CVE-2026-0666", **became)
    make_publication(published, timezone.now())
    assert "CVE-2026-0666" in shown("/advisories/12/")
    for name in ("osv.json", "csaf.json", "vex.json", "CVE-2026-1234.json"):
        assert "CVE-2026-0666" not in shown(f"/advisories/12/records/{name}")
    assert Client().get("/advisories/12/records/CVE-2026-0666.json").status_code == 404


def test_an_empty_feed_is_a_feed(db: None) -> None:
    feed = parsed(shown("/advisories/feed.atom"))
    assert feed.findtext(f"{ATOM}updated") == "2000-01-01T00:00:00Z"


def test_the_provider_tree_leads_to_every_document(releases: None) -> None:
    metadata = Client().get("/.well-known/csaf/provider-metadata.json")
    assert schemas.wrong(schemas.csaf("provider_json_schema"), metadata.content) == []
    paths = shown("/csaf/index.txt").split()
    assert len(paths) == 2
    for path in paths:
        content = Client().get(f"/csaf/{path}").content
        assert schemas.wrong(schemas.csaf(), content) == []
        for name in ("sha256", "sha512"):
            assert shown(f"/csaf/{path}.{name}").split()[0] == hashlib.new(name, content).hexdigest()
    rolie = Client().get("/csaf/feed.json").content
    assert schemas.wrong(schemas.csaf("ROLIE_feed_json_schema"), rolie) == []
    assert len(shown("/csaf/changes.csv").splitlines()) == 2
    for path in ("service.json", "category.json"):
        assert json.loads(shown(f"/csaf/{path}"))
    for path in ("nothing", "2026/ssa-12.json.md5", "../secret"):
        assert Client().get(f"/csaf/{path}").status_code == 404


def test_where_to_report_stands_where_rfc_9116_wants_it(db: None) -> None:
    told = shown("/.well-known/security.txt")
    assert told.startswith("Contact: https://sec.sluice.example/report/\n")
    assert "CSAF: https://sec.sluice.example/.well-known/csaf/provider-metadata.json" in told


def test_without_https_there_is_no_file_that_would_be_wrong(db: None, settings: Settings) -> None:
    settings.SITE_URL = "http://localhost:8000"
    for address in ("/.well-known/security.txt", "/.well-known/csaf/provider-metadata.json"):
        assert Client().get(address).status_code == 404


def test_the_text_verifies_with_the_key_that_the_page_links(
    db: None, settings: Settings, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    made = Tsk.generate("Sluice security team <security@sluice.example>")
    settings.SIGNING_KEY_FILE, settings.PUBLISH_UNSIGNED = tmp_path / "team.key", False
    settings.SIGNING_KEY_FILE.write_bytes(bytes(made))
    settings.SIGNING_KEY_FILE.chmod(0o600)
    request.getfixturevalue("published")
    page = shown("/advisories/12/")
    assert "gpg --verify ssa12-v2.txt" in page
    assert made.extract_certificate().fingerprint.upper() in page.replace(" ", "")
    signed = clearsign.read(Client().get("/advisories/12/v2/ssa12-v2.txt").content)
    key = Keyring([Client().get("/team-key.asc").content])
    assert isinstance(key.verify(signed.signed, signed.signature), Verified)


def test_there_is_no_key_where_none_is_set(db: None) -> None:
    assert Client().get("/team-key.asc").status_code == 404


def test_a_feed_of_one_kind_stays_the_same_when_another_kind_comes_out(published: Advisory) -> None:
    """Its readers are told that nothing changed, and an export renders it no second time."""
    high, everything = "/advisories/feed-high.atom", "/advisories/feed.atom"
    before = {address: Client().get(address)["ETag"] for address in (high, everything)}
    make_advisory(number=13, state=State.PUBLIC)
    assert Client().get(high, headers={"If-None-Match": before[high]}).status_code == 304
    assert Client().get(everything, headers={"If-None-Match": before[everything]}).status_code == 200


def test_what_leaves_a_feed_of_one_kind_is_seen_by_whoever_asks_by_date(published: Advisory) -> None:
    address = "/advisories/feed-high.atom"
    before, now = Client().get(address), http_date(timezone.now().timestamp())
    Vector.objects.filter(advisory=published).delete()
    make_publication(published, timezone.now())
    for condition in ({"If-None-Match": before["ETag"]}, {"If-Modified-Since": now}):
        answer = Client().get(address, headers=condition)
        assert (answer.status_code, "Guests may overflow" in answer.content.decode()) == (200, False)


def test_for_every_release_documents_say_what_the_page_answers(published: Advisory) -> None:
    """All the way from what a person entered, with a condition, a branch that is never fixed and a later release."""
    tree = make_tree()
    for name, days in (("1.4", -50), ("1.5", -40), ("1.6", -30), ("1.7", -20), ("1.8", -15)):
        branch = make_branch(tree, name)
        for number, later in ((0, 0), (1, 3), (2, 60)):
            tagged_at = timezone.now() + timedelta(days=days + later if later < 60 else -1)
            PointRelease.objects.create(
                branch=branch, tag=f"R-{name}.{number}", number=number, commit="1" * 40, tagged_at=tagged_at
            )
    other = make_advisory(number=9, state=State.PUBLIC)
    Affected.objects.filter(advisory=published).delete()
    lines: list[dict[str, Any]] = [
        {"ranges": "1.4 and earlier", "status": Status.WILL_NOT_BE_FIXED},
        {"ranges": "1.5", "status": Status.AFFECTED, "condition_on": other, "condition_needs": "absent"},
        {"ranges": "1.6.0 - 1.6.2", "status": Status.AFFECTED},
        {"ranges": "1.7", "status": Status.AFFECTED},
        {"ranges": "1.7.1", "status": Status.NOT_AFFECTED},
        {"ranges": "1.8 and later", "status": Status.NOT_AFFECTED},
    ]
    for position, line in enumerate(lines, start=1):
        Affected.objects.create(advisory=published, position=position, tree="sluice", **line)
    make_publication(published, timezone.now())
    told = {
        name: json.loads(shown(f"/advisories/12/records/{name}"))
        for name in ("osv.json", "CVE-2026-1234.json", "vex.json")
    }
    answers: set[tuple[str, Answer]] = set()
    for release in map(str, PointRelease.objects.all()):
        asked = versions.every("sluice", release)
        assert asked is not None
        answer = Answer.AFFECTED if asked.affected else Answer.UNKNOWN if asked.open else Answer.NOT_AFFECTED
        certain = None if answer is Answer.UNKNOWN else answer
        here = readings.Installation("Sluice", release, {9: False})
        assert readings.osv(told["osv.json"], here) is (certain if certain is Answer.AFFECTED else None), release
        assert readings.cve(told["CVE-2026-1234.json"], here) is certain, release
        # It alone can say what is so without the fix of SSA-9.
        expected = Answer.AFFECTED if release in ("1.5.0", "1.5.1") else certain
        assert readings.csaf(told["vex.json"], here) is expected, release
        answers.add((release, answer))
    assert {("1.4.2", Answer.AFFECTED), ("1.5.0", Answer.UNKNOWN), ("1.6.2", Answer.AFFECTED)} <= answers
    assert {("1.7.0", Answer.AFFECTED), ("1.7.1", Answer.UNKNOWN), ("1.7.2", Answer.UNKNOWN)} <= answers
