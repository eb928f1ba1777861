"""PURE: lines and letters off a stream, bounded in length, time and memory.

A line ends in CRLF and in nothing else: two programs that disagree on that let one smuggle letters past the other.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

MOST_LINE = 4096
"""Bytes of a command."""
_CHUNK = 1 << 16
_END = b"\r\n.\r\n"


class Gone(Exception):
    """The other side left, in the middle of something or not."""


class TooLong(Exception):
    """A command is longer than any."""


class TooLarge(Exception):
    """The letter is past the limit; it was read to its end and forgotten."""


class TooMuch(Exception):
    """All letters in hand together are past the limit; this one was read to its end and forgotten."""


@dataclass(slots=True)
class InHand:
    """How many bytes all connections together hold of letters that are still coming in."""

    most_bytes: int
    _taken: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, count: int) -> bool:
        """Whether so many more fit."""
        with self._lock:
            if self._taken + count > self.most_bytes:
                return False
            self._taken += count
            return True

    def give_back(self, count: int) -> None:
        """They are kept, or forgotten."""
        with self._lock:
            self._taken -= count


@dataclass(slots=True)
class Wire:
    """One side's bytes as they come. `receive` gives some, at most as many as asked for, none at the end."""

    receive: Callable[[int], bytes]
    _buffer: bytearray = field(default_factory=bytearray)

    def line(self) -> bytes:
        """The next line without its end. Raises `Gone` and `TooLong`."""
        start = 0
        while (end := self._buffer.find(b"\r\n", start)) < 0:
            if len(self._buffer) > MOST_LINE:
                raise TooLong
            start = max(0, len(self._buffer) - 1)
            self._more()
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        if len(line) > MOST_LINE:
            raise TooLong
        return line

    def letter(self, most_bytes: int, in_hand: InHand) -> tuple[bytes, int]:
        """The letter up to its dot, dots at line beginnings undone, and what to give back to `in_hand` afterwards.

        Raises `Gone`, `TooLarge` and `TooMuch`; after the latter two the next command can be read.
        """
        # As if a line had just ended: the letter may be empty, or begin with a dot.
        content = bytearray(b"\r\n")
        taken, start = 0, 0
        trouble: type[TooLarge | TooMuch] | None = None
        while True:
            if not self._buffer:
                self._more()
            fresh = bytes(self._buffer)
            self._buffer.clear()
            if trouble is None:
                if not in_hand.take(len(fresh)):
                    trouble = TooMuch
                else:
                    taken += len(fresh)
            content += fresh
            end = content.find(_END, start)
            if end >= 0:
                self._buffer += content[end + len(_END) :]
                break
            if trouble is None and len(content) > most_bytes + len(_END):
                trouble = TooLarge
            if trouble is not None:
                # Only as much as the end could begin in.
                del content[: -len(_END)]
                in_hand.give_back(taken)
                taken = 0
            start = max(0, len(content) - len(_END))
        raw = bytes(content[: end + 2]).replace(b"\r\n.", b"\r\n")[2:]
        if trouble is None and len(raw) > most_bytes:
            trouble = TooLarge
        if trouble is not None:
            in_hand.give_back(taken)
            raise trouble
        return raw, taken

    def _more(self) -> None:
        got = self.receive(_CHUNK)
        if not got:
            raise Gone
        self._buffer += got
