"""PURE: the next good dates for a release, with the reasons for them and against the nearer ones."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from advisories.calendar.clocks import Break, FixedEnd, RunningClock, breaks, window
from advisories.calendar.instants import slot_instant
from advisories.calendar.objections import Reason, ReasonKind, objections
from advisories.calendar.working_days import ONE_DAY, WorkingCalendar
from advisories.policy import Policy, Weekday

HORIZON_DAYS = 750
"""How far ahead dates are looked for. A policy that allows none within two years has a mistake in it."""


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Neighbouring days, first and last included, passed over for one reason."""

    first: date
    last: date
    reason: Reason

    def __str__(self) -> str:
        days = (
            f"{self.first:%a %-d %b}" if self.first == self.last else f"{self.first:%a %-d %b} – {self.last:%a %-d %b}"
        )
        return f"{days}: {self.reason.sentence}"


@dataclass(frozen=True, slots=True)
class Earliest:
    """The first day on which a release could be ready, and what takes until then."""

    on: date
    because: str
    now: datetime
    """Aware. Nothing at or before it is proposed, and nearer dates are worth a word from its day on."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A date that is proposed."""

    at: datetime
    """Aware, in the policy's zone."""
    why: tuple[str, ...]
    passed_over: tuple[PassedOver, ...]
    """Days between the slot before (or today) and this one."""
    breaks: tuple[Break, ...] = ()
    """Outside clocks that this date breaks; a proposal with any is there because nothing better exists."""
    off_calendar: bool = False
    """An outside clock forces a date that the calendar would not have chosen."""


def earliest(
    policy: Policy, *, now: datetime, reported_at: datetime, predisclosed_at: datetime | None = None
) -> Earliest:
    """Count preparation and pre-disclosure in working days, from the report or from a pre-disclosure that has happened.

    Where preparation has run over, pre-disclosure is counted from today: members get their days whatever came before.
    """
    zone = ZoneInfo(policy.zone)
    working = WorkingCalendar.of(policy)
    today = now.astimezone(zone).date()
    if predisclosed_at is not None:
        from_on = predisclosed_at.astimezone(zone).date()
        because = f"pre-disclosed on {from_on:%-d %B %Y}"
    else:
        reported_on = reported_at.astimezone(zone).date()
        prepared_on = working.add(reported_on, policy.preparation_days)
        from_on = max(prepared_on, working.on_or_after(today))
        because = f"{_days(policy.preparation_days)} of preparation from the report, until {from_on:%-d %B %Y}"
        if from_on > prepared_on:
            because = f"preparation took longer than {_days(policy.preparation_days)} and ends today at the earliest"
    ready_on = working.add(from_on, policy.predisclosure_days)
    because += f", then {_days(policy.predisclosure_days)} of pre-disclosure"
    return Earliest(max(ready_on, today), because, now)


def next_slots(
    policy: Policy,
    taken: Mapping[date, int],
    earliest: Earliest,
    count: int = 3,
    *,
    size: int = 1,
    clocks: Sequence[RunningClock | FixedEnd] = (),
) -> tuple[Slot, ...]:
    """Propose the next `count` dates, nearest first, each with its reasons.

    With a rhythm there is one date per release week, the first good day of it, so that dates stay predictable. Where
    outside clocks end before the calendar's first date, the forced date comes first and is marked `off_calendar`. Fewer
    than `count` come back only where the policy leaves nothing within two years.
    """
    slots: list[Slot] = []
    forced = _forced(policy, taken, earliest, size, clocks)
    skipped: list[tuple[date, Reason]] = []
    today = earliest.now.astimezone(ZoneInfo(policy.zone)).date()
    for number in range(HORIZON_DAYS):
        if len(slots) >= count:
            break
        day = today + timedelta(days=number)
        against = _against(policy, taken, day, size, earliest, clocks)
        if against is not None:
            skipped.append((day, against))
            continue
        slots.append(_slot(policy, day, earliest, size, taken, clocks, skipped))
        skipped = []
    if forced is not None and all(slot.breaks for slot in slots):
        slots = [forced, *slots]
    return tuple(slots[:count])


