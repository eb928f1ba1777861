"""The sockets: a thread for each connection, as many as may be, none longer than it may take."""

import contextlib
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from advisories.lmtp.session import Session, Then
from advisories.lmtp.wire import Gone, InHand, TooLarge, TooLong, TooMuch, Wire

logger = logging.getLogger(__name__)

Deliver = Callable[[bytes, str, Sequence[str]], bool]
"""Is given a letter, its sender and its recipients; true once it is safe, false where it should be tried again."""

_ACCEPTS_S = 0.5


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one listener."""

    most_bytes: int
    """One letter."""
    most_in_hand: int
    """All letters together that are coming in, in bytes."""
    connections: int = 20
    idle_s: float = 60.0
    """Between two pieces of what the other side says."""
    total_s: float = 600.0
    """One connection from its beginning to its end."""


@dataclass(slots=True)
class Listener:
    """Takes letters until it is told to stop; the ones that are coming in then are finished."""

    address: str
    """`unix:/path` or `host:port`."""
    bounds: Bounds
    is_ours: Callable[[str], bool]
    deliver: Deliver
    _socket: socket.socket = field(init=False)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._socket = _bound(self.address)
        self._free = threading.BoundedSemaphore(self.bounds.connections)
        self._in_hand = InHand(self.bounds.most_in_hand)

    _free: threading.BoundedSemaphore = field(init=False)
    _in_hand: InHand = field(init=False)

    @property
    def port(self) -> int:
        """Where it listens on the network."""
        return int(self._socket.getsockname()[1])

    def run(self) -> None:
        """Take connections until `stop`."""
        self._socket.settimeout(_ACCEPTS_S)
        with contextlib.closing(self._socket):
            while not self._stopped.is_set():
                try:
                    connection, _ = self._socket.accept()
                except TimeoutError:
                    continue
                self._take(connection)
        for thread in self._threads:
            thread.join(self.bounds.idle_s)
        if self.address.startswith("unix:"):
            Path(self.address.removeprefix("unix:")).unlink(missing_ok=True)

    def stop(self) -> None:
        """Take no more connections, and no more letters on those there are. From any thread."""
        self._stopped.set()

    def _take(self, connection: socket.socket) -> None:
        if not self._free.acquire(blocking=False):
            with contextlib.suppress(OSError), contextlib.closing(connection):
                connection.settimeout(1)
                connection.sendall(b"421 4.3.2 Too many connections\r\n")
            return
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with contextlib.closing(connection):
                self._converse(connection)
        except (Gone, OSError) as error:
            # Whatever wasn't answered is the other side's still, and it tries again.
            logger.info("a connection ended early: %s", type(error).__name__)
        finally:
            self._free.release()

    def _converse(self, connection: socket.socket) -> None:
        deadline = time.monotonic() + self.bounds.total_s

        def receive(count: int) -> bytes:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            connection.settimeout(min(self.bounds.idle_s, left))
            return connection.recv(count)

        wire = Wire(receive)
        session = Session(socket.gethostname(), self.bounds.most_bytes, self.is_ours)
        connection.settimeout(self.bounds.idle_s)
        connection.sendall(bytes(session.greeting()))
        try:
            while not self._stopped.is_set():
                reply = session.answer(wire.line())
                connection.sendall(bytes(reply))
                if reply.then is Then.CLOSE:
                    return
                if reply.then is Then.DATA:
                    connection.sendall(self._letter(wire, session))
            connection.sendall(b"421 4.3.2 Stopping\r\n")
        except TimeoutError:
            connection.settimeout(1)
            connection.sendall(b"421 4.4.2 Too slow\r\n")
        except TooLong:
            connection.sendall(b"421 4.5.2 Line too long\r\n")

    def _letter(self, wire: Wire, session: Session) -> bytes:
        """Read a letter and have it kept: the replies, one for each recipient."""
        sender, recipients = session.sender or "", tuple(session.recipients)
        try:
            raw, taken = wire.letter(self.bounds.most_bytes, self._in_hand)
        except TooLarge:
            return b"".join(map(bytes, session.too_large()))
        except TooMuch:
            return b"".join(map(bytes, session.too_much_now()))
        try:
            is_kept = self.deliver(raw, sender, recipients)
        finally:
            self._in_hand.give_back(taken)
        return b"".join(map(bytes, session.kept() if is_kept else session.not_now()))


def _bound(address: str) -> socket.socket:
    """A listening socket. Raises `ValueError` on an address that is none, `OSError` where it is taken."""
    if address.startswith("unix:"):
        path = Path(address.removeprefix("unix:"))
        # One that a killed listener left behind; a live one answers.
        if path.is_socket() and not _answers(path):
            path.unlink()
        listening = socket.socket(socket.AF_UNIX)
        before = os.umask(0o117)
        try:
            listening.bind(str(path))
        finally:
            os.umask(before)
    else:
        host, _, port = address.rpartition(":")
        if not host or not port.isdigit():
            raise ValueError(f"{address} is neither unix:/path nor host:port")
        listening = socket.create_server((host, int(port)))
    listening.listen(64)
    return listening


def _answers(path: Path) -> bool:
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as trial:
        trial.settimeout(1)
        try:
            trial.connect(str(path))
        except OSError:
            return False
    return True
