"""PURE: a policy in words: each field as lines that people read, and what differs between two policies."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta

from advisories.policy.joining import Criterion
from advisories.policy.policy import Policy
from advisories.policy.values import Announced, Blackout, ClockRule, ReplyTerms, Weekday


@dataclass(frozen=True, slots=True)
class Said:
    """One field in words."""

    field: str
    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that two policies say differently."""

    field: str
    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]


LABELS = {
    "prefix": "Prefix of numbers",
    "release_time": "Release time",
    "zone": "Time zone",
    "preparation_days": "Preparation",
    "predisclosure_days": "Pre-disclosure",
    "cadence": "Rhythm",
    "weekdays": "Days for releases",
    "blackouts": "Blackouts",
    "countries": "Public holidays",
    "working_week": "Working week",
    "working_hours": "Working hours",
    "soft_cap": "Advisories in one release",
    "quorum": "Approvals of a release",
    "early_quorum": "Approvals after a leak",
    "clocks": "Outside clocks",
    "reply_terms": "Answers to reporters",
    "announced": "Announced before publication",
    "criteria": "What applications show",
    "least_weight": "Least weight of an application",
    "terms": "Terms for members",
    "terms_version": "Version of the terms",
    "terms_days": "To accept other terms",
    "confirmation_days": "Members confirm",
    "lists_members": "List of members",
    "members_discuss": "Members among themselves",
}


def said(policy: Policy) -> tuple[Said, ...]:
    """Put every field into words, in the order in which people are asked for them."""
    return tuple(Said(name, label, _WORDS[name](policy)) for name, label in LABELS.items())


def differences(before: Policy, after: Policy) -> tuple[Difference, ...]:
    """Name every field that differs, with both in words."""
    return tuple(
        Difference(name, label, _WORDS[name](before), _WORDS[name](after))
        for name, label in LABELS.items()
        if getattr(before, name) != getattr(after, name)
    )


def length(limit: timedelta) -> str:
    """Say a length in days where it is whole days, otherwise in hours."""
    days, rest = divmod(limit, timedelta(days=1))
    return counted(limit // timedelta(hours=1), "hour") if rest else counted(days, "day")


def counted(number: int, noun: str) -> str:
    """Say a number of things."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def listed(words: Iterable[object], joint: str = "and") -> str:
    """Join words as a sentence does."""
    *first, last = [str(word) for word in words] or [""]
    return f"{', '.join(first)} {joint} {last}" if first else last


def first_answer(policy: Policy, terms: ReplyTerms) -> str:
    """Say within what time a reporter is answered first, in working days where the hours are whole ones."""
    hours = terms.first_answer_hours
    if terms.around_the_clock:
        return counted(hours, "hour")
    begins, ends = policy.working_hours
    minutes = (ends.hour - begins.hour) * 60 + ends.minute - begins.minute
    days, rest = divmod(hours * 60, minutes)
    return counted(hours, "working hour") if rest else counted(days, "working day")


def clock(rule: ClockRule) -> str:
    """Say what an outside clock asks for."""
    limit = f"{length(rule.limit)} from the {_START_WORDS[rule.starts_at.value]}"
    words = limit if rule.name == limit else f"{rule.name}: {limit}"
    if rule.exceptional is not None:
        words += f", {length(rule.exceptional)} as an exception"
    if rule.minimum:
        words += f", at least {length(rule.minimum)}"
    return words


def rhythm(policy: Policy) -> str:
    """Say which weeks carry a release."""
    since = policy.cadence.from_on
    return (
        f"{policy.cadence}, counted from {_day(since)}" if policy.cadence.every_weeks and since else str(policy.cadence)
    )


_START_WORDS = {
    "first post to the list": "first post to the list",
    "fix ready": "moment a fix is ready",
    "report received": "report",
    "the owner was told": "day the owner was told",
}


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _hour(hour: time) -> str:
    return f"{hour:%H:%M}"


def _blackout(blackout: Blackout) -> str:
    return f"{blackout.name}: {_day(blackout.first)} to {_day(blackout.last)}"


def _clock_whole(rule: ClockRule) -> str:
    return f"{clock(rule)} ({rule.key}{f'; {rule.source}' if rule.source else ''})"


def _reply(policy: Policy, terms: ReplyTerms) -> str:
    update = counted(terms.update_days, "day" if terms.around_the_clock else "working day")
    return f"{terms.urgency.capitalize()}: first answer within {first_answer(policy, terms)}, then every {update}"


def _replies(policy: Policy) -> tuple[str, ...]:
    return tuple(_reply(policy, terms) for terms in policy.reply_terms)


def _criterion(one: Criterion) -> str:
    kind = "required" if one.is_required else "optional"
    parts = [f"{one.name} ({one.key}, {kind}, weighs {one.weight}{', with a link' if one.wants_link else ''})"]
    parts += [one.help] if one.help else []
    parts += [f"For example: {one.example}"] if one.example else []
    return " – ".join(parts)


def _days(days: Iterable[Weekday]) -> tuple[str, ...]:
    return (listed(sorted(days)),)


_WORDS: dict[str, Callable[[Policy], tuple[str, ...]]] = {
    "prefix": lambda policy: (policy.prefix,),
    "release_time": lambda policy: (_hour(policy.release_time),),
    "zone": lambda policy: (policy.zone,),
    "preparation_days": lambda policy: (counted(policy.preparation_days, "working day"),),
    "predisclosure_days": lambda policy: (counted(policy.predisclosure_days, "working day"),),
    "cadence": lambda policy: (rhythm(policy)[:1].upper() + rhythm(policy)[1:],),
    "weekdays": lambda policy: _days(policy.weekdays),
    "blackouts": lambda policy: tuple(_blackout(each) for each in policy.blackouts) or ("none",),
    "countries": lambda policy: policy.countries or ("none",),
    "working_week": lambda policy: _days(policy.working_week),
    "working_hours": lambda policy: (" to ".join(_hour(hour) for hour in policy.working_hours),),
    "soft_cap": lambda policy: (f"at most {policy.soft_cap}, or the calendar warns",),
    "quorum": lambda policy: (counted(policy.quorum, "member") + " of the team",),
    "early_quorum": lambda policy: (counted(policy.early_quorum, "member") + " of the team",),
    "clocks": lambda policy: tuple(_clock_whole(rule) for rule in policy.clocks) or ("none",),
    "reply_terms": _replies,
    "announced": lambda policy: tuple(each.value for each in Announced if each in policy.announced) or ("nothing",),
    "criteria": lambda policy: tuple(_criterion(each) for each in policy.criteria) or ("nothing",),
    "least_weight": lambda policy: (str(policy.least_weight),),
    "terms": lambda policy: tuple(line for line in policy.terms.splitlines() if line.strip()),
    "terms_version": lambda policy: (str(policy.terms_version),),
    "terms_days": lambda policy: (counted(policy.terms_days, "day"),),
    "confirmation_days": lambda policy: (f"every {counted(policy.confirmation_days, 'day')}",),
    "lists_members": lambda policy: ("everyone may read it" if policy.lists_members else "only the team reads it",),
    "members_discuss": lambda policy: (
        "read what others write on an advisory" if policy.members_discuss else "write to the team alone",
    ),
}
