"""PURE: a project's disclosure policy: its values, what makes it wrong, as JSON, in words, and two changes at once."""

from advisories.policy.checks import is_country, is_zone
from advisories.policy.joining import DEFAULT_CRITERIA, Criterion
from advisories.policy.policy import Policy
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
    Problem,
    ReplyTerms,
    StartEvent,
    Urgency,
    Weekday,
)

__all__ = [
    "DEFAULT_CRITERIA", "DEFAULT_REPLY_TERMS", "KERNEL_SECURITY", "LINUX_DISTROS", "NINETY_DAYS", "WORKING_WEEK",
    "Announced", "Blackout", "Cadence", "ClockRule", "Criterion", "Policy", "PolicyIsWrong", "Problem", "ReplyTerms",
    "StartEvent", "Urgency", "Weekday", "is_country", "is_zone",
]  # fmt: skip
