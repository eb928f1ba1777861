"""CSAF documents of both profiles."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from advisories.affected import Condition, Needs, Status
from advisories.formats import csaf
from advisories.formats.csaf import Profile
from advisories.formats.doubts import NotWritable
from advisories.formats.edition import Beforehand, Edition, Revision
from advisories.formats.record import BranchFix, Identifier, Record
from tests.advisories.formats import schemas
from tests.advisories.formats.editions import (
    CONDITIONAL,
    EDITION,
    FIXES,
    FROM_1_9,
    MAIN_FIX,
    NINE_FIX,
    PUBLIC_AT,
    TREE,
    WITHDRAWN,
    WITHOUT_9,
    parsed,
    saying,
    twelve,
)

WHOLE = replace(twelve(), affected=CONDITIONAL, fixes=FIXES)


def flaw(record: Record = WHOLE, edition: Edition = EDITION, profile: Profile = Profile.ADVISORY) -> dict[str, Any]:
    first: dict[str, Any] = parsed(csaf.write(record, edition, profile))["vulnerabilities"][0]
    return first


@pytest.mark.parametrize("profile", [Profile.ADVISORY, Profile.VEX])
def test_an_advisory_as_it_was_announced_is_valid(profile: Profile) -> None:
    assert schemas.wrong(schemas.csaf(), csaf.write(WHOLE, EDITION, profile)) == []


def test_there_is_a_flaw_for_each_identifier() -> None:
    flaws = parsed(csaf.write(WHOLE, EDITION, Profile.ADVISORY))["vulnerabilities"]
    assert [one["cve"] for one in flaws] == ["CVE-2026-0012", "CVE-2026-0013"]


def test_without_an_identifier_the_flaw_has_the_advisorys_number() -> None:
    found = flaw(replace(WHOLE, identifiers=(Identifier("GHSA", "GHSA-xxxx"),)))
    assert "cve" not in found
    assert found["ids"] == [
        {"system_name": "SSA number", "text": "SSA-12"},
        {"system_name": "GHSA", "text": "GHSA-xxxx"},
    ]


def test_a_conditional_release_is_two_products() -> None:
    statuses = flaw()["product_status"]
    assert "sluice:1.9.2:without-9" in statuses["known_affected"]
    assert "sluice:1.9.2:with-9" in statuses["known_not_affected"]
    assert not any("sluice:1.9.2" in ids for ids in statuses.values())


def test_a_release_with_too_many_conditions_is_not_decided() -> None:
    said = saying(*((Status.AFFECTED, "1.9", Condition(number, Needs.FIX_ABSENT)) for number in range(1, 6)))
    statuses = flaw(replace(WHOLE, affected=said))["product_status"]
    assert "sluice:1.9.2" in statuses["under_investigation"]


def test_a_release_that_is_still_to_come_is_in_no_list() -> None:
    statuses = flaw(replace(WHOLE, affected=FROM_1_9))["product_status"]
    listed = {identifier for ids in statuses.values() for identifier in ids}
    assert {one.split(":")[1] for one in listed if one.count(":") == 1} <= {
        "main line",
        *(str(one) for one in TREE.releases),
    }


def test_the_main_line_is_affected_before_its_fix_and_fixed_with_it() -> None:
    statuses = flaw()["product_status"]
    assert "sluice:main line" in statuses["known_affected"]
    assert f"sluice:master:{MAIN_FIX}" in statuses["fixed"]
    assert f"without commit {MAIN_FIX}" in csaf.write(WHOLE, EDITION, Profile.ADVISORY).decode()


def test_every_affected_product_is_told_its_patch() -> None:
    found = flaw()["remediations"]
    patches = {one["url"]: one["product_ids"] for one in found if one["category"] == "vendor_fix"}
    assert "sluice:1.9.2:without-9" in patches["https://sec.sluice.example/advisories/12/files/ssa12-1.9.patch"]
    assert "sluice:main line" in patches["https://sec.sluice.example/advisories/12/files/ssa12.patch"]
    assert "sluice:2.0.0" in patches[EDITION.page]
    assert "Apply this patch: ssa12.patch. First come the fixes of SSA-11, SSA-7" in [one["details"] for one in found]
    assert patches[f"https://git.sluice.example/sluice/commit/{MAIN_FIX}"] == ["sluice:main line"]


def test_a_patch_that_needs_something_first_says_what_and_leads_to_the_page() -> None:
    first = Beforehand("sluice", "1.9", "R-1.9.2", ("ab" * 20, "cd" * 20))
    found = flaw(edition=replace(EDITION, beforehand=(first,)))["remediations"]
    [told] = [one for one in found if "pick first" in one["details"]]
    assert told["details"] == (
        f"Apply this patch: ssa12-1.9.patch. On R-1.9.2 pick first, in this order: {'ab' * 20}, {'cd' * 20}"
    )
    assert told["url"] == EDITION.page
    several = replace(EDITION, beforehand=(first, replace(first, commits=("ef" * 20,))))
    assert f"other commits have to be picked first: {EDITION.page}" in str(flaw(edition=several)["remediations"])
    assert {one.split(":")[1].rpartition(".")[0] for one in told["product_ids"]} == {"1.9"}


def test_the_mitigation_is_for_all_that_are_affected() -> None:
    found = flaw()
    [mitigation] = [one for one in found["remediations"] if one["category"] == "mitigation"]
    assert mitigation["product_ids"] == found["product_status"]["known_affected"]


def test_what_will_not_be_fixed_is_said_so() -> None:
    record = replace(WHOLE, sections=(), table=(), fixes=(), affected=saying((Status.WILL_NOT_BE_FIXED, "1.6")))
    [remedy] = flaw(record)["remediations"]
    assert (remedy["category"], remedy["product_ids"]) == ("no_fix_planned", ["sluice:1.6.0"])


def test_a_mitigation_does_not_hide_that_there_will_be_no_fix() -> None:
    record = replace(WHOLE, table=(), fixes=(), affected=saying((Status.WILL_NOT_BE_FIXED, "1.6")))
    assert [one["category"] for one in flaw(record)["remediations"]] == ["no_fix_planned", "mitigation"]


def test_what_has_no_remedy_is_said_so() -> None:
    record = replace(WHOLE, sections=(), table=(), fixes=(), affected=saying((Status.AFFECTED, "1.6")))
    assert [one["category"] for one in flaw(record)["remediations"]] == ["none_available"]


def test_every_unaffected_product_has_its_reason() -> None:
    found = flaw(profile=Profile.VEX)
    explained = {identifier for threat in found["threats"] for identifier in threat["product_ids"]}
    assert explained == set(found["product_status"]["known_not_affected"])


def test_revisions_are_counted_from_the_first_public_one() -> None:
    revisions = (Revision(3, PUBLIC_AT, "Public release."), Revision(5, PUBLIC_AT + timedelta(days=1)))
    document = parsed(csaf.write(replace(WHOLE, version=5), replace(EDITION, revisions=revisions), Profile.ADVISORY))
    tracking = document["document"]["tracking"]
    assert tracking["version"] == "2"
    assert [(one["number"], one["legacy_version"]) for one in tracking["revision_history"]] == [("1", "3"), ("2", "5")]
    assert tracking["revision_history"][1]["summary"] == "Version 5"


@pytest.mark.parametrize(
    "revisions",
    [
        (),
        (Revision(2, PUBLIC_AT),),
        (Revision(4, PUBLIC_AT), Revision(3, PUBLIC_AT)),
        (Revision(2, PUBLIC_AT + timedelta(days=1)), Revision(3, PUBLIC_AT)),
        (Revision(3, PUBLIC_AT.replace(tzinfo=None)),),
    ],
    ids=["none", "not this one", "order", "dates", "no zone"],
)
def test_a_history_that_cannot_be_is_not_written(revisions: tuple[Revision, ...]) -> None:
    with pytest.raises(NotWritable):
        csaf.write(WHOLE, replace(EDITION, revisions=revisions), Profile.ADVISORY)


def test_a_withdrawn_advisory_has_no_flaws() -> None:
    record = replace(WHOLE, withdrawn=True)
    document = parsed(csaf.write(record, EDITION, Profile.BASE))
    assert "vulnerabilities" not in document
    with pytest.raises(NotWritable):
        csaf.write(record, EDITION, Profile.VEX)


def test_that_it_was_withdrawn_is_a_revision_of_the_document_with_its_reason() -> None:
    data = csaf.write(replace(WHOLE, withdrawn=True), WITHDRAWN, Profile.BASE)
    assert schemas.wrong(schemas.csaf(), data) == []
    tracking, notes = parsed(data)["document"]["tracking"], parsed(data)["document"]["notes"]
    assert (tracking["version"], tracking["current_release_date"]) == ("2", "2026-03-22T12:00:00Z")
    assert tracking["revision_history"][1]["summary"] == "Withdrawn."
    assert (notes[0]["title"], notes[0]["text"]) == ("Reasoning for withdrawal", "The gate was never open.")
    assert not any("Affected versions" in note["title"] for note in notes)


def test_the_second_document_of_a_withdrawn_advisory_says_so_in_its_place() -> None:
    """Who mirrors by the list of changes would have kept the products of the first one as affected."""
    record = replace(WHOLE, withdrawn=True)
    data = csaf.write(record, WITHDRAWN, Profile.BASE_FOR_VEX)
    assert schemas.wrong(schemas.csaf(), data) == []
    assert csaf.path(record, WITHDRAWN, Profile.BASE_FOR_VEX) == csaf.path(WHOLE, EDITION, Profile.VEX)
    told = parsed(data)["document"]
    assert (told["category"], told["tracking"]["id"], told["tracking"]["version"]) == ("csaf_base", "SSA-12-VEX", "2")


def test_what_holds_is_not_withdrawn() -> None:
    with pytest.raises(NotWritable):
        csaf.write(WHOLE, WITHDRAWN, Profile.ADVISORY)


def test_a_tree_of_which_no_release_is_known_refers_to_the_text() -> None:
    statuses = flaw(replace(WHOLE, affected=()))["product_status"]
    assert statuses["known_affected"] == ["sluice"]


def test_releases_that_nobody_knows_of_are_affected_as_the_text_says_and_not_under_investigation() -> None:
    said = saying((Status.AFFECTED, "0.3 - 0.4"), (Status.AFFECTED, "2.0"))
    statuses = flaw(replace(WHOLE, affected=said))["product_status"]
    assert "under_investigation" not in statuses
    assert {"sluice", "sluice:2.0.0"} <= set(statuses["known_affected"])
    contrary = (*said, *saying((Status.NOT_AFFECTED, "0.1 - 0.9")))
    assert "sluice" not in flaw(replace(WHOLE, affected=contrary))["product_status"]["known_affected"]


def test_files_are_named_as_the_standard_says() -> None:
    assert csaf.path(WHOLE, EDITION, Profile.ADVISORY) == "2026/ssa-12.json"
    assert csaf.path(WHOLE, EDITION, Profile.VEX) == "2026/ssa-12-vex.json"


def test_what_is_no_commit_is_not_called_one() -> None:
    record = replace(WHOLE, fixes=(BranchFix("sluice", "master", "RELEASE-2.1"), BranchFix("sluice", "2.0", "")))
    assert b"commit" not in csaf.write(record, EDITION, Profile.ADVISORY)


def test_a_branch_is_fixed_by_all_of_its_commits_together() -> None:
    record = replace(WHOLE, fixes=(*FIXES, BranchFix("sluice", "1.9", "91" * 20)))
    document = csaf.write(record, EDITION, Profile.ADVISORY).decode()
    assert f"with commits {NINE_FIX}, {'91' * 20}" in document
    assert f"with commit {NINE_FIX}" not in document


def test_a_conditional_main_line_is_affected_only_before_its_fix() -> None:
    record = replace(WHOLE, affected=saying((Status.AFFECTED, "main", WITHOUT_9)))
    document = csaf.write(record, EDITION, Profile.ADVISORY).decode()
    assert f"main line without the fix of SSA-9, without commit {MAIN_FIX}" in document
    assert f"main line with the fix of SSA-9, without commit {MAIN_FIX}" not in document
