"""Keeping a text: compare and set, version by version; and what a revision would freeze of it."""

import pytest

from advisories.affected import Needs, Status
from advisories.canonical import canonical
from advisories.lifecycle import State
from advisories.models import Affected, Credit, Event, Finder, Identifier, Standing, TextVersion, Vector
from advisories.reporting.reports import ReportState
from advisories.writing import drafting
from advisories.writing.drafting import TextConflict
from tests.make import make_advisory, make_report, make_user

VECTOR = "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H"


@pytest.fixture(autouse=True)
def _database(db: None) -> None:
    pass


def test_a_text_is_kept_and_counted() -> None:
    advisory = make_advisory(impact="Small.")
    drafting.keep_text(advisory, {"impact": "Large."}, read_version=1, by=None)
    assert (advisory.impact, advisory.text_version) == ("Large.", 2)
    assert Event.objects.get(kind="text-edited").detail == {"sections": ["impact"]}


def test_what_nobody_changed_is_not_written() -> None:
    advisory = make_advisory(impact="Small.")
    drafting.keep_text(advisory, advisory.texts, read_version=1, by=None)
    assert advisory.text_version == 1
    assert not Event.objects.filter(kind="text-edited").exists()


def test_different_sections_by_two_are_put_together() -> None:
    advisory = make_advisory(impact="Small.", mitigation="None.")
    drafting.keep_text(advisory, {"impact": "Large."}, read_version=1, by=None)
    merged = drafting.keep_text(advisory, {"mitigation": "Unplug it."}, read_version=1, by=None)
    assert (advisory.impact, advisory.mitigation) == ("Large.", "Unplug it.")
    assert merged.from_them == ("impact",)


def test_the_second_writer_of_a_section_is_told_and_nothing_is_kept() -> None:
    advisory = make_advisory(impact="Small.")
    drafting.keep_text(advisory, {"impact": "Large."}, read_version=1, by=None)
    with pytest.raises(TextConflict) as told:
        drafting.keep_text(advisory, {"impact": "Huge.", "mitigation": "None."}, read_version=1, by=None)
    (conflict,) = told.value.conflicts
    assert (conflict.base, conflict.theirs, conflict.mine) == ("Small.", "Large.", "Huge.")
    assert told.value.merged.texts["mitigation"] == "None."
    advisory.refresh_from_db()
    assert (advisory.impact, advisory.mitigation) == ("Large.", "")


def test_a_version_that_never_was_takes_nothing_for_granted() -> None:
    advisory = make_advisory(impact="Small.")
    with pytest.raises(TextConflict):
        drafting.keep_text(advisory, {"impact": "Huge."}, read_version=99, by=None)


def test_every_text_stays() -> None:
    person = make_user()
    advisory = make_advisory(impact="First.")
    drafting.keep_text(advisory, {"impact": "Second."}, read_version=1, by=person)
    kept = TextVersion.objects.filter(advisory=advisory)
    assert [row.texts["impact"] for row in kept] == ["First.", "Second."]
    assert [row.by for row in kept] == [None, person]


def test_content_is_plain_and_canonical() -> None:
    advisory = make_advisory(number=12, description="**Words**", notes="For members.")
    other = make_advisory(number=7)
    Identifier.objects.create(advisory=advisory, value="CVE-2026-0001", state=Standing.RESERVED)
    Identifier.objects.create(advisory=advisory, state=Standing.REQUESTED)
    Vector.objects.create(advisory=advisory, vector=VECTOR, source="team")
    Affected.objects.create(
        advisory=advisory, position=1, tree="sluice", ranges="1.0.x", status=Status.AFFECTED,
        condition_on=other, condition_needs=Needs.FIX_ABSENT,
    )  # fmt: skip
    content = drafting.content_of(advisory)
    assert content["sections"] == {"description": "**Words**", "notes": "For members."}
    assert content["identifiers"] == [
        {"scheme": "CVE", "value": "CVE-2026-0001", "state": "reserved", "replaced_by": ""}
    ]
    assert content["severities"] == [
        {"version": "3.1", "vector": VECTOR, "score": "8.8", "rating": "high", "source": "team"}
    ]
    assert content["affected"] == [
        {
            "tree": "sluice", "ranges": "1.0.x", "status": "affected",
            "condition": {"advisory": 7, "needs": "absent"},
        }
    ]  # fmt: skip
    assert b'"number":12' in canonical(content)


def test_readers_get_no_note_for_members_and_no_name_that_was_only_asked_for() -> None:
    advisory = make_advisory(impact="Large.", notes="For members.", deployment="Allowed.")
    Identifier.objects.create(advisory=advisory, value="CVE-2026-0001", state=Standing.RESERVED)
    content = drafting.for_readers(drafting.content_of(advisory))
    assert content["sections"] == {"impact": "Large.", "deployment": "Allowed."}
    assert content["identifiers"] == []


def test_finders_who_want_to_be_named_are_those_of_duplicates_too() -> None:
    advisory = make_advisory(state=State.DRAFTING)
    first, second, shy = (make_report(name=name) for name in ("Ada", "Bo", "Cy"))
    Finder.objects.exclude(pk=shy.finder_id).update(credit=Credit.NAMED)
    for report in (first, shy):
        report.advisory = advisory
        report.save()
    second.move_to(ReportState.TRIAGING, by=None)
    second.move_to(ReportState.DUPLICATE, by=None, grounds="The same.", duplicate_of=first)
    named = drafting.content_of(advisory)["finders"]
    assert named == [{"name": "Ada", "affiliation": ""}, {"name": "Bo", "affiliation": ""}]
