"""Sharing the fix with the finder of a report, and taking that back: each an event, the first also a letter.

What is shared is the fix as it is and as it will be: every later revision of its series shows itself, and the finder is
asked anew.
"""

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import Sending, User
from advisories.models import Advisory, Event, Notice, OutgoingMail, Report
from advisories.reporting import posting
from releases.models import Series, SeriesRevision, SharedFix


class NotTheirs(Exception):
    """The report has nothing to do with the advisory now, or the fix of that one is public or given up."""


class NothingToShare(Exception):
    """There is no series yet."""


REFUSALS = (NotTheirs, NothingToShare)


@transaction.atomic
def share(advisory: Advisory, report: Report, *, by: User) -> SharedFix:
    """Let the finder of `report` see the fix of `advisory` from now on; doing it twice is doing it once.

    Raises one of `REFUSALS`.
    """
    if report.concern != advisory or not _is_secret(advisory):
        raise NotTheirs(f"{report} has nothing to do with a fix of {advisory} that is not public yet")
    if not Series.objects.filter(advisory=advisory, current__isnull=False).exists():
        raise NothingToShare(f"{advisory} has no series yet")
    made, is_new = SharedFix.objects.get_or_create(
        report=report, advisory=advisory, withdrawn_at=None, defaults={"shared_by": by}
    )
    if is_new:
        posting.promise(report, Notice.FIX, key=f"shared-fix:{made.pk}")
        Event.objects.record(advisory, kind="fix-shared", by=by, detail={"report": report.reference})
    return made


@transaction.atomic
def withdraw(shared: SharedFix, *, by: User) -> None:
    """Close it again, at once; what the finder said of it stays. Doing it twice is doing it once.

    A letter that has not left yet would lead to nothing, and stays here.
    """
    if SharedFix.objects.standing().filter(pk=shared.pk).update(withdrawn_at=Now(), withdrawn_by=by):
        waiting = OutgoingMail.objects.filter(report=shared.report, kind=Notice.FIX, state=Sending.QUEUED)
        waiting.update(state=Sending.STOPPED, trouble="What it was about is not shared any more.")
        detail = {"report": shared.report.reference}
        Event.objects.record(shared.advisory, kind="fix-no-longer-shared", by=by, detail=detail)


def tell_of(revision: SeriesRevision) -> None:
    """Promise those with whom the fix is shared a letter that it has changed, in the transaction of the change.

    One that waits to be sent tells of it too.
    """
    advisory = revision.series.advisory
    if not _is_secret(advisory):
        return
    rows = SharedFix.objects.standing().filter(advisory=advisory).order_by("report_id")
    for shared in rows.select_related("report__finder", "report__advisory", "report__duplicate_of__advisory"):
        waiting = OutgoingMail.objects.filter(report=shared.report, kind=Notice.FIX, state=Sending.QUEUED, attempts=0)
        if shared.report.concern == advisory and not waiting.exists():
            posting.promise(shared.report, Notice.FIX, key=f"revision:{revision.pk}")


def _is_secret(advisory: Advisory) -> bool:
    return Advisory.objects.carrying_fixes().embargoed().filter(pk=advisory.pk).exists()
