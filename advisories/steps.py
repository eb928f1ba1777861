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


WORDS = {
    State.DRAFTING: Step(State.DRAFTING, "Draft it"),
    State.READY: Step(State.READY, "Mark as ready"),
    State.PREDISCLOSED: Step(
        State.PREDISCLOSED,
        "Pre-disclose",
        "Downstreams who may know before count on it from here: there is no way back.",
    ),
    State.PUBLIC: Step(
        State.PUBLIC,
        "Publish now",
        "Everyone can read text, patches and verdicts from this instant on, and the embargo is over. "
        "What has been published stays known.",
    ),
}


def steps_from(state: State) -> Iterable[Step]:
    """What can be done next, in the lifecycle's order; what ends an advisory has its own page, which asks why."""
    return [WORDS[target] for target in State if target in STEPS[state] - LEAVES_A_NOTE]
