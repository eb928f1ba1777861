"""PURE: how long what failed is left alone: longer each time, and not at all once it is something else."""

from dataclasses import dataclass

FIRST_S, LONGEST_S = 5, 300


@dataclass(slots=True)
class Resting:
    """Remembers one failure. Seconds are those of a clock that never goes back."""

    what: object = None
    rest_s: float = 0
    until_s: float = 0

    def holds(self, what: object, now_s: float) -> bool:
        """Whether `what` failed and its rest is not over."""
        return what == self.what and now_s < self.until_s

    def failed(self, what: object, now_s: float) -> None:
        """Let `what` rest, twice as long as the last time."""
        self.rest_s = min(2 * self.rest_s if what == self.what and self.rest_s else FIRST_S, LONGEST_S)
        self.what, self.until_s = what, now_s + self.rest_s

    def went_well(self) -> None:
        """Forget it."""
        self.what, self.rest_s, self.until_s = None, 0, 0
