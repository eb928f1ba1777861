"""Batches: their states, moves, splits and cancellations."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisories.policy import Announced, Policy
from advisories.release.batching import (
    STEPS,
    Audience,
    Batch,
    BatchState,
    BatchStepNotAllowed,
    CannotSplit,
    NoReason,
    NotAhead,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
OPEN = Batch(NOW + 2 * WEEK, frozenset({12, 13, 14}))
FROZEN = OPEN.step_to(BatchState.FROZEN)
PREDISCLOSED = FROZEN.step_to(BatchState.PREDISCLOSED)
ARMED = PREDISCLOSED.step_to(BatchState.ARMED)
RELEASED = ARMED.step_to(BatchState.RELEASED)
POLICY = Policy("SSA")
TELLING = Policy("SSA", announced=frozenset({Announced.DATES}))


def moved(batch: Batch, weeks: int = 3) -> Batch:
    return batch.move(NOW + weeks * WEEK, reason="the fix of 13 is late", by=1, now=NOW)


def test_a_batch_goes_its_way() -> None:
    assert RELEASED.state is BatchState.RELEASED


def test_nothing_is_released_without_arming() -> None:
    for batch in (OPEN, FROZEN, PREDISCLOSED):
        with pytest.raises(BatchStepNotAllowed):
            batch.step_to(BatchState.RELEASED)


def test_what_members_hold_is_not_opened_again() -> None:
    with pytest.raises(BatchStepNotAllowed):
        PREDISCLOSED.step_to(BatchState.OPEN)


def test_what_is_already_out_is_armed_without_predisclosure() -> None:
    armed = FROZEN.step_to(BatchState.ARMED)
    assert armed.disarm().state is BatchState.FROZEN


def test_disarming_leaves_with_members_what_they_hold() -> None:
    assert ARMED.disarm() == PREDISCLOSED


def test_disarming_is_not_a_step_among_others() -> None:
    with pytest.raises(BatchStepNotAllowed):
        ARMED.step_to(BatchState.PREDISCLOSED)


def test_a_move_keeps_the_old_date_and_the_reason() -> None:
    (move,) = moved(OPEN).moves
    assert (move.old_at, move.new_at, move.by) == (NOW + 2 * WEEK, NOW + 3 * WEEK, 1)
    assert "late" in move.reason


def test_moves_add_up() -> None:
    assert [move.old_at for move in moved(moved(OPEN), 4).moves] == [NOW + 2 * WEEK, NOW + 3 * WEEK]


def test_moving_an_armed_batch_disarms_it() -> None:
    assert moved(ARMED).state is BatchState.PREDISCLOSED


def test_a_move_to_the_same_instant_is_none() -> None:
    assert moved(ARMED, 2) == ARMED


def test_a_date_in_the_past_is_refused() -> None:
    with pytest.raises(NotAhead):
        moved(OPEN, 0)


def test_a_move_without_a_reason_is_refused() -> None:
    with pytest.raises(NoReason):
        OPEN.move(NOW + WEEK, reason="  ", by=1, now=NOW)


@pytest.mark.parametrize("batch", [RELEASED, OPEN.cancel("nothing left")])
def test_what_is_over_is_not_moved(batch: Batch) -> None:
    with pytest.raises(BatchStepNotAllowed):
        moved(batch)


def test_a_split_takes_some_to_another_date_and_disarms_both() -> None:
    rest, gone = ARMED.split(frozenset({13}), NOW + 4 * WEEK, reason="13 needs more", by=1, now=NOW)
    assert (rest.advisories, gone.advisories) == (frozenset({12, 14}), frozenset({13}))
    assert (rest.state, gone.state) == (BatchState.PREDISCLOSED, BatchState.PREDISCLOSED)
    assert (rest.planned_at, gone.planned_at) == (NOW + 2 * WEEK, NOW + 4 * WEEK)
    assert [move.reason for move in gone.moves] == ["13 needs more"]


@pytest.mark.parametrize("leaving", [frozenset[int](), frozenset({12, 13, 14}), frozenset({12, 99})])
def test_a_split_leaves_something_on_both_sides(leaving: frozenset[int]) -> None:
    with pytest.raises(CannotSplit):
        OPEN.split(leaving, NOW + 4 * WEEK, reason="so", by=1, now=NOW)


def test_an_armed_batch_is_disarmed_before_it_is_cancelled() -> None:
    with pytest.raises(BatchStepNotAllowed):
        ARMED.cancel("no")
    assert ARMED.disarm().cancel("leaked").cancelled_for == "leaked"


def test_cancelling_needs_a_reason() -> None:
    with pytest.raises(NoReason):
        OPEN.cancel(" ")


def test_cancelling_is_not_a_step_among_others() -> None:
    with pytest.raises(BatchStepNotAllowed):
        OPEN.step_to(BatchState.CANCELLED)


def test_who_was_told_nothing_is_told_of_no_change() -> None:
    assert OPEN.told_the_date(TELLING) == {Audience.TEAM}


def test_members_and_readers_hear_of_a_change_where_they_knew_the_date() -> None:
    assert PREDISCLOSED.told_the_date(POLICY) == {Audience.TEAM, Audience.RELEASE_MANAGERS, Audience.MEMBERS}
    assert Audience.READERS in FROZEN.told_the_date(TELLING)
    assert Audience.MEMBERS not in FROZEN.told_the_date(TELLING)


def test_members_are_told_even_after_disarming_and_cancelling() -> None:
    assert Audience.MEMBERS in ARMED.disarm().cancel("no").told_the_date(POLICY)


@given(targets=st.lists(st.sampled_from(BatchState), max_size=10))
def test_every_step_is_in_the_table(targets: list[BatchState]) -> None:
    batch = OPEN
    for target in targets:
        before = batch.state
        try:
            batch = batch.step_to(target)
        except BatchStepNotAllowed:
            assert batch.state is before
        else:
            assert target in STEPS[before]
