"""Replaying every window of a repository, as many at once as there are cores."""

import os
import re
import time
from collections.abc import Callable

from releases.engine.git import Git
from releases.engine.history import History
from releases.replaying.cost import cpu_seconds, resident_bytes
from releases.replaying.report import Outcome, Report
from releases.replaying.spans import spans_of
from releases.replaying.workers import Questions, in_parallel

_TOGETHER = 3
"""Windows that one worker takes at once: few enough to keep all cores busy until the end."""


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
    for answer in in_parallel(questions, stretches, processes or _cores()):
        peak = max(peak, resident_bytes(os.getpid()))
        if answer is not None:
            stretch, (found, said) = answer
            outcomes += found
            notes += said
            done += len(stretches[stretch])
            progress(done, total)
    outcomes.sort(key=lambda outcome: places[outcome.span])
    return Report(tuple(outcomes), tuple(notes), time.monotonic() - began, cpu_seconds(), peak)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
