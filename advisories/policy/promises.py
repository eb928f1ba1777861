"""PURE: what the policy promises to the outside, as sentences for its public page. Blackouts and caps stay inside."""

from collections.abc import Iterator
from dataclasses import dataclass

from advisories.policy.policy import Policy
from advisories.policy.values import Announced, ReplyTerms
from advisories.policy.words import clock, counted, first_answer, listed, rhythm


@dataclass(frozen=True, slots=True)
class Promise:
    """What a reporter of one urgency may expect."""

    urgency: str
    first_answer: str
    updates: str


@dataclass(frozen=True, slots=True)
class OutsideClock:
    """One outside clock; `address` is the source where that is one, otherwise `source` says where it is written."""

    sentence: str
    source: str
    address: str


@dataclass(frozen=True, slots=True)
class Promises:
    """The public policy: paragraphs by what they are about."""

    release: tuple[str, ...]
    working_days: str
    embargo: tuple[str, ...]
    announced: tuple[str, ...]
    replies: tuple[Promise, ...]
    clocks: tuple[OutsideClock, ...]


def promises(policy: Policy) -> Promises:
    """Put what readers, reporters and members may rely on into words."""
    return Promises(
        release=tuple(_release(policy)),
        working_days=_working_days(policy),
        embargo=(
            f"A fix is usually prepared within {counted(policy.preparation_days, 'working day')} of the report.",
            "Organisations on the pre-disclosure list may then read the advisory and its patches for "
            f"{counted(policy.predisclosure_days, 'working day')} before everyone does.",
            "Both are where we begin to talk with whoever found it: together we may agree on other dates. What is "
            "known in public already, or is being exploited, is not kept back.",
            "Afterwards the advisory's page tells how long the embargo was, what ended it, what was permitted during "
            "it, and why where it was shorter than this.",
        ),
        announced=tuple(_announced(policy)),
        replies=tuple(_promise(policy, terms) for terms in policy.reply_terms),
        clocks=tuple(
            OutsideClock(f"{clock(rule)}.", rule.source, rule.source if _is_address(rule.source) else "")
            for rule in policy.clocks
        ),
    )


def usual_first_answer(policy: Policy) -> str:
    """Say within what time the finder of something ordinary hears from a person, such as `2 working days`."""
    return first_answer(policy, next(terms for terms in policy.reply_terms if terms.urgency.value == "normal"))


def _release(policy: Policy) -> Iterator[str]:
    days = listed([f"{day}s" for day in sorted(policy.weekdays)])
    weeks = "" if policy.cadence.is_any else f", {rhythm(policy)}"
    zone = "UTC" if policy.zone == "UTC" else f"on the clock of {policy.zone.replace('_', ' ')}"
    yield f"Advisories are published on {days}{weeks}, at {policy.release_time:%H:%M} {zone}."
    yield "A release carries one advisory or several. What cannot wait comes out on another day."
    if policy.quorum > 1:
        yield f"No release goes out before {counted(policy.quorum, 'member')} of the security team approved all of it."


def _working_days(policy: Policy) -> str:
    week = listed(sorted(policy.working_week))
    off = f", except public holidays in {listed(policy.countries)}" if policy.countries else ""
    opens, closes = policy.working_hours
    return f"Working days are {week}{off}. Working hours are {opens:%H:%M} to {closes:%H:%M}, {policy.zone}."


def _announced(policy: Policy) -> Iterator[str]:
    if not policy.announced:
        yield "Nothing: before its publication we don't say whether there is an advisory."
    if Announced.NUMBERS in policy.announced:
        yield "The numbers of advisories that are being prepared."
    if Announced.DATES in policy.announced:
        yield "The date and time of a planned release, once it is settled. It may still move, and we say so."
    if policy.announced:
        yield "Nothing else: no title, no component, no severity."


def _promise(policy: Policy, terms: ReplyTerms) -> Promise:
    updates = counted(terms.update_days, "day" if terms.around_the_clock else "working day")
    return Promise(terms.urgency.value.capitalize(), first_answer(policy, terms), updates)


def _is_address(source: str) -> bool:
    return source.startswith(("https://", "http://"))
