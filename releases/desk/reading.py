"""Reading the desk for somebody: as many queries with twenty batches as with one."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery

from accounts.access import Viewer
from accounts.models.outgoing import LEFT, Sending
from advisories.calendar import earliest, next_slots
from advisories.lifecycle import State
from advisories.models import (
    Advisory,
    Approval,
    Arming,
    Batch,
    BatchEntry,
    BatchMove,
    Embargo,
    Event,
    PublicationStep,
    Revision,
    StepKind,
    TextVersion,
)
from advisories.policies import current_policy
from advisories.policy import Policy
from advisories.predisclosure import readiness
from advisories.predisclosure.readiness import Glance
from advisories.release import standing
from advisories.release.batching import BatchState
from advisories.release.facts import NO_BRANCH
from advisories.release.planning import taken_days
from advisories.release.standing import AdvisoryStanding, BatchStanding
from advisories.timeline import Moment, timeline_of
from releases.desk import clocks
from releases.desk.mending import lacks_before_members, lacks_of
from releases.desk.telling import TOLD_AT
from releases.desk.values import Desk, Entry, Given, History, Known, Loose, Released, Shown
from releases.fixes import fixes_of_all
from releases.models import Series

LAST_RELEASED = 5
GOOD_DATES = 2
SINCE = 5


def desk_of(viewer: Viewer, now: datetime) -> Desk:
    """What is coming, for those who release."""
    policy = current_policy()
    taken = taken_days(policy, viewer)
    batches = Batch.objects.read_by(viewer)
    coming = _shown(list(batches.under_way().order_by("planned_at", "pk")), viewer, policy, taken, now)
    released = tuple(_released(batches, viewer))
    return Desk(policy.zone, tuple(coming), tuple(_loose(viewer, policy, taken, now)), released)


def good_dates_for(advisory: Advisory, viewer: Viewer, now: datetime) -> Loose | None:
    """The dates that would do for one advisory, as fetched for `viewer`; None where it is in a batch or public."""
    policy = current_policy()
    found = _loose(viewer, policy, taken_days(policy, viewer), now, only=advisory)
    return next((one for one in found if not one.is_reissue), None)


def batch_for(batch: Batch, viewer: Viewer, now: datetime) -> Shown:
    """One batch, as fetched for `viewer`."""
    policy = current_policy()
    [found] = _shown([batch], viewer, policy, taken_days(policy, viewer), now)
    return found


def dates_for(viewer: Viewer, now: datetime) -> list[Known]:
    """What a release manager knows: dates that are settled, and numbers."""
    policy = current_policy()
    batches = list(Batch.objects.visible_to(viewer).under_way())
    entries = BatchEntry.objects.visible_to(viewer).current().filter(batch__in=batches).select_related("advisory")
    labels: dict[int, list[str]] = {batch.pk: [] for batch in batches}
    for entry in entries:
        labels[entry.batch_id].append(entry.advisory.label)
    zone = ZoneInfo(policy.zone)
    return [
        Known(one.planned_at.astimezone(zone), one.state, tuple(labels[one.pk]), is_overdue(one, now))
        for one in batches
    ]


def history_of(batch: Batch, viewer: Viewer) -> History:
    """What has happened to a batch, as fetched for `viewer`."""
    moves = BatchMove.objects.visible_to(viewer).filter(batch=batch).select_related("by").order_by("-pk")
    void = Arming.objects.visible_to(viewer).filter(batch=batch, voided_at__isnull=False).order_by("-pk")
    events = Event.objects.visible_to(viewer).about(batch).order_by("-sequence")
    return History(tuple(moves), tuple(void), tuple(timeline_of(events, with_addresses=True)))


def last_of(batch: Batch, viewer: Viewer, count: int) -> list[Moment]:
    """What happened to a batch last, newest first and no more than `SINCE` of it, as fetched for `viewer`."""
    events = Event.objects.visible_to(viewer).about(batch).order_by("-sequence")
    return timeline_of(events[: max(1, min(count, SINCE))], with_addresses=True)


def is_overdue(batch: Batch, now: datetime) -> bool:
    """Whether its instant has passed with nothing going out."""
    return batch.planned_at <= now and batch.state in (
        BatchState.OPEN, BatchState.FROZEN, BatchState.PREDISCLOSED,
    )  # fmt: skip


def _released(batches: QuerySet[Batch], viewer: Viewer) -> Iterable[Released]:
    """What came out last, and how much of what follows is still to be done."""
    mine = PublicationStep.objects.visible_to(viewer).filter(publication__arming__batch=OuterRef("pk"))
    open_ones = mine.filter(publication__voided_at__isnull=True).exclude(state__in=[*LEFT, Sending.STOPPED]).order_by()
    count = open_ones.values("publication__arming__batch").annotate(n=Count("pk")).values("n")
    late = Q(state=Sending.QUEUED) & ~Q(kind=StepKind.MAIL) & ~Q(trouble="")
    failed = Exists(open_ones.filter(late | Q(state=Sending.FAILED)))
    last = batches.filter(state=BatchState.RELEASED).order_by("-planned_at")
    for one in last.annotate(open_steps=Subquery(count), has_failed=failed)[:LAST_RELEASED]:
        yield Released(one, getattr(one, "open_steps") or 0, getattr(one, "has_failed"))  # noqa: B009


def _shown(
    batches: Sequence[Batch], viewer: Viewer, policy: Policy, taken: Mapping[date, int], now: datetime
) -> Iterable[Shown]:
    members = standing.members_of(batches)
    everyone = [advisory for inside in members.values() for advisory in inside]
    read = standing.of_batches(members, fixes_of_all(everyone), policy=policy, now=now)
    given: dict[int, list[Approval]] = {batch.pk: [] for batch in batches}
    for row in Approval.objects.visible_to(viewer).standing().filter(batch__in=batches).select_related("by"):
        given[row.batch_id].append(row)
    last: dict[int, Arming] = {}
    for arming in Arming.objects.visible_to(viewer).filter(batch__in=batches).order_by("armed_at", "pk"):
        last[arming.batch_id] = arming
    near_ones = clocks.near(viewer, policy, now)
    glances = readiness.glance([advisory.pk for advisory in everyone], viewer)
    for one in read:
        batch, zone = one.batch, ZoneInfo(policy.zone)
        newest, size = last.get(batch.pk), len(one.advisories)
        on_that_day = taken.get(batch.planned_at.astimezone(zone).date(), 0)
        over = max(on_that_day, size) > policy.soft_cap and batch.state != BatchState.RELEASED
        yield Shown(
            batch=batch,
            zone=policy.zone,
            entries=tuple(_entry(each, batch, glances[each.advisory.pk]) for each in one.advisories),
            given=tuple(_given(row, one) for row in given[batch.pk]),
            needed=one.needed,
            approvals_missing=one.quorum.missing,
            digest=one.digest,
            recipients=one.recipients,
            held_because=_held(batch, newest),
            over_cap=f"{max(on_that_day, size)} advisories on this day are more than {policy.soft_cap}."
            if over
            else "",
            clocks=tuple(said for each in one.advisories for said in near_ones.get(each.advisory.pk, ())),
            is_overdue=is_overdue(batch, now),
            is_out=batch.state == BatchState.ARMED and batch.planned_at <= now,
        )


def _held(batch: Batch, newest: Arming | None) -> str:
    is_back = batch.state in (BatchState.FROZEN, BatchState.PREDISCLOSED)
    return newest.void_reason if newest is not None and is_back else ""


def _entry(one: AdvisoryStanding, batch: Batch, glance: Glance) -> Entry:
    open_branches = [
        each.name
        for each in one.facts.branches
        if not each.override and not (each.has_series and each.applies and each.verdict_matches)
    ]
    overridden = [(each.name, each.override) for each in one.facts.branches if each.override]
    if one.facts.fix_elsewhere:
        overridden.insert(0, (NO_BRANCH, one.facts.fix_elsewhere))
    return Entry(
        advisory=one.advisory,
        rating=one.rating,
        revision=one.revision,
        is_current=one.is_current,
        lacks=lacks_of(one, batch),
        before_members=lacks_before_members(one, batch),
        patches=one.fixes.patches,
        branches=tuple(open_branches),
        overrides=tuple(overridden),
        glance=glance,
    )


def _given(row: Approval, read: BatchStanding) -> Given:
    if row.digest != read.digest:
        return Given(row.by, row.at, "what would go out has changed since")
    if row.by_id not in read.quorum.counted:
        return Given(row.by, row.at, "no longer on the team")
    return Given(row.by, row.at)


def _loose(
    viewer: Viewer, policy: Policy, taken: Mapping[date, int], now: datetime, *, only: Advisory | None = None
) -> Iterable[Loose]:
    inside = BatchEntry.objects.visible_to(viewer).current().filter(advisory=OuterRef("pk"))
    free = Advisory.objects.visible_to(viewer).filter(~Exists(inside))
    if only is not None:
        free = free.filter(pk=only.pk)
    waiting = free.filter(state__in=[State.DRAFTING, State.READY, State.PREDISCLOSED])
    begun = waiting.annotate(first=Min("reports__received_at"), told_at=TOLD_AT).order_by()
    reported = {pk: (first, told_at) for pk, first, told_at in begun.values_list("pk", "first", "told_at")}
    agreed = Embargo.objects.visible_to(viewer).in_force().filter(advisory=OuterRef("pk"), out="").values("end_at")
    for one in waiting.annotate(agreed_at=Subquery(agreed[:1])).order_by("number"):
        agreed_at: datetime | None = getattr(one, "agreed_at")  # noqa: B009  # annotated just now
        if agreed_at is not None:
            yield Loose(one, (), agreed_at)
            continue
        first, told_at = reported.get(one.pk, (None, None))
        since = earliest(policy, now=now, reported_at=first or one.created_at, predisclosed_at=told_at)
        yield Loose(one, next_slots(policy, taken, since, GOOD_DATES))
    # Whether an edit took itself back again is told when it is frozen: here it is enough that something was changed.
    frozen_at = Revision.objects.visible_to(viewer).filter(advisory=OuterRef("pk")).order_by("-number")
    public = free.filter(state=State.PUBLIC).annotate(frozen_at=Subquery(frozen_at.values("frozen_at")[:1]))
    text = TextVersion.objects.visible_to(viewer).filter(advisory=OuterRef("pk"), kept_at__gt=OuterRef("frozen_at"))
    series = Series.objects.visible_to(viewer).filter(
        advisory=OuterRef("pk"), current__uploaded_at__gt=OuterRef("frozen_at")
    )
    for one in public.filter(Q(Exists(text)) | Q(Exists(series))).order_by("number"):
        yield Loose(one, (), is_reissue=True)
