"""PURE: what makes a policy contradict itself, one sentence for each mistake."""

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import holidays

from advisories.policy.joining import Criterion
from advisories.policy.values import Blackout, Cadence, ClockRule, Problem, ReplyTerms, Urgency

if TYPE_CHECKING:
    from advisories.policy.policy import Policy

PREFIX = re.compile(r"[A-Z][A-Z0-9]{0,14}")
COUNTRY = re.compile(r"([A-Z]{2})(?:-([A-Z0-9]{1,3}))?")
KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_NAME = 120
LONGEST_SOURCE = 500
MOST_ROWS = 200
LONGEST_HELP = 1000
LONGEST_TERMS = 20_000
MOST_CRITERIA = 40
LONGEST_CLOCK = timedelta(days=3650)
"""Past this a limit is a slip of the hand, and adding it to an instant may leave the calendar."""


def problems(policy: "Policy") -> Iterator[Problem]:
    """Give everything that is wrong with a policy, field by field."""
    yield from _identity_problems(policy)
    yield from _day_problems(policy)
    yield from _cadence_problems(policy.cadence)
    yield from _blackout_problems(policy.blackouts)
    yield from _clock_problems(policy.clocks)
    yield from _reply_problems(policy.reply_terms)
    yield from _criteria_problems(policy.criteria, policy.least_weight)
    yield from _terms_problems(policy)


def _identity_problems(policy: "Policy") -> Iterator[Problem]:
    if not PREFIX.fullmatch(policy.prefix):
        yield Problem("prefix", f"The prefix {policy.prefix!r} is not one to fifteen capital letters or digits.")
    if policy.release_time.tzinfo is not None:
        yield Problem("release_time", "The release time carries a zone of its own; the zone is a field apart.")
    if policy.release_time.second or policy.release_time.microsecond:
        yield Problem("release_time", "The release time is given to the minute.")
    if not is_zone(policy.zone):
        yield Problem("zone", f"{policy.zone!r} is not a zone of the IANA time zone database.")
    if max(policy.soft_cap, policy.quorum) > 1000:
        yield Problem("soft_cap", "A soft cap or a quorum above 1000 is never reached.")
    if policy.soft_cap < 1:
        yield Problem("soft_cap", f"A soft cap of {policy.soft_cap} leaves no room for any advisory.")
    if not 1 <= policy.early_quorum <= max(policy.quorum, 1):
        yield Problem(
            "early_quorum",
            f"After a leak {policy.early_quorum} approvals are asked for: at least 1, and no more than otherwise.",
        )
    if policy.quorum < 1:
        yield Problem("quorum", f"A quorum of {policy.quorum} would let a release go out with nobody's approval.")


def _day_problems(policy: "Policy") -> Iterator[Problem]:
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
    if len(policy.countries) > MOST_ROWS:
        yield Problem("countries", f"{len(policy.countries)} countries are more than {MOST_ROWS}.")
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
    if len(blackouts) > MOST_ROWS:
        yield Problem("blackouts", f"{len(blackouts)} blackouts are more than {MOST_ROWS}.")
    for blackout in blackouts:
        if not blackout.name.strip():
            yield Problem("blackouts", f"The blackout from {blackout.first} has no name to give as the reason.")
        if not _is_a_line(blackout.name, LONGEST_NAME):
            yield Problem("blackouts", f"The name of the blackout from {blackout.first} is not one short line.")
        if blackout.last < blackout.first:
            yield Problem("blackouts", f"The blackout {blackout.name} ends on {blackout.last}, before it begins.")


