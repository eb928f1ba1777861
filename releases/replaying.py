"""Replaying a whole upstream: its releases cut into windows, and every window replayed on every core.

The repository is only read. Each worker process keeps its own git processes; a stretch of neighbouring windows of one
series is read by one walk.
"""

import multiprocessing
import os
import re
import resource
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from types import FrameType
from typing import Any, cast

from releases.engine.diff import NotAPatch
from releases.engine.git import Git, GitTrouble
from releases.engine.history import Commit, History
from releases.engine.limits import OverLimit
from releases.engine.replay import Replayed, Repository, replay

_TOGETHER = 4
"""Windows that one worker takes at once: few enough to keep all cores busy until the end."""


_LOOK_S = 0.025
"""Seconds between two looks at the memory in use."""

_END_S = 5.0
"""Seconds that a worker without work gets to end its git processes, whose processor time then counts as its own."""

_PAGE = resource.getpagesize()


class NothingToReplay(Exception):
    """The arguments don't fit the repository; says why in one sentence."""


class WorkerDied(Exception):
    """A worker process couldn't go on; says where and why."""


@dataclass(frozen=True, slots=True)
class Span:
    """One window by name: from a tag to the next, or to a staging ref. `*_id` are commit ids."""

    base: str
    tip: str
    base_id: str
    tip_id: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A window with what came of it."""

    span: Span
    replayed: Replayed


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked of every window."""

    git_dir: Path
    fix: re.Pattern[str]
    never: re.Pattern[str] | None = None
    thorough: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """All windows that hold a fix, by series and number, with what the replay cost."""

    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...]
    """What was left out, a sentence each."""
    seconds: float
    cpu_seconds: float
    """Processor time of this process since it began, its workers and every git they ran."""
    peak_rss_bytes: int
    """The most that was resident at one moment, this process, its workers and every git they ran added up; looked at
    forty times a second. Pages that processes share count once for each."""

    def to_json(self) -> dict[str, Any]:
        """The report as plain values."""
        return {
            "windows": [_window_json(outcome) for outcome in self.outcomes],
            "seconds": round(self.seconds, 3),
            "cpu_seconds": round(self.cpu_seconds, 3),
            "peak_rss_bytes": self.peak_rss_bytes,
        }


def compile_tag_pattern(text: str) -> re.Pattern[str]:
    """The pattern that tells releases; raises `NothingToReplay` unless it has groups for series and number."""
    pattern = compile_pattern(text, "--release-tag")
    if pattern.groups < 2:
        raise NothingToReplay(
            f"--release-tag needs two groups, for the series and the point number: {text!r} has fewer"
        )
    return pattern


def compile_pattern(text: str, option: str) -> re.Pattern[str]:
    """A regular expression given as an option; raises `NothingToReplay` where it is none."""
    try:
        return re.compile(text)
    except re.error as error:
        raise NothingToReplay(f"{option} is not a regular expression: {error}") from error


def spans_of(
    refs: Mapping[str, str], release_tag: re.Pattern[str], staging: str | None
) -> tuple[list[list[Span]], list[str]]:
    """Every window of a repository with these `refs` (full name -> commit), by series, and what is missing.

    A window runs from a tag to the tag with the next number, and from a series' last tag to its staging ref. Series
    and numbers are in numerical order. Raises `NothingToReplay` where no tag is a release.
    """
    releases: dict[str, dict[int, tuple[str, str]]] = defaultdict(dict)
    for ref, commit in refs.items():
        if ref.startswith("refs/tags/") and (match := release_tag.fullmatch(ref.removeprefix("refs/tags/"))):
            series, number = match.group(1) or "", match.group(2) or ""
            if not re.fullmatch("[0-9]+", number):
                raise NothingToReplay(f"the second group of --release-tag is not a number in {ref}: {number!r}")
            releases[series][int(number)] = (ref.removeprefix("refs/tags/"), commit)
    if not releases:
        raise NothingToReplay(f"no tag matches --release-tag {release_tag.pattern!r}")
    notes: list[str] = []
    in_order = sorted(releases, key=_numerically)
    return [_spans_of_series(series, releases[series], refs, staging, notes) for series in in_order], notes


def replay_all(
    questions: Questions,
    release_tag: re.Pattern[str],
    staging: str | None = None,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
    processes: int | None = None,
) -> Report:
    """Replay every window of a repository; `progress` hears how many windows of how many are done.

    Raises `NothingToReplay` where the arguments don't fit and `GitTrouble` where the repository can't be read.
    """
    began = time.monotonic()
    by_series, notes = spans_of(History(Git(questions.git_dir)).refs(), release_tag, staging)
    stretches = [spans[start : start + _TOGETHER] for spans in by_series for start in range(0, len(spans), _TOGETHER)]
    total, done = sum(map(len, stretches)), 0
    places = {span: place for place, span in enumerate(span for spans in by_series for span in spans)}
    outcomes: list[Outcome] = []
    peak = 0
    progress(done, total)
    for answer in _in_parallel(questions, stretches, processes or _cores()):
        peak = max(peak, resident_bytes(os.getpid()))
        if answer is not None:
            stretch, (found, said) = answer
            outcomes += found
            notes += said
            done += len(stretches[stretch])
            progress(done, total)
    outcomes.sort(key=lambda outcome: places[outcome.span])
    return Report(tuple(outcomes), tuple(notes), time.monotonic() - began, _cpu_seconds(), peak)


def _cpu_seconds() -> float:
    spent = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in spent)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _numerically(series: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.findall(r"[0-9]+|[^0-9]+", series)]


