"""Who is told of a change at the desk, and what speaks against a date, in words."""

from collections import defaultdict
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from accounts.access import Viewer
from advisories.batching import Audience
from advisories.calendar import objections
from advisories.models import Batch, Organisation
from advisories.planning import taken_days
from advisories.policies import current_policy
from advisories.predisclosure import recipients
from advisories.standing import BatchStanding


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
    day = batch.planned_at.astimezone(ZoneInfo(policy.zone)).date()
    size = batch.entries.visible_to(viewer).current().count()
    others = dict(taken_days(policy, viewer))
    others[day] = max(0, others.get(day, 0) - size)
    return "; ".join(str(reason) for reason in objections(policy, others, day, size))
