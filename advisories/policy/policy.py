"""PURE: a project's disclosure policy as one value, checked as a whole when it is made.

Lengths of time in working days are counted by `advisories.calendar`.
"""

from dataclasses import dataclass, field
from datetime import time

from advisories.policy.checks import problems
from advisories.policy.joining import DEFAULT_CRITERIA, DEFAULT_TERMS, Criterion
from advisories.policy.values import (
    DEFAULT_REPLY_TERMS,
    KERNEL_SECURITY,
    LINUX_DISTROS,
    NINETY_DAYS,
    WORKING_WEEK,
    Announced,
    Blackout,
    Cadence,
    ClockRule,
    PolicyIsWrong,
    ReplyTerms,
    Urgency,
    Weekday,
)


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
    cadence: Cadence = field(default_factory=Cadence)
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
    early_quorum: int = 1
    """How many of them where an embargo ends early because the issue leaked or is exploited."""
    clocks: tuple[ClockRule, ...] = (LINUX_DISTROS, KERNEL_SECURITY, NINETY_DAYS)
    reply_terms: tuple[ReplyTerms, ...] = DEFAULT_REPLY_TERMS
    announced: frozenset[Announced] = field(default_factory=frozenset)
    criteria: tuple[Criterion, ...] = DEFAULT_CRITERIA
    """What an application for the pre-disclosure list answers."""
    least_weight: int = 10
    """What the answers of an application must weigh together."""
    terms: str = DEFAULT_TERMS
    terms_version: int = 1
    """Counted by `policies.change`: another text is another version, which members accept anew."""
    terms_days: int = 30
    """Days that members have to accept other terms before a suspension is proposed to the team."""
    confirmation_days: int = 365
    """Days after which a member says again that everything still holds."""
    lists_members: bool = False
    """Whether everyone may read who is on the list: names, never addresses."""
    members_discuss: bool = True
    """Whether members read what other members write on an advisory; otherwise each talks with the team alone."""

    def __post_init__(self) -> None:
        found = tuple(problems(self))
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
