"""Things that must be looked at together, and the directories above a path."""

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

Thing = TypeVar("Thing", bound=Hashable)


class Tied(Generic[Thing]):
    """Which things must be looked at together."""

    def __init__(self) -> None:
        self._above: dict[Thing, Thing] = {}

    def find(self, thing: Thing) -> Thing:
        """The one thing that stands for all that are tied to `thing`."""
        while (above := self._above.get(thing, thing)) != thing:
            thing = above
        return thing

    def tie(self, one: Thing, other: Thing) -> None:
        """From now on look at both together."""
        self._above[self.find(one)] = self.find(other)


def parents(path: bytes) -> Iterable[bytes]:
    """The directories that lead to a path, the nearest first."""
    while b"/" in path:
        path = path[: path.rindex(b"/")]
        yield path
