"""Outside clocks of one advisory: starting them, taking them back, and which of them a date breaks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.access import Viewer
from accounts.models import User
from advisories.calendar.clocks import FixedEnd, RunningClock, breaks
from advisories.embargo.rules import EndNotAhead
from advisories.models import Advisory, Batch, Embargo, Event, Overrun, Proposal, StartedClock
from advisories.policies import current_policy
from advisories.policy import ClockRule, Policy

WARN_AHEAD = timedelta(days=3)
"""How long before an outside limit the desk begins to say so."""


class UnknownClock(Exception):
    """The policy has no such clock, or it runs already."""


class BreaksClocks(Exception):
    """A date breaks outside clocks that nobody has confirmed; `broken` says which."""

    def __init__(self, broken: tuple["BrokenClock", ...]) -> None:
        super().__init__("the date breaks outside clocks")
        self.broken = broken


@dataclass(frozen=True, slots=True)
class BrokenClock:
    """One clock that a date breaks."""

    clock_id: int
    name: str
    sentence: str
    source: str
    """Where the rule or the fixed end is written; an address or words, perhaps empty."""

    @property
    def has_link(self) -> bool:
        """Whether the source can be followed."""
        return self.source.startswith(("https://", "http://"))


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Clocks whose breaking a person has seen and takes upon themselves, and why."""

    clocks: frozenset[int] = frozenset()
    reason: str = ""

    @classmethod
    def covering(cls, broken: Iterable[BrokenClock], reason: str) -> "Confirmed":
        """Confirm exactly these."""
        return cls(frozenset(one.clock_id for one in broken), reason)


NOTHING_CONFIRMED = Confirmed()


@dataclass(frozen=True, slots=True)
class ClockWarning:
    """One outside limit that is near, has passed, or is broken by the agreed end."""

    advisory: Advisory
    limit_at: datetime
    sentence: str
    is_past: bool = False


@dataclass(frozen=True, slots=True)
class Began:
    """When a clock began to run, and in which zone that was typed."""

    at: datetime
    zone: str = "UTC"
    note: str = ""


@transaction.atomic
def start(advisory: Advisory, rule_key: str, began: Began, *, by: User) -> StartedClock:
    """Say that a clock of the policy has started. Raises `UnknownClock`, `EndNotAhead` for a start to come."""
    embargo = Embargo.of(advisory)
    if rule_of(current_policy(), rule_key) is None or embargo.clocks.running().filter(rule_key=rule_key).exists():
        raise UnknownClock(f"{rule_key} is no clock that could start here")
    _refuse_the_future(began.at)
    _show_in_version(embargo)
    clock = StartedClock.objects.create(
        embargo=embargo, rule_key=rule_key, started_at=began.at, zone=began.zone, note=began.note, by=by
    )
    Event.objects.record(advisory, kind="clock-started", by=by, detail={"clock": str(clock.pk), "rule": rule_key})
    return clock


@transaction.atomic
def fix(advisory: Advisory, end: FixedEnd, *, by: User, zone: str = "UTC", note: str = "") -> StartedClock:
    """Say that somebody else has named the end and owns it. Raises `StaleEmbargo`."""
    embargo = Embargo.of(advisory)
    _show_in_version(embargo)
    clock = StartedClock.objects.create(
        embargo=embargo,
        owner=end.owner,
        end_at=end.end_at,
        reference=end.reference,
        started_at=timezone.now(),
        zone=zone,
        note=note,
        by=by,
    )
    Event.objects.record(advisory, kind="clock-fixed", by=by, detail={"clock": str(clock.pk)})
    return clock


@transaction.atomic
def stop(clock: StartedClock, *, by: User) -> bool:
    """Take a clock back that was started by mistake; it stays on the record. False where it was taken back already."""
    stopped = StartedClock.objects.running().filter(pk=clock.pk).update(stopped_at=timezone.now())
    if stopped:
        Event.objects.record(clock.embargo.advisory, kind="clock-stopped", by=by, detail={"clock": str(clock.pk)})
    return bool(stopped)


def broken_by(clocks: Iterable[StartedClock], end_at: datetime, policy: Policy) -> tuple[BrokenClock, ...]:
    """List the clocks that an end at `end_at` breaks; one whose rule left the policy is passed over."""
    found: list[BrokenClock] = []
    for clock in clocks:
        rule = rule_of(policy, clock.rule_key)
        if clock.end_at is None and rule is None:
            continue
        name = rule.name if rule else clock.owner
        source = rule.source if rule else clock.reference
        found.extend(BrokenClock(clock.pk, name, str(one), source) for one in breaks(policy, [clock.value()], end_at))
    return tuple(found)


