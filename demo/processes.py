"""The demonstration's processes: web server, worker, beat; started together, ended together."""

import contextlib
import ctypes
import fcntl
import http
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Self


class ProcessDied(Exception):
    """A process ended that should run; carries its name and the last lines of its log."""

    def __init__(self, name: str, tail: str) -> None:
        super().__init__(f"{name} ended unexpectedly. Its log ends with:\n{tail}")


class Processes:
    """A context in which the processes run; leaving it, however that happens, ends every one of them."""

    def __init__(self, logs: Path, *, patience_s: float) -> None:
        """`patience_s`: how long they get to end by themselves; an idle worker on the embedded broker takes five."""
        self.logs = logs
        self.patience_s = patience_s
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        self.logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ask_to_end()
        limit = time.monotonic() + self.patience_s
        for process in self.running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, limit - time.monotonic()))
            # Whatever the leader left behind in its group ends with it.
            _signal_group(process, signal.SIGKILL)
            process.wait()

    def ask_to_end(self, *names: str) -> None:
        """Ask these processes, or all, to end; leaving the context waits for it."""
        for name, process in self.running.items():
            if process.poll() is None and (name in names or not names):
                _signal_group(process, signal.SIGTERM)

    def start(self, name: str, *arguments: str) -> None:
        """Start `python -m ARGUMENTS…` in a process group of its own, its output in LOGS/NAME.log."""
        with (self.logs / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent(),
            )

    def check(self) -> None:
        """Raise `ProcessDied` where one has ended."""
        for name, process in self.running.items():
            if process.poll() is not None:
                lines = (self.logs / f"{name}.log").read_text(errors="replace").splitlines()
                raise ProcessDied(name, "\n".join(f"  {line}" for line in lines[-8:]))

    def wait_for_answer(self, port: int, path: str, *, limit_s: float = 30) -> None:
        """Wait until the web server on `port` answers a request for `path`."""
        limit = time.monotonic() + limit_s
        while True:
            self.check()
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
                connection.request("GET", path)
                if connection.getresponse().status == http.HTTPStatus.OK:
                    return
            if time.monotonic() > limit:
                raise ProcessDied("web", "  it did not answer in time")
            time.sleep(0.1)


def lock(path: Path) -> IO[bytes] | None:
    """Hold `path` for this process and its end; None where another process holds it."""
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def port_is_free(port: int) -> bool:
    """Whether a server can listen on the loopback address there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _signal_group(process: subprocess.Popen[bytes], what: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, what)


def _end_with_parent() -> Callable[[], None] | None:
    """On Linux the kernel ends a child whose parent was killed, so that no worker outlives a killed demonstration."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    parent = os.getpid()
    parent_death_signal = 1

    def ask() -> None:
        libc.prctl(parent_death_signal, signal.SIGTERM)
        if os.getppid() != parent:
            # It was killed before we could ask, and no signal will come.
            os._exit(1)

    return ask
