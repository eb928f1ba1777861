"""PURE: the steps of the lifecycle in words, and what each one cannot undo."""

from collections.abc import Iterable
from dataclasses import dataclass

from advisories.lifecycle import LEAVES_A_NOTE, STEPS, State


@dataclass(frozen=True, slots=True)
class Step:
    """One step that a person can take."""

    target: State
    verb: str
    consequence: str = ""
    """What it brings about and nothing takes back; empty where another step leads back."""

    @property
    def asks_first(self) -> bool:
        """Whether a page of its own asks before it is taken."""
        return bool(self.consequence)


BY_RELEASE = frozenset({State.PREDISCLOSED, State.PUBLIC})
"""Steps that only a release brings about: a frozen revision, and for the public one approvals of exactly that."""

WORDS = {
    State.DRAFTING: Step(State.DRAFTING, "Draft it"),
    State.READY: Step(State.READY, "Mark as ready"),
}

BACK = Step(State.DRAFTING, "Back to drafting")


def steps_from(state: State) -> Iterable[Step]:
    """What a person can do next with the advisory alone, in the lifecycle's order.

    What ends one has its own page, which asks why; what sends one out is a release.
    """
    words = WORDS | {State.DRAFTING: BACK} if state is State.READY else WORDS
    return [words[target] for target in State if target in STEPS[state] - LEAVES_A_NOTE - BY_RELEASE]
