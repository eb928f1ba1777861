"""Several people or processes at once: real threads, each with a connection of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import OperationalError, connection

from advisories.content import Fixes
from advisories.events import Verified, verify
from advisories.models import Advisory, Event
from advisories.release.standing import FixesOf

_LONGEST_S = 30

Act = Callable[[], object]
Outcomes = list[object]
"""What each came back with, in the order in which they were named: a value, or the refusal it raised."""


def race(*acts: Act) -> Outcomes:
    """Start all together; a deadlock, or anybody who doesn't come back, fails, and the record holds after."""
    start = threading.Barrier(len(acts))

    def together(act: Act) -> object:
        start.wait()
        return _done(act)

    with ThreadPoolExecutor(len(acts)) as people:
        outcomes = [_outcome(future) for future in [people.submit(together, act) for act in acts]]
    assert isinstance(verify(Event.objects.as_chain()), Verified)
    return outcomes


def refusals(outcomes: Outcomes) -> list[type]:
    """The kinds of refusals among them."""
    return [type(one) for one in outcomes if isinstance(one, BaseException)]


class Meanwhile:
    """Something that somebody else does in the middle of an action that reads fixes: begun there, and waited for.

    Stands in the place of `fixes_of`. At the reading named, a thread begins `other`; the action goes on once that is
    through, or after a moment where it has to wait for the action.
    """

    def __init__(self, fixes_of: FixesOf, other: Act, *, at_reading: int = 1) -> None:
        self._fixes_of, self._other, self._left = fixes_of, other, at_reading
        self._people = ThreadPoolExecutor(1)
        self._begun: Future[object] | None = None

    def __call__(self, advisory: Advisory) -> Fixes:
        self._left -= 1
        if self._left == 0:
            self._begun = self._people.submit(_done, self._other)
            threading.Event().wait(0.5)
        return self._fixes_of(advisory)

    def came_back(self) -> object:
        """What became of it, once the action is through too."""
        assert self._begun is not None, "the action never got there"
        with self._people:
            return _outcome(self._begun)


def _done(act: Act) -> object:
    try:
        return act()
    finally:
        connection.close()


def _outcome(future: Future[object]) -> object:
    refusal = future.exception(_LONGEST_S)
    if isinstance(refusal, OperationalError):
        raise refusal
    return refusal or future.result()
