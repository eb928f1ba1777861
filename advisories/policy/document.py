"""PURE: a policy as plain JSON and back: what is stored, exported, and kept in somebody's git.

Reading is strict: a key that nobody knows is refused rather than dropped, since a misspelt one would leave the default
standing in silence. What is left out has its default, so that older documents stay readable; the prefix has none.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar

from advisories.canonical import digest
from advisories.policy.joining import Criterion, as_document
from advisories.policy.policy import Policy
from advisories.policy.reading import Reader, Refused
from advisories.policy.values import (
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

Document = dict[str, Any]
"""JSON values by the name of the field of `Policy`."""

LARGEST_BYTES = 256 * 1024

_Part = TypeVar("_Part")


def to_document(policy: Policy) -> Document:
    """Write a policy as plain JSON values, each field under its name, sets in a fixed order."""
    return {
        "prefix": policy.prefix,
        "release_time": f"{policy.release_time:%H:%M}",
        "zone": policy.zone,
        "preparation_days": policy.preparation_days,
        "predisclosure_days": policy.predisclosure_days,
        "cadence": {
            "every_weeks": policy.cadence.every_weeks,
            "from_on": policy.cadence.from_on.isoformat() if policy.cadence.from_on else None,
            "weeks_of_month": sorted(policy.cadence.weeks_of_month),
        },
        "weekdays": _weekdays(policy.weekdays),
        "blackouts": [
            {"name": one.name, "first": one.first.isoformat(), "last": one.last.isoformat()} for one in policy.blackouts
        ],
        "countries": list(policy.countries),
        "working_week": _weekdays(policy.working_week),
        "working_hours": [f"{hour:%H:%M}" for hour in policy.working_hours],
        "soft_cap": policy.soft_cap,
        "quorum": policy.quorum,
        "early_quorum": policy.early_quorum,
        "clocks": [_clock_document(rule) for rule in policy.clocks],
        "reply_terms": [
            {
                "urgency": terms.urgency.value,
                "first_answer_hours": terms.first_answer_hours,
                "update_days": terms.update_days,
                "around_the_clock": terms.around_the_clock,
            }
            for terms in policy.reply_terms
        ],
        "announced": sorted(announced.value for announced in policy.announced),
        "criteria": [as_document(criterion) for criterion in policy.criteria],
        "least_weight": policy.least_weight,
        "terms": policy.terms,
        "terms_version": policy.terms_version,
        "terms_days": policy.terms_days,
        "confirmation_days": policy.confirmation_days,
        "lists_members": policy.lists_members,
        "members_discuss": policy.members_discuss,
    }


def from_document(value: object) -> Policy:
    """Read a policy from JSON values. Raises `PolicyIsWrong` with a sentence for each thing that is wrong."""
    if not isinstance(value, Mapping):
        raise PolicyIsWrong((Problem("", "A policy is a JSON object with its fields by name."),))
    found: list[Problem] = [
        Problem(str(key), f"A policy has no field {key!r}.") for key in value if key not in _READERS
    ]
    if "prefix" not in value:
        found.append(Problem("prefix", "The policy names no prefix."))
    values: dict[str, Any] = {}
    for name, read in _READERS.items():
        if name not in value:
            continue
        try:
            values[name] = read(Reader(name, value[name]))
        except Refused as refusal:
            found.append(Problem(name, str(refusal)))
    if found:
        raise PolicyIsWrong(tuple(found))
    return Policy(**values)


def parse(text: str | bytes) -> Policy:
    """Read a policy from the text of a JSON document. Raises `PolicyIsWrong`."""
    if len(text) > LARGEST_BYTES:
        raise PolicyIsWrong((Problem("", f"The document is larger than {LARGEST_BYTES // 1024} KiB."),))
    try:
        return from_document(json.loads(text, object_pairs_hook=_without_repeats))
    except (ValueError, RecursionError) as trouble:
        raise PolicyIsWrong((Problem("", f"This is not a JSON document: {trouble}."),)) from None


def as_text(policy: Policy) -> str:
    """Write a policy as a document for people and for git: one value a line, in the order of the fields."""
    return json.dumps(to_document(policy), indent=2, ensure_ascii=False) + "\n"


def digest_of(document: Mapping[str, object]) -> str:
    """Give the SHA-256 of a document in its one form, lower-case hex."""
    return digest("penstock policy", document)


@lru_cache(maxsize=64)
def known(text: str) -> Policy:
    """Read a stored document again without checking the same text twice. Raises `PolicyIsWrong`."""
    return parse(text)


def _weekdays(days: Iterable[Weekday]) -> list[str]:
    return [str(day).lower() for day in sorted(days)]


def _clock_document(rule: ClockRule) -> Document:
    return {
        "key": rule.key,
        "name": rule.name,
        "starts_at": rule.starts_at.value,
        "limit_hours": _hours(rule.limit),
        "exceptional_hours": None if rule.exceptional is None else _hours(rule.exceptional),
        "minimum_hours": _hours(rule.minimum),
        "source": rule.source,
    }


def _hours(length: timedelta) -> int:
    return length // timedelta(hours=1)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON lets the last of two equal keys win; here neither does."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands in it twice")
    return found


def _cadence(reader: Reader) -> Cadence:
    part = reader.part({"every_weeks", "from_on", "weeks_of_month"})
    return Cadence(
        every_weeks=part["every_weeks"].whole() if "every_weeks" in part else 0,
        from_on=part["from_on"].day_or_none() if "from_on" in part else None,
        weeks_of_month=frozenset(each.whole() for each in part["weeks_of_month"].rows())
        if "weeks_of_month" in part
        else frozenset(),
    )


def _blackout(reader: Reader) -> Blackout:
    part = reader.part({"name", "first", "last"}, needed={"name", "first", "last"})
    return Blackout(part["name"].text(), part["first"].day(), part["last"].day())


def _clock(reader: Reader) -> ClockRule:
    part = reader.part(
        {"key", "name", "starts_at", "limit_hours", "exceptional_hours", "minimum_hours", "source"},
        needed={"key", "name", "starts_at", "limit_hours"},
    )
    exceptional = part["exceptional_hours"].whole_or_none() if "exceptional_hours" in part else None
    return ClockRule(
        key=part["key"].text(),
        name=part["name"].text(),
        starts_at=part["starts_at"].one_of(StartEvent),
        limit=timedelta(hours=part["limit_hours"].whole()),
        exceptional=None if exceptional is None else timedelta(hours=exceptional),
        minimum=timedelta(hours=part["minimum_hours"].whole() if "minimum_hours" in part else 0),
        source=part["source"].text() if "source" in part else "",
    )


def _terms(reader: Reader) -> ReplyTerms:
    part = reader.part(
        {"urgency", "first_answer_hours", "update_days", "around_the_clock"},
        needed={"urgency", "first_answer_hours", "update_days"},
    )
    return ReplyTerms(
        part["urgency"].one_of(Urgency),
        first_answer_hours=part["first_answer_hours"].whole(),
        update_days=part["update_days"].whole(),
        around_the_clock=part["around_the_clock"].flag() if "around_the_clock" in part else False,
    )


def _criterion(reader: Reader) -> Criterion:
    part = reader.part(
        {"key", "name", "help", "example", "weight", "is_required", "wants_link"}, needed={"key", "name"}
    )
    return Criterion(
        key=part["key"].text(),
        name=part["name"].text(),
        help=part["help"].text() if "help" in part else "",
        example=part["example"].text() if "example" in part else "",
        weight=part["weight"].whole() if "weight" in part else 1,
        is_required=part["is_required"].flag() if "is_required" in part else True,
        wants_link=part["wants_link"].flag() if "wants_link" in part else False,
    )


def _hours_of_work(reader: Reader) -> tuple[time, time]:
    found = [each.time() for each in reader.rows()]
    if len(found) != 2:
        raise Refused("working_hours are two times, the first and the last.")
    return found[0], found[1]


def _all(read: Callable[[Reader], _Part]) -> Callable[[Reader], tuple[_Part, ...]]:
    return lambda reader: tuple(read(each) for each in reader.rows())


def _set_of(kind: type[StrEnum]) -> Callable[[Reader], frozenset[StrEnum]]:
    return lambda reader: frozenset(each.one_of(kind) for each in reader.rows())


def _days_of_week(reader: Reader) -> frozenset[Weekday]:
    return frozenset(each.weekday() for each in reader.rows())


_READERS: dict[str, Callable[[Reader], Any]] = {
    "prefix": Reader.text,
    "release_time": Reader.time,
    "zone": Reader.text,
    "preparation_days": Reader.whole,
    "predisclosure_days": Reader.whole,
    "cadence": _cadence,
    "weekdays": _days_of_week,
    "blackouts": _all(_blackout),
    "countries": _all(Reader.text),
    "working_week": _days_of_week,
    "working_hours": _hours_of_work,
    "soft_cap": Reader.whole,
    "quorum": Reader.whole,
    "early_quorum": Reader.whole,
    "clocks": _all(_clock),
    "reply_terms": _all(_terms),
    "announced": _set_of(Announced),
    "criteria": _all(_criterion),
    "least_weight": Reader.whole,
    "terms": Reader.text,
    "terms_version": Reader.whole,
    "terms_days": Reader.whole,
    "confirmation_days": Reader.whole,
    "lists_members": Reader.flag,
    "members_discuss": Reader.flag,
}
FIELDS = tuple(one.name for one in fields(Policy))
