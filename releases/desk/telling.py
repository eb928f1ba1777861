"""Who is told of a change at the desk, and what speaks against a date, in words."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Min, Q

from accounts.access import Viewer
from advisories.calendar import Slot, earliest, next_slots, objections
from advisories.models import Advisory, Batch, Organisation, What
from advisories.policies import current_policy
from advisories.policy import Policy
from advisories.predisclosure import recipients
from advisories.release.batching import Audience
from advisories.release.planning import taken_days
from advisories.release.standing import BatchStanding

_GOOD_DATES = 3

TOLD_AT = Min("tidings__made_at", filter=Q(tidings__what=What.PREDISCLOSED))
"""When members were first told of an advisory: from then on their days count, and nothing is prepared any more."""


def audiences(told: Iterable[Audience]) -> str:
    """The groups in words."""
    *first, last = sorted(audience.value for audience in told) or ["nobody"]
    return f"{', '.join(first)} and {last}" if first else last


def members_told(read: BatchStanding, viewer: Viewer) -> tuple[str, ...]:
    """The members that a batch goes to, each with what of it, by name."""
    inside = [one.advisory for one in read.advisories]
    told = recipients.organisations_told({read.batch: inside})
    labels: dict[int, list[str]] = defaultdict(list)
    for advisory in inside:
        for organisation in told[advisory.pk]:
            labels[organisation].append(advisory.label)
    names = Organisation.objects.visible_to(viewer).filter(pk__in=labels).order_by("name").values_list("pk", "name")
    return tuple(f"{name}: {', '.join(labels[pk])}" for pk, name in names)


def on_its_day(batch: Batch, viewer: Viewer) -> str:
    """What in the policy speaks against the day on which a batch is planned; empty where nothing does."""
    policy = current_policy()
    day, size, others = _around(batch, viewer, policy)
    return "; ".join(str(reason) for reason in objections(policy, others, day, size))


def good_dates(batch: Batch, viewer: Viewer, now: datetime) -> tuple[Slot, ...]:
    """The next dates that the policy has for all that is in a batch, each with its reasons; not the one it has."""
    policy = current_policy()
    _day, size, others = _around(batch, viewer, policy)
    inside = Advisory.objects.visible_to(viewer).filter(entries__batch=batch, entries__left_at__isnull=True)
    begun = inside.annotate(reported_at=Min("reports__received_at"), told_at=TOLD_AT).order_by()
    rows = list(begun.values_list("reported_at", "created_at", "told_at"))
    reported_at = min((reported for reported, _, _ in rows if reported), default=None)
    created_at = min((created for _, created, _ in rows), default=now)
    told = [at for _, _, at in rows if at is not None]
    since = earliest(
        policy,
        now=now,
        reported_at=reported_at or created_at,
        predisclosed_at=max(told) if told and len(told) == len(rows) else None,
    )
    found = next_slots(policy, others, since, _GOOD_DATES, size=max(size, 1))
    return tuple(slot for slot in found if slot.at != batch.planned_at)


def _around(batch: Batch, viewer: Viewer, policy: Policy) -> tuple[date, int, dict[date, int]]:
    """The day on which a batch is planned, how many are in it, and how many others there are on each day."""
    day = batch.planned_at.astimezone(ZoneInfo(policy.zone)).date()
    size = batch.entries.visible_to(viewer).current().count()
    others = dict(taken_days(policy, viewer))
    others[day] = max(0, others.get(day, 0) - size)
    return day, size, others
