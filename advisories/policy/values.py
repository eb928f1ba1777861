"""PURE: what a policy is made of: weekdays, rhythm, blackouts, outside clocks, promises to reporters.

Outside clocks are data because other people's rules drift (one list's page says fourteen days, another page about the
same list says seven).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum


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
