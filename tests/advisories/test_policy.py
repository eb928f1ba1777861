"""A policy is refused whole, with a sentence for each mistake."""

from dataclasses import replace
from datetime import UTC, date, time, timedelta
from typing import Any

import pytest

from advisories.policy import (
    LINUX_DISTROS,
    Blackout,
    Cadence,
    ClockRule,
    Criterion,
    Policy,
    PolicyIsWrong,
    StartEvent,
    Urgency,
    Weekday,
)

SATURDAY = frozenset({Weekday.SATURDAY})


def test_the_defaults_are_a_policy() -> None:
    assert Policy("SSA").quorum == 2


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"prefix": "ssa 1"}, "prefix", "ssa 1"),
        ({"prefix": ""}, "prefix", "capital letters"),
        ({"zone": "Europe/Xanadu"}, "zone", "Europe/Xanadu"),
        ({"zone": "../../etc/passwd"}, "zone", "IANA"),
        ({"zone": ""}, "zone", "IANA"),
        ({"release_time": time(12, tzinfo=UTC)}, "release_time", "zone"),
        ({"release_time": time(12, 0, 30)}, "release_time", "minute"),
        ({"preparation_days": -1}, "preparation_days", "preparation"),
        ({"predisclosure_days": 999}, "predisclosure_days", "999"),
        ({"weekdays": frozenset()}, "weekdays", "weekday"),
        ({"weekdays": SATURDAY}, "weekdays", "Saturday"),
        ({"working_week": frozenset()}, "working_week", "never ends"),
        ({"working_hours": (time(17), time(9))}, "working_hours", "17:00"),
        ({"countries": ("DE", "XX")}, "countries", "XX"),
        ({"countries": ("DE-ZZ",)}, "countries", "DE-ZZ"),
        ({"soft_cap": 0}, "soft_cap", "0"),
        ({"quorum": 0}, "quorum", "nobody"),
        ({"cadence": Cadence(every_weeks=2)}, "cadence", "date to count from"),
        ({"cadence": Cadence(99, date(2026, 1, 6))}, "cadence", "99"),
        ({"cadence": Cadence(2, date(2026, 1, 6), frozenset({1}))}, "cadence", "not both"),
        ({"cadence": Cadence(weeks_of_month=frozenset({0, 2}))}, "cadence", "not 0"),
        ({"blackouts": (Blackout("", date(2026, 1, 1), date(2026, 1, 2)),)}, "blackouts", "no name"),
        ({"blackouts": (Blackout("x", date(2026, 1, 2), date(2026, 1, 1)),)}, "blackouts", "before it begins"),
        ({"clocks": (LINUX_DISTROS, LINUX_DISTROS)}, "clocks", "linux-distros"),
        ({"clocks": (ClockRule("a", "A", StartEvent.REPORTED, timedelta()),)}, "clocks", "no time"),
        (
            {"clocks": (ClockRule("a", "A", StartEvent.REPORTED, timedelta(7), exceptional=timedelta(7)),)},
            "clocks",
            "no longer",
        ),
        (
            {"clocks": (ClockRule("a", "A", StartEvent.REPORTED, timedelta(7), minimum=timedelta(8)),)},
            "clocks",
            "at least",
        ),
        ({"reply_terms": ()}, "reply_terms", "critical"),
    ],
)
def test_a_policy_that_contradicts_itself_names_what_is_wrong(changes: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(PolicyIsWrong) as refused:
        Policy(**{"prefix": "SSA", **changes})
    assert [problem.field for problem in refused.value.problems if said in problem.sentence] == [field]


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(PolicyIsWrong) as refused:
        Policy("ssa", zone="Nowhere", quorum=0)
    assert {problem.field for problem in refused.value.problems} == {"prefix", "zone", "quorum"}


def test_a_changed_policy_is_checked_again() -> None:
    with pytest.raises(PolicyIsWrong):
        replace(Policy("SSA"), quorum=0)


def test_every_urgency_has_terms() -> None:
    policy = Policy("SSA")
    assert [policy.terms_for(urgency).urgency for urgency in Urgency] == list(Urgency)


def test_an_unknown_clock_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        Policy("SSA").clock("nobody")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"criteria": (Criterion("kind", "Why"), Criterion("kind", "Why not"))}, "criteria"),
        ({"criteria": (Criterion("Kind of", "Why"),), "least_weight": 1}, "criteria"),
        ({"criteria": (Criterion("kind", " "),), "least_weight": 1}, "criteria"),
        ({"criteria": (), "least_weight": 1}, "least_weight"),
        ({"terms": " \n"}, "terms"),
        ({"terms_days": 0}, "terms_days"),
        ({"confirmation_days": 7}, "confirmation_days"),
    ],
)
def test_what_is_asked_of_members_must_be_answerable(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(PolicyIsWrong) as refused:
        Policy("SSA", **changes)
    assert field in {problem.field for problem in refused.value.problems}
