"""What a replay costs while it runs: processor time and memory, of this process and all that it has started."""

import multiprocessing
import resource
from contextlib import suppress
from pathlib import Path

_PAGE = resource.getpagesize()


def cpu_seconds() -> float:
    """Seconds of processor time since this process began; what it has started counts once it has ended."""
    spent = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in spent)


def resident_bytes(pid: int) -> int:
    """What a process and all that it has started hold in memory now, added up; 0 where the system doesn't tell."""
    folder = Path("/proc", str(pid))
    total = 0
    with suppress(OSError, ValueError):
        total = int((folder / "statm").read_text().split()[1]) * _PAGE
        program = (folder / "exe").readlink()
        for child in (folder / "task" / str(pid) / "children").read_text().split():
            # A child that hasn't become git yet still runs on its parent's memory; a worker doesn't.
            if int(child) in _worker_ids() or Path("/proc", child, "exe").readlink() != program:
                total += resident_bytes(int(child))
    return total


def _worker_ids() -> set[int]:
    return {child.pid for child in multiprocessing.active_children() if child.pid is not None}
