"""PURE: a project's disclosure policy as values, checked as a whole when it is made.

Lengths of time in working days are counted by `advisories.calendar`; outside clocks are data because other people's
rules drift (one list's page says fourteen days, another page about the same list says seven).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import IntEnum, StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

PREFIX = re.compile(r"[A-Z][A-Z0-9]{0,14}")
COUNTRY = re.compile(r"([A-Z]{2})(?:-([A-Z0-9]{1,3}))?")


class Weekday(IntEnum):
    """Days of the week as `date.weekday()` counts them."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6

    def __str__(self) -> str:
        return self.name.capitalize()


WORKING_WEEK = frozenset({Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY})


class Announced(StrEnum):
    """What may be known outside the circle before publication; that an issue exists follows from either."""

    NUMBERS = "numbers"
    DATES = "planned dates"


class Urgency(StrEnum):
    """How soon somebody must look at a report."""

    CRITICAL = "critical"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class StartEvent(StrEnum):
    """What sets an outside clock going. The clocks of two lists rarely start at the same event."""

    FIRST_POST = "first post to the list"
    FIX_READY = "fix ready"
    REPORTED = "report received"
    OWNER_TOLD = "the owner was told"


@dataclass(frozen=True, slots=True)
class Blackout:
    """Days on which nothing is published, first and last included; work goes on."""

    name: str
    first: date
    last: date

    def covers(self, day: date) -> bool:
        """Say whether `day` lies inside."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Cadence:
    """Which weeks may carry a release: every so many from one on, some of each month, or any (both left empty)."""

    every_weeks: int = 0
    from_on: date | None = None
    """Any day of a week that carries a release."""
    weeks_of_month: frozenset[int] = frozenset()
    """1 for the days 1 to 7, 2 for 8 to 14, and so on; 5 exists in some months only."""

    @property
    def is_any(self) -> bool:
        """No rhythm: every allowed weekday may carry a release."""
        return not self.every_weeks and not self.weeks_of_month

    def __str__(self) -> str:
        if self.every_weeks == 1:
            return "every week"
        if self.every_weeks:
            return f"every {self.every_weeks} weeks"
        if self.weeks_of_month:
            return f"week {' and '.join(str(week) for week in sorted(self.weeks_of_month))} of a month"
        return "any week"


@dataclass(frozen=True, slots=True)
class ClockRule:
    """Somebody else's limit on an embargo. Durations are calendar time from the instant of the start event."""

    key: str
    name: str
    starts_at: StartEvent
    limit: timedelta
    exceptional: timedelta | None = None
    """A longer limit that its owner grants as an exception."""
    minimum: timedelta = timedelta()
    source: str = ""
    """Where the rule is written, so that a reader can see whether it still holds."""


LINUX_DISTROS = ClockRule(
    key="linux-distros",
    name="linux-distros list",
    starts_at=StartEvent.FIRST_POST,
    limit=timedelta(days=14),
    minimum=timedelta(days=1),
    source="https://oss-security.openwall.org/wiki/mailing-lists/distros",
)
KERNEL_SECURITY = ClockRule(
    key="kernel-security",
    name="Linux kernel security team",
    starts_at=StartEvent.FIX_READY,
    limit=timedelta(days=7),
    exceptional=timedelta(days=14),
    source="https://docs.kernel.org/process/security-bugs.html",
)
NINETY_DAYS = ClockRule(
    key="ninety-days",
    name="90 days from the report",
    starts_at=StartEvent.REPORTED,
    limit=timedelta(days=90),
    source="the usual term of finders who publish on their own",
)


@dataclass(frozen=True, slots=True)
class ReplyTerms:
    """What a reporter of some urgency is promised."""

    urgency: Urgency
    first_answer_hours: int
    update_days: int
    around_the_clock: bool = False
    """Count hours and days of the clock, for what cannot wait until Monday; otherwise working ones."""


