"""PURE: the states of a report, and the clocks that run on whoever owes its reporter an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from advisories.calendar import WorkingCalendar
from advisories.policy import Policy, Urgency


class ReportState(StrEnum):
    """Where a report stands."""

    RECEIVED = "received"
    TRIAGING = "triaging"
    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    INVALID = "invalid"
    NOT_A_VULNERABILITY = "not a vulnerability"
    OUT_OF_SCOPE = "out of scope"
    DEFERRED = "deferred"


DECIDED = frozenset(ReportState) - {ReportState.RECEIVED, ReportState.TRIAGING}
"""Each can be opened again on new facts."""

CLOSED = DECIDED - {ReportState.ACCEPTED, ReportState.DEFERRED}
"""Nobody owes an answer any more. An accepted report lives on until its advisory is public, a deferred one waits."""

TAKES_PART = frozenset({ReportState.TRIAGING, ReportState.ACCEPTED, ReportState.DUPLICATE, ReportState.DEFERRED})
"""Its finder has a say in the dates of the advisory that it feeds; one that was turned down feeds none."""

STEPS: dict[ReportState, frozenset[ReportState]] = {
    ReportState.RECEIVED: frozenset({ReportState.TRIAGING}),
    ReportState.TRIAGING: DECIDED,
    **{state: frozenset({ReportState.TRIAGING}) for state in DECIDED},
}


class ReportStepNotAllowed(Exception):
    """A report has no such step."""

    def __init__(self, current: ReportState, target: ReportState) -> None:
        super().__init__(f"a report does not go from {current} to {target}")
        self.current = current
        self.target = target


class NoGrounds(Exception):
    """A decision needs a reason, and opening a report again needs new facts."""


class DuplicateOfItself(Exception):
    """Following what it is a duplicate of leads back to the report."""


def check_step(current: ReportState, target: ReportState, grounds: str = "") -> None:
    """Raise `ReportStepNotAllowed` unless the lifecycle leads there, `NoGrounds` where a reason or facts are missing.

    Accepting needs none: the advisory says why.
    """
    if target not in STEPS[current]:
        raise ReportStepNotAllowed(current, target)
    if current in DECIDED and not grounds.strip():
        raise NoGrounds("a report is opened again on new facts: say which")
    if target in DECIDED - {ReportState.ACCEPTED} and not grounds.strip():
        raise NoGrounds(f"a reporter who hears “{target}” is told why")


def original_of(report: int, duplicate_of: Mapping[int, int]) -> int:
    """Follow duplicates of duplicates to the report that is none. Raises `DuplicateOfItself`."""
    seen = {report}
    while report in duplicate_of:
        report = duplicate_of[report]
        if report in seen:
            raise DuplicateOfItself("a report cannot be a duplicate of itself, nor of one of its own duplicates")
        seen.add(report)
    return report


class Owed(StrEnum):
    """What the reporter waits for."""

    NOTHING = "nothing"
    FIRST_ANSWER = "first answer"
    UPDATE = "update"


@dataclass(frozen=True, slots=True)
class Due:
    """What is owed, and until when (aware; None where nothing is)."""

    owed: Owed
    due_at: datetime | None = None

    def late_by(self, now: datetime) -> timedelta:
        """Say how late it is; nothing before it is due."""
        if self.due_at is None or now <= self.due_at:
            return timedelta()
        return now - self.due_at


def due(
    policy: Policy,
    state: ReportState,
    urgency: Urgency,
    *,
    received_at: datetime,
    last_told_at: datetime | None,
) -> Due:
    """Say what is owed to the reporter. `last_told_at` is when a person last wrote; an automatic receipt doesn't count.

    The first answer is counted in working hours from the arrival, updates in working days from the last word, until the
    same time of day; both by the clock where the policy's terms for this urgency say so.
    """
    if state in CLOSED:
        return Due(Owed.NOTHING)
    terms = policy.terms_for(urgency)
    working = WorkingCalendar.of(policy)
    if last_told_at is None:
        hours = terms.first_answer_hours
        by_clock = received_at + timedelta(hours=hours)
        return Due(Owed.FIRST_ANSWER, by_clock if terms.around_the_clock else working.add_hours(received_at, hours))
    if terms.around_the_clock:
        return Due(Owed.UPDATE, last_told_at + timedelta(days=terms.update_days))
    return Due(Owed.UPDATE, working.add_days_at(last_told_at, terms.update_days))


def queue_place(urgency: Urgency, owed: Due, received_at: datetime) -> tuple[int, datetime, datetime]:
    """Give the key that sorts the triage queue: the most urgent first, then what is due first, then the oldest."""
    return list(Urgency).index(urgency), owed.due_at or received_at, received_at
