"""The triage queue as a page shows it: the most urgent first, then what is due first, with each clock in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from advisories.models import Report
from advisories.policy import Policy, Urgency
from advisories.reporting.reports import Due, Owed, ReportState, due, queue_place


@dataclass(frozen=True, slots=True)
class Waiting:
    """One report in the queue."""

    report: Report
    due_at: datetime | None
    clock: str
    """As in `First answer overdue by 3 hours`."""
    is_late: bool
    place: tuple[int, datetime, datetime]


def waiting(report: Report, policy: Policy, now: datetime) -> Waiting:
    """One report with its clock."""
    urgency = Urgency(report.urgency)
    owed = due(policy, ReportState(report.state), urgency, received_at=report.received_at, last_told_at=report.told_at)
    place = queue_place(urgency, owed, report.received_at)
    return Waiting(report, owed.due_at, clock_in_words(owed, now), bool(owed.late_by(now)), place)


def in_order(reports: Iterable[Report], policy: Policy, now: datetime) -> list[Waiting]:
    """The queue; what looks as if a machine had sent it comes last."""
    rows = [waiting(report, policy, now) for report in reports]
    return sorted(rows, key=lambda row: (row.report.is_suspect, row.place))


def clock_in_words(owed: Due, now: datetime) -> str:
    """What is owed and how it stands with it."""
    if owed.owed is Owed.NOTHING or owed.due_at is None:
        return "Nothing owed"
    late = owed.late_by(now)
    what = owed.owed.value.capitalize()
    return f"{what} overdue by {in_words(late)}" if late else f"{what} due in {in_words(owed.due_at - now)}"


def in_words(length: timedelta) -> str:
    """A length of time in its largest whole unit."""
    minutes = max(1, int(length.total_seconds() // 60))
    for size, unit in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            count = minutes // size
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return "a minute"
