"""Reports: their states, and what is owed to whoever sent them."""

from datetime import UTC, datetime, timedelta

import pytest

from advisories.policy import Policy, Urgency
from advisories.reporting.reports import (
    CLOSED,
    DECIDED,
    STEPS,
    Due,
    DuplicateOfItself,
    NoGrounds,
    Owed,
    ReportState,
    ReportStepNotAllowed,
    check_step,
    due,
    original_of,
    queue_place,
)

POLICY = Policy("SSA", countries=("US",))
FRIDAY = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize("state", sorted(DECIDED))
def test_every_decision_is_open_to_new_facts(state: ReportState) -> None:
    check_step(state, ReportState.TRIAGING, "a second way to reach it was found")


@pytest.mark.parametrize("state", sorted(DECIDED))
def test_nothing_is_opened_again_without_new_facts(state: ReportState) -> None:
    with pytest.raises(NoGrounds):
        check_step(state, ReportState.TRIAGING, " ")


@pytest.mark.parametrize("state", sorted(DECIDED - {ReportState.ACCEPTED}))
def test_a_reporter_is_told_why_not(state: ReportState) -> None:
    with pytest.raises(NoGrounds):
        check_step(ReportState.TRIAGING, state)
    check_step(ReportState.TRIAGING, state, "because")


def test_accepting_needs_no_grounds() -> None:
    check_step(ReportState.TRIAGING, ReportState.ACCEPTED)


def test_nothing_is_decided_without_triage() -> None:
    for state in DECIDED:
        with pytest.raises(ReportStepNotAllowed):
            check_step(ReportState.RECEIVED, state, "because")


def test_every_state_is_in_the_table() -> None:
    assert set(STEPS) == set(ReportState)


def test_a_duplicate_of_a_duplicate_leads_to_the_first_report() -> None:
    assert original_of(3, {3: 2, 2: 1}) == 1


def test_a_report_without_an_earlier_one_is_its_own() -> None:
    assert original_of(1, {3: 2}) == 1


@pytest.mark.parametrize("links", [{1: 1}, {1: 2, 2: 1}, {1: 2, 2: 3, 3: 2}])
def test_no_report_is_a_duplicate_of_itself(links: dict[int, int]) -> None:
    with pytest.raises(DuplicateOfItself):
        original_of(1, links)


def owed(urgency: Urgency, *, told_at: datetime | None = None, state: ReportState = ReportState.TRIAGING) -> Due:
    return due(POLICY, state, urgency, received_at=FRIDAY, last_told_at=told_at)


def test_a_first_answer_is_due_in_working_hours() -> None:
    assert owed(Urgency.NORMAL) == Due(Owed.FIRST_ANSWER, datetime(2026, 11, 24, 15, 0, tzinfo=UTC))


def test_what_is_critical_does_not_wait_for_monday() -> None:
    assert owed(Urgency.CRITICAL) == Due(Owed.FIRST_ANSWER, FRIDAY + timedelta(hours=24))


def test_after_the_first_answer_an_update_is_due_in_working_days() -> None:
    assert owed(Urgency.HIGH, told_at=FRIDAY) == Due(Owed.UPDATE, datetime(2026, 11, 30, 15, 0, tzinfo=UTC))


def test_a_critical_update_runs_by_the_clock() -> None:
    assert owed(Urgency.CRITICAL, told_at=FRIDAY) == Due(Owed.UPDATE, FRIDAY + timedelta(days=2))


@pytest.mark.parametrize("state", sorted(CLOSED))
def test_nothing_is_owed_on_a_closed_report(state: ReportState) -> None:
    assert owed(Urgency.CRITICAL, state=state) == Due(Owed.NOTHING)


@pytest.mark.parametrize("state", [ReportState.ACCEPTED, ReportState.DEFERRED])
def test_who_waits_for_an_accepted_or_deferred_report_hears_on(state: ReportState) -> None:
    assert owed(Urgency.NORMAL, told_at=FRIDAY, state=state).owed is Owed.UPDATE


def test_lateness_begins_after_the_due_instant() -> None:
    waiting = Due(Owed.UPDATE, FRIDAY)
    assert waiting.late_by(FRIDAY) == timedelta()
    assert waiting.late_by(FRIDAY + timedelta(minutes=5)) == timedelta(minutes=5)
    assert Due(Owed.NOTHING).late_by(FRIDAY) == timedelta()


def test_the_queue_goes_by_urgency_then_by_what_is_due() -> None:
    later = Due(Owed.UPDATE, FRIDAY + timedelta(days=9))
    places = {
        "low": queue_place(Urgency.LOW, Due(Owed.UPDATE, FRIDAY), FRIDAY),
        "critical": queue_place(Urgency.CRITICAL, later, FRIDAY),
        "high, due later": queue_place(Urgency.HIGH, later, FRIDAY),
        "high": queue_place(Urgency.HIGH, Due(Owed.UPDATE, FRIDAY), FRIDAY),
    }
    assert sorted(places, key=lambda name: places[name]) == ["critical", "high", "high, due later", "low"]