def _spans_of_series(
    series: str,
    releases: Mapping[int, tuple[str, str]],
    refs: Mapping[str, str],
    staging: str | None,
    notes: list[str],
) -> list[Span]:
    spans: list[Span] = []
    numbers = sorted(releases)
    for number, following in pairwise(numbers):
        name, commit = releases[number]
        if following == number + 1:
            spans.append(Span(name, releases[following][0], commit, releases[following][1]))
        else:
            notes.append(f"{name} has no window: there is no tag with number {number + 1}")
    if staging is not None:
        name, commit = releases[numbers[-1]]
        wanted = staging.replace("{series}", series)
        ref = next((ref for ref in _places_of(wanted) if ref in refs), None)
        if ref is None:
            notes.append(f"{name} has no window: there is no {wanted}")
        else:
            spans.append(Span(name, ref.removeprefix("refs/heads/").removeprefix("refs/remotes/"), commit, refs[ref]))
    return spans


def _places_of(name: str) -> Iterable[str]:
    return (name, f"refs/heads/{name}", f"refs/remotes/origin/{name}", f"refs/remotes/{name}", f"refs/tags/{name}")


def _window_json(outcome: Outcome) -> dict[str, Any]:
    replayed = outcome.replayed
    return {
        "base": outcome.span.base,
        "tip": outcome.span.tip,
        "commits": replayed.commits,
        "fixes": [
            {"commit": fix.commit, "subject": fix.subject, "verdict": fix.verdict.value} for fix in replayed.fixes
        ],
        "prerequisites": list(replayed.prerequisites),
        "verified": not replayed.disagreement,
    }


_Answer = tuple[list[Outcome], list[str]]
"""Windows and notes."""


def _in_parallel(
    questions: Questions, stretches: Sequence[Sequence[Span]], processes: int
) -> Iterable[tuple[int, _Answer] | None]:
    """The answers as they come, each with the number of its stretch; None now and then while there is none.

    Raises `WorkerDied` with what a worker said last; a pool would wait for ever for one that was killed.
    """
    # Forked workers start at once and share what is imported; nothing here has threads or open connections to fork.
    context = multiprocessing.get_context("fork")
    waiting = list(range(len(stretches)))[::-1]
    workers: dict[Connection, ForkProcess] = {}
    try:
        for _ in range(min(processes, len(stretches))):
            ours, theirs = context.Pipe()
            kept = (*workers, ours)
            worker = context.Process(target=_work, args=(theirs, kept, questions, stretches), daemon=True)
            worker.start()
            theirs.close()
            workers[ours] = worker
            ours.send(waiting.pop())
        busy = set(workers)
        while busy:
            ready = wait(list(busy), _LOOK_S)
            if not ready:
                yield None
            for pipe in ready:
                busy.discard(cast(Connection, pipe))
                answer = _received(cast(Connection, pipe))
                if waiting:
                    cast(Connection, pipe).send(waiting.pop())
                    busy.add(cast(Connection, pipe))
                yield answer
        for pipe in workers:
            pipe.close()
        for worker in workers.values():
            worker.join(_END_S)
    finally:
        for pipe, worker in workers.items():
            pipe.close()
            worker.terminate()
        for worker in workers.values():
            worker.join()


def _received(pipe: Connection) -> tuple[int, _Answer]:
    try:
        answer = pipe.recv()
    except EOFError:
        raise WorkerDied("a worker process was killed") from None
    if isinstance(answer, str):
        raise WorkerDied(answer)
    number, outcomes, notes = answer
    return number, (outcomes, notes)


def _work(
    pipe: Connection, parents: Iterable[Connection], questions: Questions, stretches: Sequence[Sequence[Span]]
) -> None:
    """A worker: takes numbers of stretches and answers each, until its parent is gone or says no more."""
    for inherited in parents:
        inherited.close()
    # Ctrl-C is the parent's to answer; it then ends the workers, whose exit runs their clean-up.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    with closing(Repository(questions.git_dir)) as repository, suppress(EOFError, OSError):
        while True:
            number = pipe.recv()
            try:
                outcomes, notes = _replay_stretch(repository, questions, stretches[number])
            except (GitTrouble, OverLimit, NotAPatch) as trouble:
                named = f"{stretches[number][0].base} to {stretches[number][-1].tip}"
                pipe.send(f"{named}: {trouble}")
                return
            pipe.send((number, outcomes, notes))


def _leave(signum: int, frame: FrameType | None) -> None:
    sys.exit(1)


def _replay_stretch(repository: Repository, questions: Questions, spans: Sequence[Span]) -> _Answer:
    outcomes: list[Outcome] = []
    notes: list[str] = []
    for span, walked in _walks(repository.history, spans):
        fixes = {c.id for c in walked if len(c.parents) < 2 and questions.fix.search(c.message)}
        if not fixes:
            continue
        if walked[0].parents[:1] != (span.base_id,):
            notes.append(f"{span.base} is not in the first-parent history of {span.tip}: commits since both went apart")
        replayed = replay(repository, span.base_id, walked, fixes, never=questions.never, thorough=questions.thorough)
        outcomes.append(Outcome(span, replayed))
    return outcomes, notes


def _walks(history: History, spans: Sequence[Span]) -> Iterable[tuple[Span, Sequence[Commit]]]:
    """The commits of each window, from one walk where the windows follow one another on one line of history."""
    walked = history.walk(spans[0].base_id, spans[-1].tip_id)
    at = {commit.id: place for place, commit in enumerate(walked)}
    at.setdefault(spans[0].base_id, -1)
    chained = all(one.tip_id == next_one.base_id for one, next_one in pairwise(spans))
    if chained and all(span.base_id in at and span.tip_id in at for span in spans):
        for span in spans:
            yield span, walked[at[span.base_id] + 1 : at[span.tip_id] + 1]
        return
    for span in spans:
        yield span, history.walk(span.base_id, span.tip_id)


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
