"""A git command that lives long and answers again and again."""

import contextlib
import os
import selectors
import subprocess
import tempfile
import time
from collections.abc import Callable
from types import TracebackType
from typing import IO, Self

from releases.engine.children import kill_group
from releases.engine.trouble import GitTimeout, GitTrouble, redacted


class Conversation:
    """A command that lives long and answers requests in order: `say` requests, then read what it answers.

    Not safe to share between threads. Raises `GitTimeout` where one answer takes longer than the limit and
    `GitTrouble` where the command ends instead of answering.
    """

    def __init__(self, verb: str, start: Callable[[IO[bytes]], subprocess.Popen[bytes]], limit_s: float) -> None:
        """`start` starts the command, which complains to the file it is given; `limit_s` are seconds an answer."""
        self._verb = verb
        self._limit_s = limit_s
        self._deadline = 0.0
        self._held = contextlib.ExitStack()
        with contextlib.ExitStack() as held:
            self._complaints = held.enter_context(tempfile.TemporaryFile())
            self._child = start(self._complaints)
            held.callback(kill_group, self._child)
            self._selector = held.enter_context(selectors.DefaultSelector())
            self._requests, self._answers = _descriptor(self._child.stdin), _descriptor(self._child.stdout)
            self._selector.register(self._answers, selectors.EVENT_READ)
            self._held = held.pop_all()
        self._buffer = bytearray()

    def say(self, request: bytes) -> None:
        """Send a request. Keep what is unanswered under 32 kB: past a pipe's capacity both sides would wait."""
        self._deadline = time.monotonic() + self._limit_s
        view = memoryview(request)
        try:
            while view:
                view = view[os.write(self._requests, view) :]
        except BrokenPipeError:
            raise self._trouble() from None

    def line(self) -> bytes:
        """The next line of the answer, without its newline."""
        start = 0
        while (end := self._buffer.find(b"\n", start)) < 0:
            start = len(self._buffer)
            self._receive()
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    def exactly(self, size: int) -> bytes:
        """The next `size` bytes of the answer."""
        while len(self._buffer) < size:
            self._receive()
        with memoryview(self._buffer) as view:
            answer = bytes(view[:size])
        del self._buffer[:size]
        return answer

    def until(self, mark: bytes) -> bytes:
        """Everything up to `mark`, which must be the end of what was asked for; the mark is dropped."""
        while not self._buffer.endswith(mark):
            self._receive()
        answer = bytes(self._buffer[: -len(mark)])
        self._buffer.clear()
        return answer

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    def close(self) -> None:
        """End the command."""
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _receive(self) -> None:
        if not self._selector.select(max(0.0, self._deadline - time.monotonic())):
            self.close()
            raise GitTimeout(self._verb, self._limit_s)
        chunk = os.read(self._answers, 1 << 18)
        if not chunk:
            raise self._trouble()
        self._buffer += chunk

    def _trouble(self) -> GitTrouble:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(timeout=1)
        self._complaints.seek(0)
        said = redacted(self._complaints.read())
        self.close()
        return GitTrouble(self._verb, said, self._child.returncode)


def _descriptor(pipe: IO[bytes] | None) -> int:
    if pipe is None:
        raise ValueError("the child was started without this pipe")
    return pipe.fileno()
