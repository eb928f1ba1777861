"""How much memory a whole replay of one window takes, in a process of its own: `python -m bench.memory`."""

import json
import resource
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.cases import Case
from releases.engine.replay import Repository, replay


@dataclass(frozen=True, slots=True)
class Peak:
    """Bytes resident at most."""

    own: int
    """Of the Python process."""
    child: int
    """Of the largest git process that it started. A child counts as large as its parent until it has become git."""


def measure(case: Case) -> Peak:
    """Replay a case in a new process: read, line up, search, have git verify every path of the list."""
    asked = {"git_dir": str(case.git_dir), "base": case.base, "tip": case.tip, "fixes": case.fixes}
    told = subprocess.run(
        [sys.executable, "-m", "bench.memory"],
        input=json.dumps(asked).encode(),
        stdout=subprocess.PIPE,
        check=True,
        cwd=Path(__file__).parent.parent,
    )
    own, child = json.loads(told.stdout)
    return Peak(own, child)


def _replay(git_dir: Path, base: str, tip: str, fixes: list[str]) -> None:
    with closing(Repository(git_dir)) as repository:
        walked = repository.history.walk(base, tip)
        replayed = replay(repository, base, walked, fixes, thorough=True)
    assert not replayed.word.disagreement, replayed.word.disagreement


def _own_peak() -> int:
    # What `getrusage` gives begins with the size of the process that started this one.
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    given = json.load(sys.stdin)
    _replay(Path(given["git_dir"]), given["base"], given["tip"], given["fixes"])
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    print(json.dumps([_own_peak(), children]))
