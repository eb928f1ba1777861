"""Planning releases: what is planned, which days are good, and why: read for somebody who may know it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from accounts.access import Viewer
from advisories.access import may_triage
from advisories.calendar import Day, Month, Reason, Slot, earliest, next_slots, objections
from advisories.models import Batch, BatchEntry, Tiding, What
from advisories.policy import Announced, Policy
from advisories.release.batching import Audience, BatchState


@dataclass(frozen=True, slots=True)
class Planned:
    """A batch as a calendar shows it to somebody."""

    batch: int
    """Its key, for its address."""
    at: datetime
    """Aware, in the policy's zone."""
    state: BatchState
    name: str
    """Empty for whoever may know the date only."""
    labels: tuple[str, ...]
    """Of the advisories in it that may be known, such as SSA-12."""
    told_anew: int = 0
    """How often readers were told another date, or that there is none."""

    @property
    def is_over(self) -> bool:
        """It is out, and a worker has written that down."""
        return self.state is BatchState.RELEASED

    @property
    def is_given_up(self) -> bool:
        """It doesn't come."""
        return self.state is BatchState.CANCELLED

    def is_missed(self, now: datetime) -> bool:
        """Say whether its instant has passed without anything going out; what is armed goes out by itself."""
        return self.at <= now and self.state not in (BatchState.ARMED, BatchState.RELEASED)


def planned(viewer: Viewer, policy: Policy, first: date, last: date) -> list[Planned]:
    """Give the releases from `first` to `last` (local days, both included) `viewer` may know of, in their order."""
    zone = ZoneInfo(policy.zone)
    begins, ends = (datetime.combine(day, time(), zone) for day in (first, last + timedelta(days=1)))
    found = Batch.objects.visible_to(viewer).filter(planned_at__gte=begins, planned_at__lt=ends)
    batches = list(found.exclude(state=BatchState.CANCELLED))
    entries = BatchEntry.objects.visible_to(viewer).filter(batch__in=batches).inside().select_related("advisory")
    return [_planned(batch, entries, zone, is_named=may_triage(viewer)) for batch in batches]


def announced(policy: Policy) -> list[Planned]:
    """Give the coming releases as everyone may know them under `policy`; none where it doesn't announce dates."""
    if Announced.DATES not in policy.announced:
        return []
    batches = list(Batch.objects.settled_and_ahead().told_anew())
    entries = BatchEntry.objects.none()
    if Announced.NUMBERS in policy.announced:
        entries = BatchEntry.objects.filter(batch__in=batches).inside().select_related("advisory")
    return [_told(batch, entries, policy) for batch in batches]


def given_up(policy: Policy) -> list[Planned]:
    """Give the dates ahead that everyone was told and that are given up; whoever was told nothing hears nothing."""
    if Announced.DATES not in policy.announced:
        return []
    told = Tiding.objects.filter(batch=OuterRef("pk"), audience=Audience.READERS, what=What.CANCELLED)
    batches = Batch.objects.filter(Exists(told), state=BatchState.CANCELLED, planned_at__gt=Now())
    return [_told(batch, (), policy) for batch in batches.told_anew()]


def taken_days(policy: Policy, viewer: Viewer) -> Mapping[date, int]:
    """Count the advisories planned per day of the policy's zone, as far as `viewer` may know of them."""
    batches = Batch.objects.visible_to(viewer).under_way()
    inside = BatchEntry.objects.visible_to(viewer).current().filter(batch__in=batches)
    zone = ZoneInfo(policy.zone)
    return Counter(at.astimezone(zone).date() for at in inside.values_list("batch__planned_at", flat=True))


def good_slots(policy: Policy, taken: Mapping[date, int], *, now: datetime, count: int = 3) -> tuple[Slot, ...]:
    """Propose the next dates for something that is reported now, with nothing agreed otherwise."""
    return next_slots(policy, taken, earliest(policy, now=now, reported_at=now), count)


def against(policy: Policy, taken: Mapping[date, int], one: Planned) -> tuple[Reason, ...]:
    """Say what in the policy speaks against where a release is planned, the others of that day counted in."""
    day, size = one.at.date(), len(one.labels)
    others = dict(taken) | {day: max(0, taken.get(day, 0) - size)}
    return objections(policy, others, day, size)


def by_week(month: Month, found: Iterable[Planned]) -> list[list[tuple[Day, list[Planned]]]]:
    """Put releases onto the days of a month's page."""
    on: dict[date, list[Planned]] = {}
    for one in found:
        on.setdefault(one.at.date(), []).append(one)
    return [[(day, on.get(day.on, [])) for day in week] for week in month.weeks]


def today_in(policy: Policy, now: datetime) -> date:
    """Give the day that it is where the policy's clock hangs."""
    return now.astimezone(ZoneInfo(policy.zone)).date()


def _told(batch: Batch, entries: Iterable[BatchEntry], policy: Policy) -> Planned:
    """A batch as everyone may know it, of a query that is `told_anew`."""
    told_anew: int = batch.moves_told + (batch.state == BatchState.CANCELLED)  # type: ignore[attr-defined]  # annotated
    return replace(_planned(batch, entries, ZoneInfo(policy.zone), is_named=False), told_anew=told_anew)


def _planned(batch: Batch, entries: Iterable[BatchEntry], zone: ZoneInfo, *, is_named: bool) -> Planned:
    labels = tuple(entry.advisory.label for entry in entries if entry.batch_id == batch.pk)
    name = str(batch) if is_named else ""
    return Planned(batch.pk, batch.planned_at.astimezone(zone), BatchState(batch.state), name, labels)