DEFAULT_REPLY_TERMS = (
    ReplyTerms(Urgency.CRITICAL, first_answer_hours=24, update_days=2, around_the_clock=True),
    ReplyTerms(Urgency.HIGH, first_answer_hours=16, update_days=5),
    ReplyTerms(Urgency.NORMAL, first_answer_hours=16, update_days=10),
    ReplyTerms(Urgency.LOW, first_answer_hours=24, update_days=20),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a policy."""

    field: str
    sentence: str


class PolicyIsWrong(Exception):
    """A policy contradicts itself; `problems` says where, one sentence each."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Policy:
    """A project's disclosure policy. Making one that contradicts itself raises `PolicyIsWrong`.

    The default lengths are the Xen Project's starting point for negotiation: one working week from the report to the
    pre-disclosure list, then two to publication, at noon UTC.
    """

    prefix: str
    release_time: time = time(12, 0)
    """Local time of day in `zone`, to the minute."""
    zone: str = "UTC"
    preparation_days: int = 5
    """Working days from the report to pre-disclosure."""
    predisclosure_days: int = 10
    """Working days from pre-disclosure to publication."""
    cadence: Cadence = Cadence()
    weekdays: frozenset[Weekday] = frozenset({Weekday.TUESDAY})
    blackouts: tuple[Blackout, ...] = ()
    countries: tuple[str, ...] = ()
    """ISO 3166 codes, with a subdivision where wanted (`DE`, `DE-BY`); a holiday in any of them is no working day."""
    working_week: frozenset[Weekday] = WORKING_WEEK
    working_hours: tuple[time, time] = (time(9, 0), time(17, 0))
    """Local, first included, last not."""
    soft_cap: int = 5
    """Advisories in one slot from which on the calendar warns."""
    quorum: int = 2
    """Team members who must approve the same release, at least one of them not its author."""
    clocks: tuple[ClockRule, ...] = (LINUX_DISTROS, KERNEL_SECURITY, NINETY_DAYS)
    reply_terms: tuple[ReplyTerms, ...] = DEFAULT_REPLY_TERMS
    announced: frozenset[Announced] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        found = tuple(_problems(self))
        if found:
            raise PolicyIsWrong(found)

    def terms_for(self, urgency: Urgency) -> ReplyTerms:
        """Give the terms promised at `urgency`; the check of a policy sees to it that there is exactly one."""
        return next(terms for terms in self.reply_terms if terms.urgency is urgency)

    def clock(self, key: str) -> ClockRule:
        """Give the outside clock with this key, or raise `KeyError`."""
        for rule in self.clocks:
            if rule.key == key:
                return rule
        raise KeyError(key)


def _problems(policy: Policy) -> Iterator[Problem]:
    yield from _identity_problems(policy)
    yield from _day_problems(policy)
    yield from _cadence_problems(policy.cadence)
    yield from _blackout_problems(policy.blackouts)
    yield from _clock_problems(policy.clocks)
    yield from _reply_problems(policy.reply_terms)


def _identity_problems(policy: Policy) -> Iterator[Problem]:
    if not PREFIX.fullmatch(policy.prefix):
        yield Problem("prefix", f"The prefix {policy.prefix!r} is not one to fifteen capital letters or digits.")
    if policy.release_time.tzinfo is not None:
        yield Problem("release_time", "The release time carries a zone of its own; the zone is a field apart.")
    if policy.release_time.second or policy.release_time.microsecond:
        yield Problem("release_time", "The release time is given to the minute.")
    if not is_zone(policy.zone):
        yield Problem("zone", f"{policy.zone!r} is not a zone of the IANA time zone database.")
    if policy.soft_cap < 1:
        yield Problem("soft_cap", f"A soft cap of {policy.soft_cap} leaves no room for any advisory.")
    if policy.quorum < 1:
        yield Problem("quorum", f"A quorum of {policy.quorum} would let a release go out with nobody's approval.")


def _day_problems(policy: Policy) -> Iterator[Problem]:
    for name in ("preparation_days", "predisclosure_days"):
        days: int = getattr(policy, name)
        if not 0 <= days <= 250:
            yield Problem(name, f"{days} working days for {name.removesuffix('_days')} is not between 0 and 250.")
    if not policy.working_week:
        yield Problem("working_week", "A week without working days never ends.")
    if not policy.weekdays:
        yield Problem("weekdays", "No weekday is allowed, so nothing could ever be published.")
    for day in sorted(policy.weekdays - policy.working_week):
        yield Problem("weekdays", f"{day} is allowed for releases, but is not in the working week.")
    first, last = policy.working_hours
    if first.tzinfo is not None or last.tzinfo is not None or first >= last:
        yield Problem("working_hours", f"Working hours from {first:%H:%M} to {last:%H:%M} hold no working time.")
    for code in policy.countries:
        if not is_country(code):
            yield Problem("countries", f"No holidays are known for {code!r}; give ISO 3166 codes such as DE or DE-BY.")


def _cadence_problems(cadence: Cadence) -> Iterator[Problem]:
    if cadence.every_weeks and cadence.weeks_of_month:
        yield Problem("cadence", "A cadence counts weeks from a date or names weeks of the month, not both.")
    if not 0 <= cadence.every_weeks <= 52:
        yield Problem("cadence", f"A release every {cadence.every_weeks} weeks is not between 1 and 52.")
    if cadence.every_weeks and cadence.from_on is None:
        yield Problem("cadence", f"To count every {cadence.every_weeks} weeks takes a date to count from.")
    wrong = sorted(week for week in cadence.weeks_of_month if not 1 <= week <= 5)
    if wrong:
        yield Problem("cadence", f"A month has weeks 1 to 5, not {wrong[0]}.")


def _blackout_problems(blackouts: tuple[Blackout, ...]) -> Iterator[Problem]:
    for blackout in blackouts:
        if not blackout.name.strip():
            yield Problem("blackouts", f"The blackout from {blackout.first} has no name to give as the reason.")
        if blackout.last < blackout.first:
            yield Problem("blackouts", f"The blackout {blackout.name} ends on {blackout.last}, before it begins.")


def _clock_problems(clocks: tuple[ClockRule, ...]) -> Iterator[Problem]:
    seen: set[str] = set()
    for rule in clocks:
        if rule.key in seen:
            yield Problem("clocks", f"Two outside clocks are called {rule.key}.")
        seen.add(rule.key)
        if rule.limit <= timedelta():
            yield Problem("clocks", f"The clock {rule.name} has no time on it.")
        if rule.exceptional is not None and rule.exceptional <= rule.limit:
            yield Problem("clocks", f"The exception of the clock {rule.name} is no longer than its rule.")
        if not timedelta() <= rule.minimum <= rule.limit:
            yield Problem("clocks", f"The clock {rule.name} asks for at least more than it allows at most.")


def _reply_problems(reply_terms: tuple[ReplyTerms, ...]) -> Iterator[Problem]:
    for urgency in Urgency:
        count = sum(terms.urgency is urgency for terms in reply_terms)
        if count != 1:
            yield Problem("reply_terms", f"Reports of {urgency} urgency have {count} reply terms instead of one.")
    for terms in reply_terms:
        if terms.first_answer_hours < 1 or terms.update_days < 1:
            yield Problem("reply_terms", f"The reply terms of {terms.urgency} urgency leave no time to answer.")


@lru_cache(maxsize=256)
def is_zone(name: str) -> bool:
    """Say whether the IANA database knows `name`, such as `Europe/London`."""
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # unknown, a folder of zones, or a path that leads elsewhere
        return False
    return True


@lru_cache(maxsize=256)
def is_country(code: str) -> bool:
    """Say whether the holidays of `code` are known: a country, or a country and one of its subdivisions."""
    match = COUNTRY.fullmatch(code)
    if match is None:
        return False
    known = holidays.list_supported_countries(include_aliases=False)
    country, subdivision = match.groups()
    return country in known and (subdivision is None or subdivision in known[country])