def check(embargo: Embargo, end_at: datetime, confirmed: Confirmed) -> tuple[BrokenClock, ...]:
    """Raise `BreaksClocks` unless each clock that the date breaks was confirmed with a reason; give those it breaks."""
    broken = broken_by(embargo.clocks.binding(), end_at, current_policy())
    unseen = [one for one in broken if one.clock_id not in confirmed.clocks]
    if unseen or (broken and not confirmed.reason.strip()):
        raise BreaksClocks(broken)
    return broken


def keep_overruns(proposal: Proposal, broken: Iterable[BrokenClock], reason: str, *, by: User) -> None:
    """Keep why an end was chosen in spite of clocks; the words stay out of the record."""
    rows = [Overrun(proposal=proposal, clock_id=one.clock_id, reason=reason, by=by) for one in broken]
    if not rows:
        return
    Overrun.objects.bulk_create(rows)
    detail = {"proposal": str(proposal.pk), "clocks": [str(row.clock_id) for row in rows]}
    Event.objects.record(proposal.embargo.advisory, kind="clocks-overridden", by=by, detail=detail)


def keep_overruns_of_release(
    batch: Batch, embargo: Embargo, broken: Iterable[BrokenClock], reason: str, *, by: User
) -> None:
    """The same for a release's instant where no agreed end stands for it."""
    rows = [
        Overrun(batch=batch, planned_at=batch.planned_at, clock_id=one.clock_id, reason=reason, by=by) for one in broken
    ]
    if not rows:
        return
    Overrun.objects.bulk_create(rows)
    detail = {"batch": str(batch.pk), "clocks": [str(row.clock_id) for row in rows]}
    Event.objects.record(embargo.advisory, kind="clocks-overridden", by=by, detail=detail)


def rule_of(policy: Policy, key: str) -> ClockRule | None:
    """The clock of the policy with this key, or none where it has no such clock (any more)."""
    return next((rule for rule in policy.clocks if rule.key == key), None)


def limit_of(clock: StartedClock, policy: Policy) -> datetime | None:
    """The last instant that a clock allows; none where its rule left the policy."""
    value = clock.value()
    if not isinstance(value, RunningClock):
        return value.end_at
    rule = rule_of(policy, value.rule_key)
    return value.started_at + rule.limit if rule else None


def warnings_for(viewer: Viewer, policy: Policy, *, now: datetime | None = None) -> tuple[ClockWarning, ...]:
    """List outside limits near or past on what `viewer` works on, and agreed ends that break one; soonest first."""
    now = now or timezone.now()
    clocks = (
        StartedClock.objects.visible_to(viewer)
        .binding()
        .filter(embargo__merged_into=None)
        .select_related("embargo__advisory")
    )
    found = [warning for clock in clocks for warning in _warnings_of(clock, policy, now)]
    return tuple(sorted(found, key=lambda one: (one.limit_at, one.advisory.number)))


def _warnings_of(clock: StartedClock, policy: Policy, now: datetime) -> Iterable[ClockWarning]:
    limit_at, advisory = limit_of(clock, policy), clock.embargo.advisory
    if limit_at is None:
        return
    rule = rule_of(policy, clock.rule_key)
    name = f"The limit of {rule.name}" if rule else f"The end that {clock.owner} has fixed"
    if limit_at <= now:
        yield ClockWarning(advisory, limit_at, f"{name} was reached {_in_days(now - limit_at)} ago.", is_past=True)
    elif limit_at - now <= WARN_AHEAD:
        yield ClockWarning(advisory, limit_at, f"{name} is reached in {_in_days(limit_at - now)}.")
    elif clock.embargo.is_in_force and clock.embargo.end_at is not None:
        for one in broken_by([clock], clock.embargo.end_at, policy):
            yield ClockWarning(advisory, limit_at, f"The agreed end breaks a clock: {one.sentence}")


def _in_days(left: timedelta) -> str:
    """A length in days, or in hours below two days; never none."""
    hours = max(1, round(left / timedelta(hours=1)))
    count, noun = (hours, "hour") if hours < 48 else (round(hours / 24), "day")
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _show_in_version(embargo: Embargo) -> None:
    """Whoever is about to agree on a date has not seen this clock: let them look again."""
    embargo.write(embargo.value())


def _refuse_the_future(at: datetime) -> None:
    if at > timezone.now():
        raise EndNotAhead("a clock has started or it has not; this instant is still to come")
