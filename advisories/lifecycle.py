"""PURE: the states of an advisory and the steps between them."""

from enum import StrEnum


class State(StrEnum):
    """Where an advisory stands."""

    RESERVED = "reserved"
    DRAFTING = "drafting"
    READY = "ready"
    PREDISCLOSED = "pre-disclosed"
    PUBLIC = "public"
    UNUSED = "unused"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"


STEPS: dict[State, frozenset[State]] = {
    State.RESERVED: frozenset({State.DRAFTING, State.UNUSED}),
    State.DRAFTING: frozenset({State.READY, State.PUBLIC, State.MERGED, State.UNUSED}),
    State.READY: frozenset({State.DRAFTING, State.PREDISCLOSED, State.PUBLIC, State.MERGED}),
    State.PREDISCLOSED: frozenset({State.PUBLIC, State.MERGED}),
    State.PUBLIC: frozenset({State.WITHDRAWN}),
    State.UNUSED: frozenset(),
    State.MERGED: frozenset(),
    State.WITHDRAWN: frozenset(),
}
"""An issue that is already public goes from drafting to public. A number is never used again."""

SHOWN_TO_READERS = frozenset({State.PUBLIC, State.WITHDRAWN})
"""A withdrawn advisory was public once and keeps a page that says so."""

CARRIES_FIXES = frozenset({State.DRAFTING, State.READY, State.PREDISCLOSED, State.PUBLIC})
"""Only these are worth trying on the branches."""

LEAVES_A_NOTE = frozenset({State.UNUSED, State.MERGED, State.WITHDRAWN})
"""What ends without being read keeps a page at its number with the reason, which each of these steps needs."""


class StepNotAllowed(Exception):
    """The lifecycle has no such step."""

    def __init__(self, current: State, target: State) -> None:
        super().__init__(f"an advisory does not go from {current} to {target}")
        self.current = current
        self.target = target


class HasEnded(Exception):
    """It was merged, given up or withdrawn: nothing is written of it any more."""

    def __init__(self, state: State) -> None:
        super().__init__(f"An advisory that is {state} is over: its text, patches and checklist stay as they are.")


def check_goes_on(state: State) -> None:
    """Raise `HasEnded` where the lifecycle leads nowhere from `state`."""
    if not STEPS[state]:
        raise HasEnded(state)


def check_step(current: State, target: State) -> None:
    """Raise `StepNotAllowed` unless the lifecycle leads from `current` to `target`."""
    if target not in STEPS[current]:
        raise StepNotAllowed(current, target)
