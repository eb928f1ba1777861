"""Runs a command and ends it, with everything it has started, once whoever asked for it is gone.

Run by `leash.lifeline`, as the leader of a process group; needs only Python. The first argument is the descriptor
of a pipe that only the starter holds open, and ends with the starter; the rest is the command.
"""

import _thread
import os
import signal
import sys


def main() -> int:
    """The command's exit status, 128 and more for a signal."""
    lifeline = int(sys.argv[1])
    _thread.start_new_thread(_end_with, (lifeline,))
    child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ, file_actions=[(os.POSIX_SPAWN_CLOSE, lifeline)])
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return status if status >= 0 else 128 - status


def _end_with(lifeline: int) -> None:
    os.read(lifeline, 1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    os._exit(main())
