"""What a process would leave behind when it is killed: children that go on, and throw-away directories.

A killed process cleans up nothing itself. Its locks and pipes end with it, whatever the reason, and others notice.
"""

import contextlib
import fcntl
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SCRATCH = "penstock-scratch-"
"""How the name of a throw-away directory begins."""

IN_MEMORY = Path("/", "dev", "shm")

YOUNG_S = 60.0
"""Seconds in which a directory may be there and not held yet."""

_WATCHDOG = Path(__file__).with_name("watchdog.py")


@dataclass(frozen=True, slots=True)
class Lifeline:
    """What a child needs so that it ends when this process does."""

    before: tuple[str, ...] = ()
    """What its command begins with."""
    descriptors: tuple[int, ...] = ()
    """What it inherits."""


NO_LIFELINE = Lifeline()
"""For a child that ends soon by itself."""


@contextlib.contextmanager
def lifeline() -> Iterator[Lifeline]:
    """For a child that leads a process group and may hang: a fetch whose worker was killed would go on by itself.

    Linux could kill the child with its parent, but not what that has started, and the helper of https is what hangs.
    """
    far, near = os.pipe()
    try:
        yield Lifeline((sys.executable, "-I", "-S", str(_WATCHDOG), str(far)), (far,))
    finally:
        os.close(far)
        os.close(near)


@contextlib.contextmanager
def held(directory: str) -> Iterator[None]:
    """Lock a directory as long as this process lives and works in it; `sweep` leaves it alone meanwhile."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def sweep(*places: Path) -> int:
    """Remove what killed processes of this account left in `places` (where they are made unless told); how many."""
    found = 0
    for place in places or {IN_MEMORY, Path(tempfile.gettempdir())}:
        for left in place.glob(f"{SCRATCH}*"):
            with contextlib.suppress(OSError):
                found += swept(left)
    return found


def swept(left: Path, *, young_s: float = YOUNG_S) -> bool:
    """Remove a throw-away directory, with what was under embargo in it, if its process is gone; whether it was.

    A lock says who is gone and not a process number, which each container counts from one. Raises `OSError` where
    somebody holds it, and where it is none.
    """
    descriptor = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        stands = os.fstat(descriptor)
        if stands.st_uid != os.geteuid() or time.time() - stands.st_ctime < young_s:
            return False
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(left)
        return True
    finally:
        os.close(descriptor)
