"""What is missing before a step, rule by rule."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from advisories.embargo.rules import EmbargoState
from advisories.lifecycle import LEAVES_A_NOTE, State
from advisories.release.arming import Quorum
from advisories.release.missing import REQUIRED_SECTIONS, BranchFacts, Facts, Lack, missing_for

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
END = NOW + timedelta(days=14)
BRANCH = BranchFacts("stable-4.15", has_series=True, applies=True, verdict_matches=True)
COMPLETE = Facts(
    now=NOW,
    title="A gate that stays open",
    sections=frozenset(REQUIRED_SECTIONS),
    affected_said=True,
    branches=(BRANCH,),
    embargo=EmbargoState.ACTIVE,
    embargo_end_at=END,
    deployment_said=True,
    recipients=3,
    frozen_revision=2,
    frozen_is_current=True,
    delivered_end_at=END,
    quorum=Quorum(frozenset({1, 2}), frozenset()),
    has_key=True,
    planned_at=END,
    reason="found to be no issue",
)


def lacks(target: State, **changes: Any) -> list[Lack]:
    return [one.kind for one in missing_for(replace(COMPLETE, **changes), target)]


@pytest.mark.parametrize("target", State)
def test_nothing_is_missing_where_everything_is_there(target: State) -> None:
    assert missing_for(COMPLETE, target) == ()


@pytest.mark.parametrize("target", [State.READY, State.PREDISCLOSED, State.PUBLIC, *sorted(LEAVES_A_NOTE)])
def test_a_number_that_was_just_taken_lacks_something_for_every_step(target: State) -> None:
    assert missing_for(Facts(now=NOW), target)


@pytest.mark.parametrize("field", REQUIRED_SECTIONS)
def test_every_required_section_is_asked_for(field: str) -> None:
    assert lacks(State.READY, sections=frozenset(REQUIRED_SECTIONS) - {field}) == [Lack.TEXT]


@pytest.mark.parametrize(
    ("target", "changes", "expected"),
    [
        (State.READY, {"title": " "}, Lack.TEXT),
        (State.READY, {"affected_said": False}, Lack.AFFECTED),
        (State.READY, {"undecided_credits": ("Ada",)}, Lack.CREDIT),
        (State.READY, {"branches": (BranchFacts("stable-4.15"),)}, Lack.SERIES),
        (State.PREDISCLOSED, {"embargo": EmbargoState.PROPOSED}, Lack.EMBARGO),
        (State.PREDISCLOSED, {"embargo_end_at": NOW, "planned_at": NOW}, Lack.EMBARGO),
        (State.PREDISCLOSED, {"is_out": True}, Lack.EMBARGO),
        (State.PREDISCLOSED, {"deployment_said": False}, Lack.DEPLOYMENT),
        (State.PREDISCLOSED, {"recipients": 0}, Lack.RECIPIENTS),
        (State.PREDISCLOSED, {"recipients_without_key": ("Acme",)}, Lack.RECIPIENTS),
        (State.PREDISCLOSED, {"frozen_revision": None}, Lack.REVISION),
        (State.PREDISCLOSED, {"has_key": False}, Lack.KEY),
        (State.PUBLIC, {"frozen_is_current": False}, Lack.REVISION),
        (State.PUBLIC, {"branches": (replace(BRANCH, applies=False),)}, Lack.VERDICT),
        (State.PUBLIC, {"branches": (replace(BRANCH, verdict_matches=False),)}, Lack.VERDICT),
        (State.PUBLIC, {"planned_at": None}, Lack.DATE),
        (State.PUBLIC, {"delivered_end_at": END - timedelta(days=1)}, Lack.DATE),
        (State.PUBLIC, {"key_expires_at": END}, Lack.KEY),
        (State.PUBLIC, {"quorum": None}, Lack.APPROVAL),
        (State.PUBLIC, {"quorum": Quorum(frozenset({1}), frozenset(), "1 more.")}, Lack.APPROVAL),
        (State.WITHDRAWN, {"reason": " "}, Lack.REASON),
    ],
)
def test_each_lack_is_found_by_itself(target: State, changes: dict[str, Any], expected: Lack) -> None:
    assert lacks(target, **changes) == [expected]


@pytest.mark.parametrize("hours", [-1, 1])
@pytest.mark.parametrize("target", [State.PREDISCLOSED, State.PUBLIC])
def test_a_date_that_is_not_the_embargos_end_is_told_to_nobody_and_not_published(target: State, hours: int) -> None:
    other = END + timedelta(hours=hours)
    assert lacks(target, planned_at=other, delivered_end_at=other) == [Lack.DATE]


def test_what_is_out_is_published_without_waiting_for_the_end() -> None:
    assert lacks(State.PUBLIC, is_out=True, planned_at=NOW) == []


def test_what_is_out_still_needs_its_approvals() -> None:
    assert lacks(State.PUBLIC, is_out=True, quorum=None) == [Lack.APPROVAL]


def test_a_recorded_override_stands_for_a_verdict() -> None:
    failed = replace(BRANCH, applies=False, override="4.15 is built from the release tarball")
    assert lacks(State.PUBLIC, branches=(failed,)) == []


def test_a_fix_that_is_not_ours_needs_no_series() -> None:
    assert lacks(State.PUBLIC, branches=(BranchFacts("main"),), fix_elsewhere="fixed in the guest agent 1.4") == []


def test_predisclosure_does_not_wait_for_patches() -> None:
    assert lacks(State.PREDISCLOSED, branches=(BranchFacts("stable-4.15"),)) == []


def test_a_key_that_outlives_the_instant_is_enough() -> None:
    assert lacks(State.PUBLIC, key_expires_at=END + timedelta(days=1)) == []


def test_the_sentences_name_the_branch() -> None:
    (one,) = missing_for(replace(COMPLETE, branches=(replace(BRANCH, applies=False),)), State.PUBLIC)
    assert str(one) == "The series does not apply on stable-4.15."


def test_a_condition_that_names_a_secret_keeps_an_advisory_back() -> None:
    facts = replace(COMPLETE, tells_of=("SSA-12",))
    assert "SSA-12" in str(missing_for(facts, State.PUBLIC)[0])
    assert "SSA-12" in str(missing_for(facts, State.PREDISCLOSED)[0])
