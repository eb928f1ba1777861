"""The states of an advisory."""

from itertools import pairwise

import pytest

from advisories.lifecycle import LEAVES_A_NOTE, SHOWN_TO_READERS, STEPS, State, StepNotAllowed, check_step


@pytest.mark.parametrize(
    "way",
    [
        [State.RESERVED, State.DRAFTING, State.READY, State.PREDISCLOSED, State.PUBLIC, State.WITHDRAWN],
        [State.RESERVED, State.UNUSED],
        [State.DRAFTING, State.PUBLIC],
        [State.DRAFTING, State.MERGED],
        [State.PREDISCLOSED, State.MERGED],
    ],
)
def test_the_ways_of_the_field_are_open(way: list[State]) -> None:
    for current, target in pairwise(way):
        check_step(current, target)


def test_every_state_is_in_the_table() -> None:
    assert set(STEPS) == set(State)


def test_nothing_public_becomes_secret_again() -> None:
    for state in SHOWN_TO_READERS:
        assert STEPS[state] <= SHOWN_TO_READERS


def test_what_members_hold_is_no_draft_again() -> None:
    with pytest.raises(StepNotAllowed):
        check_step(State.PREDISCLOSED, State.DRAFTING)


def test_every_end_leaves_a_note() -> None:
    assert {state for state, following in STEPS.items() if not following} == LEAVES_A_NOTE
