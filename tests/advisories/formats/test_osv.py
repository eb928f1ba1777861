"""OSV records."""

from dataclasses import replace
from typing import Any

import pytest

from advisories.affected import Status
from advisories.formats import osv
from advisories.formats.doubts import NotWritable
from advisories.formats.edition import Edition, OsvIds, Score
from advisories.formats.record import Affected, BranchFix, Identifier, Row, Stretch
from advisories.severity import rate
from tests.advisories.formats import schemas
from tests.advisories.formats.editions import (
    CONDITIONAL,
    EDITION,
    FIXES,
    FROM_1_9,
    INTRODUCED,
    MAIN_FIX,
    NINE_FIX,
    PUBLISHER,
    TEN_FIX,
    TWO_FIX,
    WITHDRAWN,
    parsed,
    saying,
    twelve,
)

ONE_CVE = (Identifier("CVE", "CVE-2026-0012"),)
KNOWN = replace(EDITION, introduced=(BranchFix("sluice", "", INTRODUCED),))


def ranges(*said: Affected, fixes: tuple[BranchFix, ...] = FIXES, edition: Edition = KNOWN) -> list[Any]:
    record = replace(twelve(), affected=said, fixes=fixes)
    return [one for entry in parsed(osv.write(record, edition)).get("affected", []) for one in entry.get("ranges", [])]


def test_an_advisory_as_it_was_announced_is_valid() -> None:
    record = replace(twelve(), affected=CONDITIONAL, fixes=FIXES)
    assert schemas.wrong(schemas.osv(), osv.write(record, EDITION)) == []


@pytest.mark.parametrize(
    ("ids", "identifiers", "expected"),
    [
        (OsvIds.UNREGISTERED, ONE_CVE, ("x_SSA-12", ["CVE-2026-0012"], None)),
        (OsvIds.REGISTERED, ONE_CVE, ("SSA-12", ["CVE-2026-0012"], None)),
        (OsvIds.CVE, ONE_CVE, ("CVE-2026-0012", ["SSA-12"], None)),
        (OsvIds.CVE, (), ("x_SSA-12", None, None)),
        (OsvIds.CVE, twelve().identifiers, ("x_SSA-12", None, ["CVE-2026-0012", "CVE-2026-0013"])),
    ],
)
def test_the_setting_decides_the_id_and_several_flaws_are_nobodys_alias(
    ids: OsvIds, identifiers: tuple[Identifier, ...], expected: tuple[object, ...]
) -> None:
    edition = replace(EDITION, publisher=replace(PUBLISHER, osv_ids=ids))
    document = parsed(osv.write(replace(twelve(), identifiers=identifiers), edition))
    assert (document["id"], document.get("aliases"), document.get("related")) == expected


def test_only_releases_that_are_affected_either_way_are_listed() -> None:
    [entry] = parsed(osv.write(replace(twelve(), affected=CONDITIONAL), EDITION))["affected"]
    assert entry["versions"] == ["1.10.0", "1.10.1", "2.0.0-rc1", "2.0.0"]


def test_conditions_are_said_where_people_find_them() -> None:
    said = parsed(osv.write(replace(twelve(), affected=CONDITIONAL), EDITION))["database_specific"]["affected"]
    assert said[0] == {
        "tree": "sluice",
        "versions": ["1.9.x"],
        "status": "affected",
        "only_if": {"fix_of": "SSA-9", "is": "absent"},
    }


def test_commits_are_given_where_every_branch_has_its_fix() -> None:
    [found] = ranges(*saying((Status.AFFECTED, "1.9 and later"), (Status.NOT_AFFECTED, "1.7 and earlier")))
    events = [
        {"introduced": INTRODUCED},
        *({"fixed": fix} for fix in (MAIN_FIX, TWO_FIX, TEN_FIX, NINE_FIX, "17" * 20)),
    ]
    assert found == {"type": "GIT", "repo": "https://git.sluice.example/sluice.git", "events": events}


def test_what_was_always_affected_is_so_from_the_first_commit_on() -> None:
    [found] = ranges(*saying((Status.AFFECTED, "all")), edition=EDITION)
    assert found["events"][0] == {"introduced": "0"}


@pytest.mark.parametrize(
    "said",
    [
        CONDITIONAL,
        saying((Status.AFFECTED, "1.9 - 1.10"), (Status.NOT_AFFECTED, "2.0 and later")),
        saying((Status.AFFECTED, "1.9 - 2.0")),
        saying((Status.AFFECTED, "1.9 and later"), (Status.UNKNOWN, "1.10.1")),
        (),
    ],
    ids=["conditional", "newer unaffected", "main line not named", "a gap", "nothing said"],
)
def test_no_commits_are_given_where_they_would_say_too_much(said: tuple[Affected, ...]) -> None:
    assert ranges(*said) == []


@pytest.mark.parametrize("missing", ["master", "1.9"])
def test_no_commits_are_given_while_a_branch_waits_for_its_fix(missing: str) -> None:
    assert ranges(*saying((Status.AFFECTED, "all")), fixes=tuple(fix for fix in FIXES if fix.branch != missing)) == []


def test_no_commits_are_given_while_a_branch_without_a_release_waits_for_its_fix() -> None:
    """What came after its fix would be called affected, since the range ends at the fixes of other branches."""
    table = (*twelve().table, Row("ssa12.patch", "sluice", (Stretch("2.1", "2.1"),)))
    record = replace(twelve(), affected=saying((Status.AFFECTED, "all")), fixes=FIXES, table=table)
    [entry] = parsed(osv.write(record, KNOWN))["affected"]
    assert "ranges" not in entry


def test_no_commits_are_given_where_a_fix_is_several_commits() -> None:
    more = BranchFix("sluice", "1.9", "91" * 20)
    assert ranges(*saying((Status.AFFECTED, "all")), fixes=(*FIXES, more)) == []


def test_no_commits_are_given_where_only_the_beginning_is_unknown() -> None:
    assert ranges(*FROM_1_9, edition=EDITION) == []


def test_of_several_scores_the_worst_is_given() -> None:
    worse, better = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N"
    scores = (Score(rate(better), "CVE-2026-0012"), Score(rate(worse), "CVE-2026-0013"))
    found = parsed(osv.write(twelve(), replace(EDITION, scores=scores)))["severity"]
    assert found == [{"type": "CVSS_V3", "score": worse}]


def test_a_tag_has_no_page_of_a_commit() -> None:
    record = replace(twelve(), fixes=(BranchFix("sluice", "", "RELEASE-2.1"),))
    assert b"RELEASE-2.1" not in osv.write(record, EDITION)


def test_a_withdrawn_advisory_says_when_and_nothing_else_about_versions() -> None:
    document = parsed(osv.write(replace(twelve(), withdrawn=True, affected=FROM_1_9), EDITION))
    assert document["withdrawn"] == "2026-03-17T12:00:00Z"
    assert "affected" not in document


def test_whoever_syncs_by_date_sees_that_it_was_withdrawn() -> None:
    document = parsed(osv.write(replace(twelve(), withdrawn=True), WITHDRAWN))
    assert document["withdrawn"] == document["modified"] == "2026-03-22T12:00:00Z"
    assert document["published"] == "2026-03-17T12:00:00Z"


def test_a_record_that_is_not_the_last_revision_is_not_written() -> None:
    with pytest.raises(NotWritable, match="version 4"):
        osv.write(replace(twelve(), version=4), EDITION)
