"""Worker processes, each with its own git processes; a stretch of neighbouring windows is read by one walk.

The repository is only read.
"""

import gc
import multiprocessing
import re
import signal
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from types import FrameType
from typing import cast

from releases.engine.diff import NotAPatch
from releases.engine.git import GitTrouble
from releases.engine.history import Commit, History
from releases.engine.limits import OverLimit
from releases.engine.replay import Repository, replay
from releases.replaying.report import Outcome
from releases.replaying.spans import Span

_LOOK_S = 0.05
"""Seconds between two looks at the memory in use."""

_END_S = 5.0
"""Seconds that a worker without work gets to end its git processes, whose processor time then counts as its own."""


class WorkerDied(Exception):
    """A worker process couldn't go on; says where and why."""


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked of every window."""

    git_dir: Path
    fix: re.Pattern[str]
    never: re.Pattern[str] | None = None
    thorough: bool = False
    audit: bool = False


Answer = tuple[list[Outcome], list[str]]
"""Windows and notes."""


def in_parallel(
    questions: Questions, stretches: Sequence[Sequence[Span]], processes: int
) -> Iterable[tuple[int, Answer] | None]:
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


def _received(pipe: Connection) -> tuple[int, Answer]:
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
    # What there is lives as long as the worker or goes with its window: looking for cycles is mostly in vain.
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
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


def _replay_stretch(repository: Repository, questions: Questions, spans: Sequence[Span]) -> Answer:
    outcomes: list[Outcome] = []
    notes: list[str] = []
    for span, walked in _walks(repository.history, spans):
        fixes = {c.id for c in walked if len(c.parents) < 2 and questions.fix.search(c.message)}
        if not fixes:
            continue
        if walked[0].parents[:1] != (span.base_id,):
            notes.append(f"{span.base} is not in the first-parent history of {span.tip}: commits since both went apart")
        replayed = replay(
            repository, span.base_id, walked, fixes,
            never=questions.never, thorough=questions.thorough, audit=questions.audit,
        )  # fmt: skip
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