def _slot(
    policy: Policy,
    day: date,
    earliest: Earliest,
    size: int,
    taken: Mapping[date, int],
    clocks: Iterable[RunningClock | FixedEnd],
    skipped: list[tuple[date, Reason]],
) -> Slot:
    instant = slot_instant(datetime.combine(day, policy.release_time), policy.zone)
    why = [f"{Weekday(day.weekday())}, {policy.cadence}" if not policy.cadence.is_any else str(Weekday(day.weekday()))]
    why.append(f"the first day after {earliest.because}" if day == earliest.on else f"leaves time: {earliest.because}")
    already = taken.get(day, 0)
    if already:
        why.append(f"joins {already} planned already, {already + size} of at most {policy.soft_cap}")
    elif size > policy.soft_cap:
        why.append(f"{size} advisories at once are above the cap of {policy.soft_cap}: splitting would ease the day")
    if policy.countries:
        why.append(f"no holiday in {', '.join(policy.countries)}")
    if instant.note:
        why.append(instant.note)
    return Slot(instant.at, tuple(why), _grouped(skipped), breaks(policy, clocks, instant.at))


def _against(
    policy: Policy,
    taken: Mapping[date, int],
    day: date,
    size: int,
    earliest: Earliest,
    clocks: Iterable[RunningClock | FixedEnd],
) -> Reason | None:
    """Give the first thing that speaks against a day. Late is no reason to wait longer; too early for a clock is."""
    if day < earliest.on:
        return Reason(ReasonKind.PREPARATION, earliest.because)
    found = objections(policy, taken, day, size)
    if found:
        return found[0]
    at = slot_instant(datetime.combine(day, policy.release_time), policy.zone).at
    if at <= earliest.now:
        return Reason(ReasonKind.PREPARATION, "today's release time has passed")
    first_at = window(policy, clocks).earliest_at
    if first_at is not None and at < first_at:
        return Reason(ReasonKind.CLOCK, "; ".join(str(broken) for broken in breaks(policy, clocks, at)))
    return None


def _forced(
    policy: Policy,
    taken: Mapping[date, int],
    earliest: Earliest,
    size: int,
    clocks: Sequence[RunningClock | FixedEnd],
) -> Slot | None:
    """Give the date that outside clocks dictate: an owner's instant, or else the last working day that keeps them."""
    allowed = window(policy, clocks)
    zone = ZoneInfo(policy.zone)
    if allowed.owner_at is not None:
        at = allowed.owner_at.astimezone(zone)
        if at <= earliest.now:
            return None
        why = "the instant that the owner of the date has fixed"
        return _dictated(policy, taken, earliest, size, clocks, at, why)
    if allowed.latest_at is None:
        return None
    day = allowed.latest_at.astimezone(zone).date()
    working = WorkingCalendar.of(policy)
    while (at := slot_instant(datetime.combine(day, policy.release_time), policy.zone).at) > earliest.now:
        if at <= allowed.latest_at and working.is_working(day):
            why = "the last working day that breaks no outside clock"
            return _dictated(policy, taken, earliest, size, clocks, at, why)
        day -= ONE_DAY
    return None


def _dictated(
    policy: Policy,
    taken: Mapping[date, int],
    earliest: Earliest,
    size: int,
    clocks: Iterable[RunningClock | FixedEnd],
    at: datetime,
    why: str,
) -> Slot:
    day = at.date()
    costs = [f"against the calendar: {reason.sentence}" for reason in objections(policy, taken, day, size)]
    if day < earliest.on:
        costs.append(f"cuts short: {earliest.because}")
    return Slot(at, (why, *costs), (), breaks(policy, clocks, at), off_calendar=True)


def _grouped(skipped: Iterable[tuple[date, Reason]]) -> tuple[PassedOver, ...]:
    groups: list[PassedOver] = []
    for day, reason in skipped:
        if groups and groups[-1].reason == reason and groups[-1].last + ONE_DAY == day:
            groups[-1] = PassedOver(groups[-1].first, day, reason)
        else:
            groups.append(PassedOver(day, day, reason))
    return tuple(groups)


def _days(count: int) -> str:
    return f"{count} working day{'' if count == 1 else 's'}"
