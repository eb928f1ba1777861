"""The one place that starts git and ends it, with everything that it has started."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from typing import IO

from releases.engine.leash import NO_LIFELINE, Lifeline
from releases.engine.trouble import GitMissing, GitTrouble, redacted

OLDEST_GIT = (2, 39)
"""The first version whose `--end-of-options`, `safe.directory` and echoing `--stdin` are known to behave."""


def start(
    verb: str,
    arguments: Sequence[str | bytes],
    variables: Mapping[str, str],
    *,
    stderr: int | IO[bytes] = subprocess.PIPE,
    line: Lifeline = NO_LIFELINE,
) -> subprocess.Popen[bytes]:
    """Start git in a session of its own, so that it can be killed with everything it starts.

    `variables` are all that it is told (see `environment`). Raises `GitMissing` and `GitTrouble`.
    """
    try:
        return subprocess.Popen(
            [*line.before, git_program(), verb, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=variables,
            start_new_session=True,
            close_fds=True,
            pass_fds=line.descriptors,
        )
    except OSError as error:
        raise GitTrouble(verb, f"could not be started: {error.strerror}") from error


def kill_group(child: subprocess.Popen[bytes]) -> None:
    """End a child and everything it started, and free its pipes. Does no harm to one that has ended."""
    # Only while the leader hasn't been waited for: until then nobody else can be given its number. A leader that died
    # and left a transport behind, which keeps the pipes open, has not been waited for either.
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


@cache
def git_program() -> str:
    """The full path of git, found once; raises `GitMissing` where there is none or one that is too old."""
    program = shutil.which("git")
    if program is None:
        raise GitMissing("--version", "there is no git on this machine's PATH")
    told = subprocess.run([program, "--version"], capture_output=True, env={"LC_ALL": "C"}, timeout=30, check=False)
    check_version(told.stdout)
    return program


def check_version(told: bytes) -> tuple[int, ...]:
    """Read what `git --version` prints; raises `GitMissing` with a clear sentence below `OLDEST_GIT`."""
    found = re.match(rb"git version (\d+)\.(\d+)(?:\.(\d+))?", told)
    if found is None:
        raise GitMissing("--version", f"doesn't say what it is: {redacted(told)!r}")
    version = tuple(int(part) for part in found.groups() if part is not None)
    if version < OLDEST_GIT:
        wanted = ".".join(map(str, OLDEST_GIT))
        raise GitMissing("--version", f"is {'.'.join(map(str, version))}; Penstock needs {wanted} or later")
    return version
