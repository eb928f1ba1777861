"""Whatever a record holds, every document made of it is valid and the same again, and none says what isn't so."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from advisories.affected import Answer, Statement, find
from advisories.formats import archive_index, csaf, cve, osv, said
from advisories.formats.csaf import Profile
from advisories.formats.edition import Edition, identifiers
from advisories.formats.record import Record
from advisories.formats.strict import one_line
from advisories.versions import MAIN, Place, Version, parse_version
from tests.advisories.formats import schemas
from tests.advisories.formats.editions import EDITION, RECORDS, STATEMENTS, VERSIONS, editions, parsed

STATUS = {"known_affected": Answer.AFFECTED, "known_not_affected": Answer.NOT_AFFECTED}


def documents(record: Record, edition: Edition) -> list[bytes]:
    """Every machine-readable document that there is of one advisory."""
    return [
        osv.write(record, edition),
        *(csaf.write(record, edition, profile) for profile in csaf.profiles(record)),
        *(cve.write(record, edition, identifier) for identifier in identifiers(record, "CVE")),
        archive_index.write(
            [(record, edition)], [], publisher=edition.publisher, prefix="SSA", site=edition.page, licence="CC0-1.0"
        ),
    ]


def registered(data: bytes) -> bytes:
    """An OSV record under a prefix that is on OSV's list, where the project's own isn't."""
    return re.sub(rb'"id": "SSA-', b'"id": "CURL-', data, count=1)


@given(RECORDS, editions())
def test_osv_records_are_valid(record: Record, edition: Edition) -> None:
    assert schemas.wrong(schemas.osv(), registered(osv.write(record, edition))) == []


@given(RECORDS, editions())
def test_csaf_documents_are_valid(record: Record, edition: Edition) -> None:
    for profile in csaf.profiles(record):
        assert schemas.wrong(schemas.csaf(), csaf.write(record, edition, profile)) == []


@given(RECORDS, editions())
def test_cve_records_are_valid(record: Record, edition: Edition) -> None:
    for identifier in identifiers(record, "CVE"):
        assert schemas.wrong(schemas.cve(), cve.write(record, edition, identifier)) == []


@given(RECORDS, editions())
def test_the_same_record_gives_the_same_bytes(record: Record, edition: Edition) -> None:
    assert documents(record, edition) == documents(replace(record), replace(edition))


@given(RECORDS, editions())
def test_nothing_in_a_document_steers_a_terminal(record: Record, edition: Edition) -> None:
    for data in documents(record, edition):
        for text in strings(parsed(data)):
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)


def strings(value: Any) -> list[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for one in inner for text in strings(one)]


def about(record: Record, tree: str) -> list[Statement]:
    return [one.statement for one in record.affected if one.tree == tree]


@given(RECORDS, editions())
def test_osv_lists_no_release_that_may_be_unaffected(record: Record, edition: Edition) -> None:
    for entry in parsed(osv.write(record, edition)).get("affected", []):
        statements = about(record, entry["database_specific"]["tree"])
        for version in entry.get("versions", []):
            assert find(statements, parse_version(version)).answer is Answer.AFFECTED


@given(RECORDS, editions())
def test_csaf_gives_no_product_a_status_that_the_record_denies(record: Record, edition: Edition) -> None:
    assume(not record.withdrawn)
    for profile in (Profile.ADVISORY, Profile.VEX):
        for flaw in parsed(csaf.write(record, edition, profile))["vulnerabilities"]:
            for status, ids in flaw["product_status"].items():
                for identifier in ids:
                    denied = contrary(record, identifier, STATUS.get(status))
                    assert not denied, (identifier, status)


def contrary(record: Record, identifier: str, claimed: Answer | None) -> bool:
    """Whether the record says something else of a release than a document does by this product."""
    tree, _, rest = identifier.partition(":")
    version, _, levels = rest.partition(":")
    if claimed is None or not version:
        return False
    found = re.findall(r"(with|without)-(\d+)", levels)
    place: Place = MAIN if version == "main line" else parse_version(version)
    answer = find(about(record, tree), place, {int(number): word == "with" for word, number in found}).answer
    return answer is not claimed


@given(RECORDS, editions(), st.lists(VERSIONS, max_size=20))
def test_cve_records_claim_nothing_of_any_version_that_the_record_denies(
    record: Record, edition: Edition, more: list[Version]
) -> None:
    assume(not record.withdrawn)
    for identifier in identifiers(record, "CVE")[:1]:
        for entry in parsed(cve.write(record, edition, identifier))["containers"]["cna"]["affected"]:
            tree = next(tree for tree in edition.trees if entry["product"] == one_line(tree.title))
            near = said.samples(tuple(about(record, tree.name)))
            for version in [*tree.releases, *near, *more]:
                claimed = cve_status(entry, version)
                if claimed is not None:
                    assert find(about(record, tree.name), version).answer is claimed


def cve_status(entry: dict[str, Any], version: Version) -> Answer | None:
    """What a CVE record says of a version, None where nothing (the default is always unknown)."""
    assert entry["defaultStatus"] == "unknown"
    for one in entry.get("versions", []):
        if one.get("versionType") == "git":
            continue
        first = parse_version(one["version"])
        last = parse_version(one.get("lessThanOrEqual", one["version"]))
        if not version < first and not last < version:
            return {"affected": Answer.AFFECTED, "unaffected": Answer.NOT_AFFECTED}[one["status"]]
    return None


@given(st.lists(STATEMENTS, max_size=5), st.lists(VERSIONS, max_size=20))
def test_every_version_has_the_answer_of_a_sample_near_it(statements: list[Statement], versions: list[Version]) -> None:
    samples = said.samples(tuple(statements))
    for version in versions:
        below = max(sample for sample in samples if not version < sample)
        above = min(sample for sample in samples if not sample < version)
        answer = find(statements, version).answer
        assert answer in (find(statements, below).answer, find(statements, above).answer)


@pytest.mark.parametrize("write", [osv.write, lambda record, edition: csaf.write(record, edition, Profile.ADVISORY)])
def test_an_advisory_without_anything_has_documents(write: Callable[[Record, Edition], bytes]) -> None:
    record = Record("SSA", 1, 3, "gate")
    assert b"SSA-1" in write(record, EDITION)
