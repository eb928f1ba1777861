"""CVE records."""

from dataclasses import replace

import pytest

from advisories.affected import Status
from advisories.formats import cve
from advisories.formats.doubts import NotWritable
from advisories.formats.record import BranchFix, Section
from tests.advisories.formats import schemas
from tests.advisories.formats.editions import (
    CONDITIONAL,
    EDITION,
    FIXES,
    FROM_1_9,
    INTRODUCED,
    MAIN_FIX,
    PUBLISHER,
    WITHDRAWN,
    parsed,
    saying,
    twelve,
)

TWELVE = "CVE-2026-0012"
WHOLE = replace(twelve(), affected=CONDITIONAL, fixes=FIXES)


@pytest.mark.parametrize("identifier", [TWELVE, "CVE-2026-0013"])
def test_there_is_a_valid_record_for_each_identifier(identifier: str) -> None:
    data = cve.write(WHOLE, EDITION, identifier)
    assert schemas.wrong(schemas.cve(), data) == []
    assert parsed(data)["cveMetadata"]["cveId"] == identifier


def test_an_identifier_of_another_advisory_has_no_record() -> None:
    with pytest.raises(NotWritable):
        cve.write(WHOLE, EDITION, "CVE-2026-0099")


def test_who_is_no_numbering_authority_writes_no_records() -> None:
    with pytest.raises(NotWritable):
        cve.write(WHOLE, replace(EDITION, publisher=replace(PUBLISHER, cve_organisation="")), TWELVE)


def test_the_authoritys_part_stands_alone_as_the_service_takes_it() -> None:
    whole = parsed(cve.write(WHOLE, EDITION, TWELVE))["containers"]["cna"]
    assert parsed(cve.container(WHOLE, EDITION, TWELVE)) == {"cnaContainer": whole}


def test_releases_of_one_line_with_one_answer_are_a_range() -> None:
    [product] = parsed(cve.write(replace(WHOLE, fixes=()), EDITION, TWELVE))["containers"]["cna"]["affected"]
    assert product["versions"] == [
        {"version": "1.6.0", "status": "unaffected"},
        {"version": "1.7.0", "status": "unaffected"},
        {"version": "1.10.0", "lessThanOrEqual": "1.10.1", "versionType": "semver", "status": "affected"},
        {"version": "2.0.0-rc1", "lessThanOrEqual": "2.0.0", "versionType": "custom", "status": "affected"},
    ]


def test_a_range_does_not_reach_over_a_version_with_another_answer() -> None:
    said = saying((Status.AFFECTED, "1.10"), (Status.UNKNOWN, "1.10.0.5"))
    [product] = parsed(cve.write(replace(WHOLE, affected=said), EDITION, TWELVE))["containers"]["cna"]["affected"]
    assert [one["version"] for one in product["versions"]] == ["1.10.0", "1.10.1"]


def test_conditions_are_said_in_words() -> None:
    container = parsed(cve.write(WHOLE, EDITION, TWELVE))["containers"]["cna"]
    assert [one["value"] for one in container["configurations"]] == [
        "1.9.x: affected, only if the fix of SSA-9 is absent"
    ]


def test_commits_are_a_product_of_their_own() -> None:
    edition = replace(EDITION, introduced=(BranchFix("sluice", "", INTRODUCED),))
    products = parsed(cve.write(replace(WHOLE, affected=FROM_1_9), edition, TWELVE))["containers"]["cna"]["affected"]
    assert products[1]["repo"] == "https://git.sluice.example/sluice.git"
    assert products[1]["versions"][0] == {
        "version": INTRODUCED,
        "lessThan": MAIN_FIX,
        "versionType": "git",
        "status": "affected",
    }


def test_a_text_that_is_too_long_says_where_the_rest_is() -> None:
    long = Section("ISSUE DESCRIPTION", ("A gate stays open.\n\n" * 400,))
    [said] = parsed(cve.write(replace(WHOLE, sections=(long,)), EDITION, TWELVE))["containers"]["cna"]["descriptions"]
    assert len(said["value"]) <= 4096
    assert said["value"].endswith(f"open.\n\n[The rest is at {EDITION.page}]")


def test_a_withdrawn_advisorys_identifiers_are_rejected() -> None:
    data = cve.write(replace(WHOLE, withdrawn=True), EDITION, TWELVE)
    assert schemas.wrong(schemas.cve(), data) == []
    assert parsed(data)["cveMetadata"]["state"] == "REJECTED"


def test_an_identifier_is_rejected_when_and_because_the_advisory_was_withdrawn() -> None:
    data = cve.write(replace(WHOLE, withdrawn=True), WITHDRAWN, TWELVE)
    assert schemas.wrong(schemas.cve(), data) == []
    metadata, container = parsed(data)["cveMetadata"], parsed(data)["containers"]["cna"]
    assert metadata["dateRejected"] == metadata["dateUpdated"] == "2026-03-22T12:00:00Z"
    assert [one["value"] for one in container["rejectedReasons"]] == ["The gate was never open."]
