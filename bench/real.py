"""A real repository: its whole replay against one `git log -p` over the same windows, and single windows alone."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import machine, page
from bench.cases import Case
from bench.git import plain_git
from bench.standard import say
from bench.studies import job_of, study_applying, study_removal
from bench.timing import Contender, Measured, cpu_ratio, in_turns, ratio

_ROOT = Path(__file__).parent.parent

_WHAT = """\
A real upstream's history: for each point release, the fixes that came after it, up to the next release. Ratios are
**the median** of the rounds, with the least and the most in parentheses; the contenders run in turns."""

_REPLAY = """\
*replay*: the whole of `manage.py replay`, the start of Python and Django included: find the windows, try every fix,
find the prerequisites, have git verify every list. *`git log -p`*: one process that only prints the patches of all
commits of the same windows, to nowhere."""

_WINDOWS = """\
Single windows, evenly spaced among those that need prerequisites; the columns mean what they mean in
[the standard run](README.md). Fixes that nothing helps are left out of what is looked for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The repository and how its releases and fixes are told; rounds of the replay, windows looked at singly."""

    git_dir: Path
    name: str
    release_tag: str
    staging: str | None
    fix: str
    never: str | None
    rounds: int
    windows: int

    @property
    def options(self) -> list[str]:
        """What `manage.py replay` is told, the repository left out."""
        told = ["--release-tag", self.release_tag, "--fix", self.fix]
        told += ["--staging", self.staging] if self.staging else []
        return told + (["--never", self.never] if self.never else [])

    @property
    def command(self) -> list[str]:
        """What repeats the page."""
        return ["python", "-m", "bench", "--repo", "GIT_DIR", "--name", self.name, *self.options]


Windows = list[dict[str, Any]]


def write_real_page(to: Path, asked: Asked) -> None:
    """Measure and write the page. Nothing is written into the repository."""
    load, began = machine.load(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="penstock-bench-") as name:
        text = _measure(Path(name), asked)
    head = page.head(f"Bench on {asked.name}", _WHAT, asked.command, load, time.monotonic() - began)
    to.write_text(head + text, encoding="utf-8")


def _measure(place: Path, asked: Asked) -> str:
    # Git am needs a repository to write into: one that borrows the real one's objects.
    borrowed = place / "borrowed.git"
    plain_git("init", "--quiet", "--bare", "--template=", str(borrowed))
    objects = plain_git("rev-parse", "--git-path", "objects", more={"GIT_DIR": str(asked.git_dir)}).decode().strip()
    (borrowed / "objects" / "info").mkdir(exist_ok=True)
    (borrowed / "objects" / "info" / "alternates").write_text(f"{Path(objects).absolute()}\n")
    say("replaying once to learn the windows")
    first = _replay(asked, place)
    listed = _listed(asked.git_dir, first["windows"])
    replays = in_turns([_replaying(asked), _logging(asked.git_dir, listed)], asked.rounds)
    text = ["\n## The whole history\n", _REPLAY + "\n", _replay_table(first, len(listed), *replays.values())]
    cases = _cases(asked.git_dir, borrowed, first["windows"], asked.windows)
    applied, removed = [], []
    for case in cases:
        say(f"window {case.name}")
        applied.append(study_applying(case.name, case.files, [job_of(case)], asked.rounds))
        removed.append(study_removal(case, asked.rounds, all_rivals=True))
    text += ["## Single windows\n", _WINDOWS + "\n", page.applying_table(applied), page.removal_tables(removed)]
    return "\n".join(text)


def _replay(asked: Asked, place: Path) -> dict[str, Any]:
    report = place / "report.json"
    subprocess.run(
        [sys.executable, "manage.py", "replay", str(asked.git_dir), *asked.options, "--json", str(report)],
        cwd=_ROOT, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(report.read_text())
    return found


def _replaying(asked: Asked) -> Contender[int]:
    return Contender("replay", lambda place: int(_replay(asked, place)["peak_rss_bytes"]))


def _logging(git_dir: Path, commits: Sequence[str]) -> Contender[int]:
    def run(place: Path) -> int:
        asked = "".join(f"{commit}\n" for commit in commits)
        subprocess.run(
            ["git", f"--git-dir={git_dir}", "log", "-p", "--no-walk=unsorted", "--stdin"],
            input=asked.encode(), stdout=subprocess.DEVNULL, check=True,
        )  # fmt: skip
        return 0

    return Contender("git log -p", run)


def _listed(git_dir: Path, windows: Windows) -> list[str]:
    """All commits of all windows, none twice."""
    found: dict[str, None] = {}
    for window in windows:
        told = plain_git(
            "rev-list", "--first-parent", "--no-merges", f"{window['base']}..{window['tip']}",
            more={"GIT_DIR": str(git_dir)},
        )  # fmt: skip
        found |= dict.fromkeys(told.decode().split())
    return list(found)


def _cases(git_dir: Path, borrowed: Path, windows: Windows, count: int) -> list[Case]:
    needing = [window for window in windows if window["prerequisites"]]
    some = needing[:: max(1, len(needing) // max(count, 1))][:count]
    return [_case(git_dir, borrowed, window) for window in some]


def _case(git_dir: Path, borrowed: Path, window: dict[str, Any]) -> Case:
    more = {"GIT_DIR": str(git_dir)}
    base, tip = (
        plain_git("rev-parse", "--verify", f"{window[end]}^{{commit}}", more=more).decode().strip()
        for end in ("base", "tip")
    )
    fixes = tuple(fix["commit"] for fix in window["fixes"] if fix["verdict"] != "conflicts")
    files = len(plain_git("ls-tree", "-r", "--name-only", base, more=more).splitlines())
    return Case(window["base"], borrowed, base, tip, fixes, files)


def _replay_table(first: dict[str, Any], commits: int, replay: Measured[int], log: Measured[int]) -> str:
    fixes = [fix for window in first["windows"] for fix in window["fixes"]]
    rows = [
        ["windows with fixes", f"{len(first['windows'])}"],
        ["commits in them", f"{commits:,}"],
        ["fixes", f"{len(fixes):,}"],
        ["fixes that don't apply by themselves", f"{sum(fix['verdict'] != 'applies' for fix in fixes):,}"],
        ["fixes that nothing helps", f"{sum(fix['verdict'] == 'conflicts' for fix in fixes):,}"],
        ["prerequisites", f"{sum(len(window['prerequisites']) for window in first['windows']):,}"],
        ["lists verified by git", f"{sum(bool(window['verified']) for window in first['windows'])}"],
        ["replay", page.took(replay.wall_s)],
        ["`git log -p`", page.took(log.wall_s)],
        ["`git log -p` / replay", page.times(ratio(log, replay))],
        ["the same in processor time", f"{cpu_ratio(log, replay):.2f}"],
        ["memory of all processes of the replay at most", f"{max(replay.results) / 1e6:.0f} MB"],
    ]
    return page.table(["", "value"], rows)
