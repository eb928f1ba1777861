"""The machine in words, for the top of a page."""

import os
import platform
from pathlib import Path

from bench.git import plain_git


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load() -> float:
    """The load average of the last minute: what else the machine was doing."""
    return os.getloadavg()[0]


def in_words() -> str:
    """Cores, processor, memory, system and versions in one sentence."""
    git = plain_git("--version").decode().strip()
    count = cores()
    return (
        f"{count} {'core' if count == 1 else 'cores'} of {_processor()}, {_memory()}, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}, {git}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0]} ({platform.machine()})" if names else platform.machine()


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB of memory"
