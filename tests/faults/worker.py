"""A real Celery worker with its beat, on the test's own database and broker, ready to be killed."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from django.conf import settings
from django.db import connection

_CHECKOUT = Path(__file__).resolve().parent.parent.parent


def environment(var: Path, more: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """What makes a process see the database, mirrors and messages of this test; leases and waits are short."""
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        database = f"sqlite:///{told['NAME']}"
    else:
        who = f"{told['USER']}:{told['PASSWORD']}@" if told["PASSWORD"] else f"{told['USER']}@"
        database = f"postgresql://{who}{told['HOST']}:{told['PORT']}/{told['NAME']}"
    return {
        "PATH": os.environ["PATH"],
        "PENSTOCK_VAR": str(var),
        "PENSTOCK_DATABASE_URL": database,
        "PENSTOCK_MIRRORS": str(settings.MIRRORS_DIR),
        "PENSTOCK_BROKER_URL": settings.CELERY_BROKER_URL,
        "PENSTOCK_TICK_S": "0.5",
        "PENSTOCK_LEASE_S": "2",
        "PENSTOCK_LETTER_LEASE_S": "2",
        "PENSTOCK_LETTER_PAUSE_S": "0.2",
        "PENSTOCK_RING_AGAIN_S": "1",
        "PYTHONUNBUFFERED": "1",
        **(more or {}),
    }


class Worker:
    """The worker's process group."""

    def __init__(self, var: Path, more: Mapping[str, str] | None = None) -> None:
        self.log = var / "worker.log"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "config", "worker", "--beat", "--concurrency", "1"],
                cwd=_CHECKOUT,
                env=environment(var, more),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        """End it as a power cut would: no process of the group has time to say goodbye."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


@contextlib.contextmanager
def worker(var: Path, more: Mapping[str, str] | None = None) -> Iterator[Worker]:
    """A worker that is gone when the block is left; `more` stands in its environment."""
    started = Worker(var, more)
    try:
        yield started
    finally:
        started.kill()


def wait_until(holds: Callable[[], object], worker: Worker, *, limit_s: float = 60) -> None:
    """Wait until `holds`; where it doesn't in time, fail with the end of the worker's log."""
    deadline = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < deadline, worker.log.read_text()[-4000:]
        time.sleep(0.02)
