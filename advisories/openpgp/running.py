"""Starts a program that handles keys: bare environment, no shell, a time limit that takes its whole group along.

What it says on standard error is thrown away: nobody knows what a signer's script may print there.
"""

import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence


class ProgramFailed(Exception):
    """It could not be started, took too long, or ended with another status than 0; says which, and no more."""


def run(argv: Sequence[str], given: bytes, *, limit_s: float) -> bytes:
    """What the program writes when it is given these bytes. Raises `ProgramFailed`."""
    try:
        child = subprocess.Popen(
            list(argv),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath, "LC_ALL": "C", "HOME": "/nonexistent"},
            start_new_session=True,
            close_fds=True,
        )
    except OSError as error:
        raise ProgramFailed(f"could not be started ({type(error).__name__})") from None
    try:
        answer, _ = child.communicate(given, timeout=limit_s)
    except subprocess.TimeoutExpired:
        answer = None
    finally:
        _end(child)
    if answer is None:
        # Outside the handler, whose exception carries what the program had written so far.
        raise ProgramFailed(f"took longer than {limit_s:g} s and was stopped")
    if child.returncode != 0:
        raise ProgramFailed(f"ended with status {child.returncode}")
    return answer


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a child and everything it started, and free its pipes. Does no harm to one that has ended."""
    # Only while it hasn't been waited for: until then nobody else can be given its number.
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