def _clock_problems(clocks: tuple[ClockRule, ...]) -> Iterator[Problem]:
    seen: set[str] = set()
    if len(clocks) > MOST_ROWS:
        yield Problem("clocks", f"{len(clocks)} outside clocks are more than {MOST_ROWS}.")
    for rule in clocks:
        if rule.key in seen:
            yield Problem("clocks", f"Two outside clocks are called {rule.key}.")
        seen.add(rule.key)
        yield from _naming_problems(rule)
        if rule.limit <= timedelta():
            yield Problem("clocks", f"The clock {rule.name} has no time on it.")
        lengths = [length for length in (rule.limit, rule.exceptional, rule.minimum) if length is not None]
        if any(length % timedelta(hours=1) for length in lengths):
            yield Problem("clocks", f"The clock {rule.name} is not given in whole hours.")
        if max(lengths) > LONGEST_CLOCK:
            yield Problem("clocks", f"The clock {rule.name} runs for more than {LONGEST_CLOCK.days} days.")
        if rule.exceptional is not None and rule.exceptional <= rule.limit:
            yield Problem("clocks", f"The exception of the clock {rule.name} is no longer than its rule.")
        if not timedelta() <= rule.minimum <= rule.limit:
            yield Problem("clocks", f"The clock {rule.name} asks for at least more than it allows at most.")


def _naming_problems(rule: ClockRule) -> Iterator[Problem]:
    if not KEY.fullmatch(rule.key) or len(rule.key) > LONGEST_NAME:
        yield Problem("clocks", f"{rule.key!r} is no key for a clock: small letters, digits, and hyphens between them.")
    if not rule.name.strip() or not _is_a_line(rule.name, LONGEST_NAME):
        yield Problem("clocks", f"The name of the clock {rule.key} is not one short line.")
    if not _is_a_line(rule.source, LONGEST_SOURCE):
        yield Problem("clocks", f"The source of the clock {rule.key} is not one line of at most {LONGEST_SOURCE}.")


def _reply_problems(reply_terms: tuple[ReplyTerms, ...]) -> Iterator[Problem]:
    for urgency in Urgency:
        count = sum(terms.urgency is urgency for terms in reply_terms)
        if count != 1:
            yield Problem("reply_terms", f"Reports of {urgency} urgency have {count} reply terms instead of one.")
    for terms in reply_terms:
        if terms.first_answer_hours < 1 or terms.update_days < 1:
            yield Problem("reply_terms", f"The reply terms of {terms.urgency} urgency leave no time to answer.")
        if terms.first_answer_hours > 1000 or terms.update_days > 1000:
            yield Problem("reply_terms", f"The reply terms of {terms.urgency} urgency promise nothing within reach.")


def _criteria_problems(criteria: tuple[Criterion, ...], least_weight: int) -> Iterator[Problem]:
    if len(criteria) > MOST_CRITERIA:
        yield Problem("criteria", f"{len(criteria)} items are more than {MOST_CRITERIA}; nobody answers them all.")
    seen: set[str] = set()
    for one in criteria:
        if one.key in seen:
            yield Problem("criteria", f"Two items are called {one.key}.")
        seen.add(one.key)
        if not KEY.fullmatch(one.key) or len(one.key) > LONGEST_NAME:
            yield Problem("criteria", f"{one.key!r} is no key for an item: small letters, digits, hyphens between.")
        if not one.name.strip() or not _is_a_line(one.name, LONGEST_NAME):
            yield Problem("criteria", f"What the item {one.key} asks is not one short line.")
        if max(len(one.help), len(one.example)) > LONGEST_HELP:
            yield Problem("criteria", f"The help and the example of {one.key} take at most {LONGEST_HELP} letters.")
        if one.weight > 100:
            yield Problem("criteria", f"The item {one.key} weighs more than 100.")
    if least_weight > sum(one.weight for one in criteria):
        yield Problem("least_weight", f"All items together weigh less than {least_weight}: nobody could apply.")


def _terms_problems(policy: "Policy") -> Iterator[Problem]:
    if not policy.terms.strip() or len(policy.terms) > LONGEST_TERMS:
        yield Problem("terms", f"The terms for members are a text of at most {LONGEST_TERMS:,} letters.")
    if policy.terms_version < 1:
        yield Problem("terms_version", "Versions of the terms count from 1.")
    if not 1 <= policy.terms_days <= 365:
        yield Problem("terms_days", f"{policy.terms_days} days to accept other terms is not between 1 and 365.")
    if not 30 <= policy.confirmation_days <= 1830:
        yield Problem("confirmation_days", f"A confirmation every {policy.confirmation_days} days: 30 to 1830.")


def _is_a_line(text: str, longest: int) -> bool:
    return len(text) <= longest and text.isprintable()


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
