"""Errors nobody foresaw: logged by type and place in the code, never with their words, which may quote a patch."""

import logging
import traceback
from types import TracebackType
from typing import Self

from celery.exceptions import SoftTimeLimitExceeded

logger = logging.getLogger(__name__)


class Mishaps:
    """A block in which an unforeseen error is noted and swallowed, so that one bad case doesn't stop the others.

    What is known by name (`passed_on`), a task's time limit and everything that isn't an error pass through.
    """

    def __init__(self, what: str, *passed_on: type[Exception]) -> None:
        self.what = what
        self.count = 0
        self._passed_on: tuple[type[BaseException], ...] = (SoftTimeLimitExceeded, *passed_on)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if kind is None or not issubclass(kind, Exception) or issubclass(kind, self._passed_on):
            return False
        self.count += 1
        places = " < ".join(
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(traceback.extract_tb(trace))
        )
        logger.error("%s: %s at %s", self.what, kind.__name__, places)
        return True
