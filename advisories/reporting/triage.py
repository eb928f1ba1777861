"""What the security team does with a report: take it, answer, decide, link, draft an advisory from it."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from advisories.models import Advisory, Author, Event, Finder, Message, Notice, Report, StaleReport
from advisories.policy import Urgency
from advisories.reporting import posting
from advisories.reporting.reports import ReportState
from advisories.writing import drafting


@transaction.atomic
def assign(report: Report, owner: User | None, *, by: User) -> None:
    """Make somebody answer for a report. Whoever takes a new one has begun to look at it."""
    Report.objects.filter(pk=report.pk).update(owner=owner)
    Event.objects.record(report, kind="report-assigned", by=by, detail={"owner": owner.pk if owner else None})
    report.refresh_from_db()
    if owner is not None and report.state == ReportState.RECEIVED:
        report.move_to(ReportState.TRIAGING, by=by)


@transaction.atomic
def judge(report: Report, urgency: Urgency, *, by: User) -> None:
    """Say how urgent it is; the clocks follow."""
    changed = Report.objects.filter(pk=report.pk).exclude(urgency=urgency.value).update(urgency=urgency.value)
    if changed:
        Event.objects.record(report, kind="report-judged", by=by, detail={"urgency": urgency.value})
        report.refresh_from_db()


@transaction.atomic
def answer(report: Report, text: str, *, by: User, is_internal: bool = False, at: datetime | None = None) -> Message:
    """Write to the finder, who is told by mail that there is something to read; or a note among the team."""
    message = _write(report, text, by, is_internal=is_internal, at=at)
    if not is_internal:
        posting.promise(report, Notice.ANSWERED, key=f"message:{message.pk}")
    kind = "report-noted" if is_internal else "report-answered"
    Event.objects.record(report, kind=kind, by=by, detail={"message": message.pk})
    return message


@transaction.atomic
def decide(
    report: Report, target: ReportState, *, by: User, grounds: str = "", duplicate_of: Report | None = None
) -> None:
    """Move a report, and tell its finder the grounds. Raises what `Report.move_to` raises; nothing is told then."""
    event = report.move_to(target, by=by, grounds=grounds, duplicate_of=duplicate_of)
    if grounds.strip():
        _write(report, grounds, by)
    if target not in (ReportState.RECEIVED, ReportState.TRIAGING) or grounds.strip():
        posting.promise(report, Notice.DECIDED, key=f"event:{event.sequence}")


@transaction.atomic
def draft_advisory(report: Report, *, by: User) -> Advisory:
    """Take the next number for what a report is about, and accept it. The finder's words stay in the report.

    Raises `StaleReport` where it has an advisory already, `ReportStepNotAllowed` where it is not being looked at.
    """
    # The report first and the end of the record after it, as everybody takes them: nobody waits in a ring.
    Report.objects.select_for_update().get(pk=report.pk)
    advisory = Advisory(number=Advisory.next_number(), title=report.title)
    drafting.begin(advisory, by=by)
    link(report, advisory, by=by)
    return advisory


@transaction.atomic
def link(report: Report, advisory: Advisory, *, by: User) -> None:
    """Say which advisory a report feeds, and accept it. Several reports may feed one; each keeps its finder."""
    if not Report.objects.filter(pk=report.pk, advisory__isnull=True).update(advisory=advisory):
        raise StaleReport(f"{report} has an advisory already")
    if report.state not in (ReportState.ACCEPTED, ReportState.DUPLICATE):
        decide(report, ReportState.ACCEPTED, by=by)
    Event.objects.record(report, kind="report-linked", by=by, detail={"advisory": advisory.pk})
    Event.objects.record(advisory, kind="report-linked", by=by, detail={"report": report.reference})
    report.refresh_from_db()


@transaction.atomic
def promise_terms(report: Report, terms: str, *, by: User) -> None:
    """Keep what the finder was promised; the words stay out of the record."""
    if Finder.objects.filter(pk=report.finder_id).exclude(terms=terms).update(terms=terms):
        Event.objects.record(report, kind="terms-promised", by=by)


def _write(report: Report, text: str, by: User, *, is_internal: bool = False, at: datetime | None = None) -> Message:
    at = at or timezone.now()
    message = Message.objects.create(
        report=report, author=Author.TEAM, by=by, text=text, is_internal=is_internal, written_at=at
    )
    if not is_internal:
        Report.objects.filter(pk=report.pk).update(told_at=at)
    return message
