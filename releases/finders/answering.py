"""What finders say of a fix: of exactly the revision that they were shown, and never of another one."""

from django.db import transaction
from django.db.models.functions import Now

from advisories.models import About, Event, Report
from advisories.notifying import notify_team
from releases.models import FixAnswer, FixLook, Found, Series, SeriesRevision, SharedFix


class NotShared(Exception):
    """Nothing is shared with the finder any more."""


class Replaced(Exception):
    """Another revision counts by now."""

    def __init__(self, shown: SeriesRevision, current: SeriesRevision) -> None:
        super().__init__(f"{current} has taken the place of {shown}")
        self.shown = shown
        self.current = current


def note_looks(report: Report) -> None:
    """Keep that the finder was shown what counts now, so that the next revision can say what changed since."""
    counting = SeriesRevision.objects.told_to_finder(report).filter(current_of__isnull=False)
    new = counting.exclude(looks__report=report)
    FixLook.objects.bulk_create((FixLook(report=report, revision=one) for one in new), ignore_conflicts=True)


@transaction.atomic
def answer(report: Report, shown: SeriesRevision, digest: str, found: Found, comment: str) -> FixAnswer:
    """Keep what the finder says of the revision whose `digest` they were shown; the same twice is said once.

    Raises `NotShared`, and `Replaced` where another one counts by now: nothing is kept then.
    """
    # Whoever brings a revision holds the series first too. What it leads to is read once it is held: a join would be
    # read as it was before the wait.
    series = Series.objects.select_for_update().get(pk=shown.series_id)
    current = SeriesRevision.objects.filter(current_of=series).first()
    if current is None or not SharedFix.objects.told_to_finder(report).filter(advisory=series.advisory).exists():
        raise NotShared(f"no fix is shared with {report}")
    if (current.pk, current.digest) != (shown.pk, digest):
        raise Replaced(shown, current)
    given = FixAnswer.objects.standing().filter(report=report, revision=shown)
    same = given.filter(found=found, comment=comment).first()
    if same is not None:
        return same
    given.update(replaced_at=Now())
    made = FixAnswer.objects.create(report=report, revision=shown, found=found, comment=comment)
    notify_team(series.advisory, About.POST)
    detail = {
        "report": report.reference, "found": found.value, "series": str(series.pk), "revision": shown.number,
        "digest": shown.digest,
    }  # fmt: skip
    Event.objects.record(series.advisory, kind="fix-answered", by=None, detail=detail)
    return made
