"""What becomes of a number besides being published: merged, split, given up, withdrawn, superseded.

Nothing is lost: texts stay where they were written, reports move with their finders' credit and terms, and every number
keeps a page for those who may know of it.
"""

from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.models import User
from advisories.embargo import kin
from advisories.lifecycle import CARRIES_FIXES, State
from advisories.models import Advisory, Affected, Batch, Event, Identifier, Report, StaleAdvisory
from advisories.release import scheduling
from advisories.release.disarming import disarm_for
from advisories.writing import drafting

TAKES_OTHERS_IN = CARRIES_FIXES | {State.RESERVED}
"""Another advisory may be merged into one that still leads somewhere."""

CAN_BE_SPLIT = CARRIES_FIXES


class NoReason(Exception):
    """The page at the number says why, so somebody has to."""


class NotThere(Exception):
    """The other advisory cannot take this part; the message is a sentence to show."""


@transaction.atomic
def merge(advisory: Advisory, into: Advisory, *, because: str, by: User | None) -> None:
    """End `advisory` in favour of `into`, which takes its reports over; its text stays, and is never published.

    Raises `NoReason`, `NotThere`, `StepNotAllowed`, `StaleAdvisory`.
    """
    _needs(because)
    # Each in one order for everybody: two who merge crosswise don't wait for each other.
    Batch.objects.around(advisory, into)
    reports = _held_reports(Report.objects.filter(advisory=advisory))
    target = Advisory.objects.get(pk=into.pk)
    if target.pk == advisory.pk:
        raise NotThere("An advisory cannot be merged into itself.")
    if State(target.state) not in TAKES_OTHERS_IN:
        raise NotThere(f"{target} is {target.state}, so nothing can be merged into it.")
    kin.merged_into(target, [advisory], by=by)
    scheduling.leave_for_good(advisory, reason=because, by=by)
    advisory.move_to(State.MERGED, by=by, merged_into=target, ended_because=because.strip())
    _pass_on_reports(advisory, target, reports, by=by)
    # What had been merged into this one is found where its text is now.
    for earlier in Advisory.objects.filter(merged_into=advisory):
        Advisory.objects.filter(pk=earlier.pk).update(merged_into=target)
        Event.objects.record(earlier, kind="merged", by=by, detail={"into": target.number})
    Event.objects.record(advisory, kind="merged", by=by, detail={"into": target.number})
    Event.objects.record(target, kind="took-in", by=by, detail={"from": advisory.number})


@transaction.atomic
def split(
    advisory: Advisory,
    *,
    title: str,
    sections: Iterable[str],
    reports: Collection[Report],
    identifiers: Collection[Identifier],
    with_affected: bool,
    by: User | None,
) -> Advisory:
    """Take the next number for a part of `advisory`: chosen sections are copied, reports and identifiers move.

    Raises `NotThere` where it no longer leads anywhere, or something chosen is not its own; `IntegrityError` where
    somebody took the number at the same time.
    """
    Batch.objects.around(advisory)
    _held_reports(Report.objects.filter(pk__in=[one.pk for one in reports]))
    kin.hold(advisory)
    disarm_for(advisory, f"A part of {advisory} was split off", by=by)
    held = Advisory.objects.get(pk=advisory.pk)
    if State(held.state) not in CAN_BE_SPLIT:
        raise NotThere(f"{held} is {held.state}, so there is nothing to split.")
    owners = {one.advisory_id for one in reports} | {one.advisory_id for one in identifiers}
    if owners - {held.pk}:
        raise NotThere("Something of that is no longer part of this advisory.")
    texts = {name: getattr(held, name) for name in sections}
    child = Advisory(number=Advisory.next_number(), title=title, split_from=held, **texts)
    child.is_already_public = held.is_already_public
    drafting.begin(child, by=by)
    _pass_on_reports(held, child, reports, by=by)
    Identifier.objects.filter(pk__in=[one.pk for one in identifiers]).update(advisory=child)
    if with_affected:
        for row in Affected.objects.filter(advisory=held).exclude(condition_on=child):
            row.pk, row.advisory, row._state.adding = None, child, True
            row.save(force_insert=True)
    kin.split_to(held, [child], by=by)
    Event.objects.record(child, kind="split-off", by=by, detail={"from": held.number})
    Event.objects.record(held, kind="split", by=by, detail={"to": child.number})
    return child


@transaction.atomic
def mark_unused(advisory: Advisory, *, because: str, by: User | None) -> None:
    """Give the number up for good. Raises `NoReason`, `StepNotAllowed`, `StaleAdvisory`."""
    _needs(because)
    scheduling.leave_for_good(advisory, reason=because, by=by)
    advisory.move_to(State.UNUSED, by=by, ended_because=because.strip())


@transaction.atomic
def withdraw(advisory: Advisory, *, because: str, by: User | None) -> None:
    """Say of a published advisory that it no longer holds; it stays readable. Raises as `mark_unused` does."""
    _needs(because)
    scheduling.leave_for_good(advisory, reason=because, by=by)
    advisory.move_to(State.WITHDRAWN, by=by, ended_because=because.strip(), withdrawn_at=Now())


@transaction.atomic
def supersede(advisory: Advisory, by_other: Advisory | None, *, by: User | None) -> None:
    """Say which advisory took the place of this one, or that none did. Raises `NotThere`, `StaleAdvisory`.

    Each page leads to the other for those who may read both.
    """
    held = Advisory.objects.select_for_update(no_key=True).get(pk=advisory.pk)
    _refuse_rings(held, by_other)
    read = Advisory.objects.filter(pk=held.pk, superseded_by=advisory.superseded_by)
    if not read.update(superseded_by=by_other):
        raise StaleAdvisory(f"{held} was given another successor meanwhile")
    detail = {"other": by_other.number if by_other else None}
    Event.objects.record(held, kind="superseded", by=by, detail=detail)
    if by_other is not None:
        Event.objects.record(by_other, kind="supersedes", by=by, detail={"other": held.number})
    advisory.refresh_from_db()


def _refuse_rings(advisory: Advisory, by_other: Advisory | None) -> None:
    links = dict(Advisory.objects.filter(superseded_by__isnull=False).values_list("pk", "superseded_by"))
    seen = by_other.pk if by_other else None
    while seen is not None:
        if seen == advisory.pk:
            raise NotThere("An advisory cannot take the place of itself, not even by way of others.")
        seen = links.get(seen)


def _held_reports(reports: QuerySet[Report]) -> list[Report]:
    """Lock reports before anything is recorded: whoever writes in a thread holds its report and then records."""
    return list(reports.select_for_update(no_key=True).order_by("pk"))


def _pass_on_reports(source: Advisory, target: Advisory, reports: Iterable[Report], *, by: User | None) -> None:
    """Each report keeps its finder, and so credit and terms."""
    for report in reports:
        if not Report.objects.filter(pk=report.pk, advisory=source).update(advisory=target):
            raise StaleAdvisory(f"{report} was given to another advisory meanwhile")
        Event.objects.record(
            report, kind="report-passed-on", by=by, detail={"from": source.number, "to": target.number}
        )


def _needs(because: str) -> None:
    if not because.strip():
        raise NoReason("the page at the number says why")
