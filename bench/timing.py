"""Contenders for one job, run in turns, and the ratio of what they took."""

import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Timed:
    """What one run took, in seconds: by the clock, and of processors, the children that it waited for included."""

    wall_s: float
    cpu_s: float


@dataclass(slots=True)
class Contender(Generic[Result]):
    """One way of doing a job. `run` is timed; it gets an empty directory that is gone afterwards."""

    name: str
    run: Callable[[Path], Result]
    repeat: int = 1
    """How many times in a row it runs each round, where one run is too short for the clock; the mean counts."""
    conclude: Callable[[Path, Result], Result] | None = None
    """Reads the result off the directory and tidies up, untimed."""


@dataclass(frozen=True, slots=True)
class Measured(Generic[Result]):
    """What the rounds of one contender took, and what each gave."""

    name: str
    rounds: tuple[Timed, ...]
    results: tuple[Result, ...]

    @property
    def wall_s(self) -> float:
        """The median round by the clock, in seconds."""
        return statistics.median(timed.wall_s for timed in self.rounds)

    @property
    def walls_s(self) -> list[float]:
        """Every round by the clock, in seconds."""
        return [timed.wall_s for timed in self.rounds]


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times longer one contender took than another: of all rounds the least, the median and the most."""

    least: float
    median: float
    most: float


def in_turns(contenders: Sequence[Contender[Result]], rounds: int) -> Mapping[str, Measured[Result]]:
    """Run all contenders one after the other, `rounds` times, so that whatever else the machine does hits all alike."""
    taken: dict[str, list[Timed]] = {contender.name: [] for contender in contenders}
    results: dict[str, list[Result]] = {contender.name: [] for contender in contenders}
    for _ in range(rounds):
        for contender in contenders:
            timed, result = _one_round(contender)
            taken[contender.name].append(timed)
            results[contender.name].append(result)
    return {name: Measured(name, tuple(taken[name]), tuple(results[name])) for name in taken}


def ratio(slow: Measured[Result], fast: Measured[Result]) -> Ratio:
    """By the clock, round by round."""
    return ratio_of(slow.walls_s, fast.walls_s)


def cpu_ratio(slow: Measured[Result], fast: Measured[Result]) -> float:
    """Of processor time, over all rounds together: single short rounds are finer than the kernel counts."""
    spent = sum(timed.cpu_s for timed in fast.rounds)
    return sum(timed.cpu_s for timed in slow.rounds) / max(spent, 1e-9)


def ratio_of(slow_s: Sequence[float], fast_s: Sequence[float]) -> Ratio:
    """Of two lists of seconds, the rounds in the same order."""
    ratios = [slow / fast for slow, fast in zip(slow_s, fast_s, strict=True)]
    return Ratio(min(ratios), statistics.median(ratios), max(ratios))


def _one_round(contender: Contender[Result]) -> tuple[Timed, Result]:
    wall_s = cpu_s = 0.0
    for _ in range(contender.repeat):
        with tempfile.TemporaryDirectory(prefix="penstock-bench-run-") as name:
            place = Path(name)
            cpu_before, before = _cpu_s(), time.perf_counter()
            result = contender.run(place)
            wall_s += time.perf_counter() - before
            cpu_s += _cpu_s() - cpu_before
            if contender.conclude is not None:
                result = contender.conclude(place, result)
    return Timed(wall_s / contender.repeat, cpu_s / contender.repeat), result


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)
