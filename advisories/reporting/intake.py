"""Taking reports in: from the form, by mail, and what their finders add later. Nothing that was confirmed is lost."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Greatest, Substr
from django.utils import timezone

from advisories import notifying
from advisories.models import (
    Attachment,
    Author,
    Credit,
    Event,
    Finder,
    Knock,
    Message,
    Notice,
    Report,
    ReportText,
)
from advisories.reporting import crediting, posting

MOST_SEARCHED = 100_000
"""Characters of a thread that the search for duplicates reads."""

_RECEIPTS_PER_HOUR = 5
"""To one address: whatever answers our letters by a machine gets no more of them."""

Files = Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody reports, as they typed it."""

    title: str
    text: str = field(repr=False)
    name: str = ""
    address: str = ""
    credit: Credit = Credit.UNDECIDED
    credit_as: str = ""


@transaction.atomic
def open_report(
    told: Told, files: Files = (), *, is_suspect: bool = False, marks: Iterable[str] = (), at: datetime | None = None
) -> Report:
    """Keep a new report with its files; promise a receipt unless it looks as if a machine had sent it."""
    at = at or timezone.now()
    finder = Finder.objects.create(name=told.name, address=told.address, credit=told.credit, credit_as=told.credit_as)
    report = Report.objects.create(
        reference=Report.new_reference(),
        title=told.title,
        finder=finder,
        is_suspect=is_suspect,
        received_at=at,
        heard_at=at,
    )
    ReportText.objects.create(report=report, text=f"{told.title}\n{told.text}"[:MOST_SEARCHED])
    _write(report, told.text, files, marks, at)
    is_answered = bool(told.address) and not is_suspect
    if is_answered and Knock.objects.may_enter("receipt", told.address.lower(), limit=_RECEIPTS_PER_HOUR):
        posting.promise(report, Notice.RECEIVED, key="received")
    if not is_suspect:
        notifying.notify_of_reports()
    Event.objects.record(report, kind="report-received", by=None)
    return report


@transaction.atomic
def continue_thread(
    report: Report, text: str, files: Files = (), *, marks: Iterable[str] = (), at: datetime | None = None
) -> Message:
    """Keep what a finder adds. A closed report stays closed, and comes back into the queue for somebody to look."""
    at = at or timezone.now()
    message = _write(report, text, files, marks, at)
    Report.objects.filter(pk=report.pk).update(heard_at=Greatest(F("heard_at"), Value(at)))
    longer = Substr(Concat(F("text"), Value(f"\n{text}")), 1, MOST_SEARCHED)
    ReportText.objects.filter(report=report).update(text=longer)
    notifying.notify_of_reports(report.owner)
    Event.objects.record(report, kind="finder-wrote", by=None, detail={"message": message.pk})
    return message


@transaction.atomic
def choose_credit(report: Report, credit: Credit, credit_as: str) -> None:
    """Keep how the finder wants to be named; the words stay out of the record."""
    crediting.hold_back(report, by=None)
    Finder.objects.filter(pk=report.finder_id).update(credit=credit, credit_as=credit_as)
    Event.objects.record(report, kind="credit-chosen", by=None, detail={"credit": credit.value})


def _write(report: Report, text: str, files: Files, marks: Iterable[str], at: datetime) -> Message:
    message = Message.objects.create(report=report, author=Author.FINDER, text=text, marks=sorted(marks), written_at=at)
    Attachment.objects.bulk_create(
        Attachment(message=message, **Attachment.values_of(name, content, position))
        for position, (name, content) in enumerate(files, start=1)
    )
    return message
