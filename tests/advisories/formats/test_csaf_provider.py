"""The files of a CSAF provider."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from advisories.formats import csaf, csaf_provider
from advisories.formats.csaf import Profile
from advisories.formats.csaf_provider import Listed, Provider
from advisories.formats.doubts import NotWritable
from tests.advisories.formats import schemas
from tests.advisories.formats.editions import EDITION, PUBLIC_AT, PUBLISHER, parsed, twelve

PROVIDER = Provider(
    publisher=PUBLISHER,
    metadata="https://sec.sluice.example/.well-known/csaf/provider-metadata.json",
    records="https://sec.sluice.example/csaf/",
    key="https://sec.sluice.example/key.asc",
    fingerprint="AB" * 20,
    is_trusted=True,
)
OLD = Listed(
    "2025/ssa-7.json", "SSA-7", "ring may stall", PUBLIC_AT - timedelta(days=200), PUBLIC_AT + timedelta(days=1)
)
LISTED = (Listed.of(twelve(), EDITION, Profile.ADVISORY), Listed.of(twelve(), EDITION, Profile.VEX), OLD)


def test_the_metadata_is_valid() -> None:
    data = csaf_provider.metadata(PROVIDER, updated_at=PUBLIC_AT)
    assert schemas.wrong(schemas.csaf("provider_json_schema"), data) == []
    assert parsed(data)["role"] == "csaf_trusted_provider"


@pytest.mark.parametrize(
    "provider",
    [
        replace(PROVIDER, metadata="https://sec.sluice.example/metadata.json"),
        replace(PROVIDER, records="http://sec.sluice.example/csaf/"),
        replace(PROVIDER, key=""),
    ],
    ids=["name", "not https", "trusted without a key"],
)
def test_metadata_that_clients_refuse_is_not_written(provider: Provider) -> None:
    with pytest.raises(NotWritable):
        csaf_provider.metadata(provider, updated_at=PUBLIC_AT)


def test_the_feed_is_valid() -> None:
    data = csaf_provider.feed(PROVIDER, LISTED, updated_at=PUBLIC_AT)
    assert schemas.wrong(schemas.csaf("ROLIE_feed_json_schema"), data) == []


def test_an_empty_feed_is_valid() -> None:
    data = csaf_provider.feed(PROVIDER, (), updated_at=PUBLIC_AT)
    assert schemas.wrong(schemas.csaf("ROLIE_feed_json_schema"), data) == []


def test_the_feed_names_digests_and_signatures_only_where_there_are_any() -> None:
    feed = parsed(csaf_provider.feed(replace(PROVIDER, is_trusted=False), LISTED, updated_at=PUBLIC_AT))
    assert {link["rel"] for entry in feed["feed"]["entry"] for link in entry["link"]} == {"self"}


def test_the_index_is_sorted_and_changes_come_newest_first() -> None:
    assert csaf_provider.index(LISTED) == b"2025/ssa-7.json\n2026/ssa-12-vex.json\n2026/ssa-12.json\n"
    assert csaf_provider.changes(LISTED) == (
        b'"2025/ssa-7.json","2026-03-18T12:00:00Z"\r\n'
        b'"2026/ssa-12-vex.json","2026-03-17T12:00:00Z"\r\n'
        b'"2026/ssa-12.json","2026-03-17T12:00:00Z"\r\n'
    )


def test_the_order_of_what_is_listed_makes_no_difference() -> None:
    backwards = tuple(reversed(LISTED))
    assert csaf_provider.changes(backwards) == csaf_provider.changes(LISTED)
    assert csaf_provider.feed(PROVIDER, backwards, updated_at=PUBLIC_AT) == csaf_provider.feed(
        PROVIDER, LISTED, updated_at=PUBLIC_AT
    )


def test_digests_are_written_as_the_usual_tools_check_them() -> None:
    content = csaf.write(twelve(), EDITION, Profile.ADVISORY)
    assert (
        csaf_provider.sha256_file("ssa-12.json", content)
        == (hashlib.sha256(content).hexdigest() + "  ssa-12.json\n").encode()
    )
    assert len(csaf_provider.sha512_file("ssa-12.json", content).split()[0]) == 128


def test_the_service_and_category_documents_name_the_feed_and_the_products() -> None:
    [workspace] = parsed(csaf_provider.service(PROVIDER))["service"]["workspace"]
    assert [one["href"] for one in workspace["collection"]] == ["https://sec.sluice.example/csaf/feed.json"]
    terms = parsed(csaf_provider.categories(["weir", "sluice", "weir"]))["categories"]["category"]
    assert [one["term"] for one in terms] == ["sluice", "weir"]
