"""The run that `make bench` does: the demonstration, made-up upstreams, how both grow, and memory."""

import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import machine, memory, page, synthetic
from bench.cases import Case, demonstration
from bench.studies import ApplyingStudy, RemovalStudy, job_of, single_jobs, study_applying, study_removal
from bench.synthetic import Size
from demo.upstream_history import SERIES

_SMALL, _USUAL, _LARGE = Size(commits=100, fixes=20), Size(commits=200, fixes=20), Size(commits=300, fixes=60)


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes and rounds of one run."""

    fixes: Sequence[int] = (5, 10, 20, 40)
    commits: Sequence[int] = (50, 100, 200, 400)
    files: Sequence[int] = (1_000, 5_000, 20_000, 80_000)
    memory_files: Sequence[int] = (5_000, 80_000)
    """Some of `files`."""
    usual: Size = _USUAL
    """What a growth in another direction starts from."""
    usual_files: int = 5_000
    """One of `files`."""
    small: Size = _SMALL
    """The window in every tree size."""
    large: Size = _LARGE
    lines: Sequence[str] = SERIES
    """Of the demonstration's stable lines those that are measured as a whole."""
    checked_out: int = 80_000
    """`git am` is measured on trees of so many files at most."""
    rounds: int = 5
    growth_rounds: int = 3


Row = tuple[str, ApplyingStudy, RemovalStudy]

_WHAT = """\
What the engine costs against git on the same input in the same run. The contenders run in turns, several rounds, so
that whatever else the machine does hits all alike. Times are medians by the clock; a ratio is how many times longer
git took, **the median** of the rounds with the least and the most in parentheses. Time spent in child processes counts
on both sides. Every result is checked: a run in which two contenders come to different trees, or in which a list
doesn't apply or holds something that could be dropped, writes no page."""

_APPLYING = """\
From the bytes of the mails to the id of the resulting tree. *engine*: parse, apply in memory, work out the tree id, one
`git cat-file` process for all lists of a row, as a worker has it that checks a branch. *opened anew*: a `git cat-file`
process for each list. *`git am`*: `git worktree add` and one `git am` for each list; reading the tree id and taking the
worktree away aren't counted. *`git apply` each*: `git read-tree`, a `git apply --cached` process for each patch,
`git write-tree`, on a throw-away index and object directory."""

_REMOVAL = """\
The fixes of a window and the ordered commits without which they don't apply to its base. *engine*: open the repository,
read the window, line up, commute, remove. *its search alone*: the same with everything that git has to read in memory
already; parsing included. *git*: start from all commits that **share files** with the fixes, directly or through others
(a list that git is given for nothing), read the patches, leave out one after the other, the latest first, one
`git apply` process a trial. *plain*: `git apply --cached` on a copy of the baseline's index, a file for each patch.
*fastest*: `git apply --cached --check` on the list as one text, which writes neither objects nor an index. *from
commuted*: the fastest, started from what the engine's **commutation** leaves, for nothing again. *Without reading*
holds the trials alone against the search alone. All outcomes are then proved with `git apply`: the list applies, and
without any single prerequisite it doesn't. They may differ: there can be several such lists."""

_GROWTH = """\
Made-up upstreams with 60 files that change and any number that only lie there, small ones (about 2 kB), which is kind
to `git am`. *finds* means the prerequisites with reading, *git* the fastest form of greedy removal, from all commits
that share files with the fixes; what is applied is the list that was found, fixes and prerequisites. On a
disk `git am` is left out for the largest tree: checking it out would take longer than the rest of the run."""

_MEMORY = """\
Most memory resident in a process of its own that replays one window on trees of two sizes: reads, searches, applies,
has git verify every path. Git's own processes hold the index of the tree, which grows with it; a git process counts as
large as the process that started it until it has become git."""

_REAL = """\
`make bench REPO=GIT_DIR ARGS="--release-tag … --staging … --fix … --page bench/NAME.md"` measures a repository that is
only read, with the arguments of `manage.py replay`, and writes a page of its own ([xen.git](xen.md)). TMPDIR says where
worktrees lie, if not in memory.

`python -m bench.letters` measures signing and encrypting a batch's letters and writes [letters.md](letters.md).
"""


def write_page(to: Path, plan: Plan, command: Sequence[str]) -> None:
    """Measure everything and write the page; a few minutes."""
    load, began = machine.load(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="penstock-bench-") as name:
        text = _measure(Path(name), plan)
    to.write_text(page.head("Bench", _WHAT, command, load, time.monotonic() - began) + text, encoding="utf-8")


def _measure(place: Path, plan: Plan) -> str:
    say("building the demonstration's upstream")
    shown = demonstration(place / "demonstration.git", plan.lines)
    cases = _synthetic_cases(place, plan)
    usual = cases[plan.usual_files]
    large = usual[plan.large]

    say("applying")
    jobs = single_jobs(shown)
    applied = [study_applying("demonstration, each series by itself", shown.cases[0].files, jobs, plan.rounds)]
    applied += [
        study_applying(f"{case.name}, all series", case.files, [job_of(case)], plan.rounds) for case in shown.cases[-1:]
    ]
    applied.append(study_applying(large.name, large.files, [job_of(large)], plan.rounds))

    say("prerequisites")
    removed = [study_removal(case, plan.rounds, all_rivals=True) for case in shown.cases]
    removed += [study_removal(usual[size], plan.growth_rounds, all_rivals=True) for size in (plan.usual, plan.large)]

    by_fixes = _grow("fixes", [(f"{n}", usual[Size(plan.usual.commits, n)]) for n in plan.fixes], plan)
    by_commits = _grow("commits", [(f"{n}", usual[Size(n, plan.usual.fixes)]) for n in plan.commits], plan)
    by_files = _grow("files", [(f"{n:,}", cases[n][plan.small]) for n in plan.files], plan)
    say("memory")
    peaks = [(files, memory.measure(cases[files][plan.small])) for files in plan.memory_files]
    return "\n".join(
        [
            "\n## Applying\n",
            _APPLYING + "\n",
            page.applying_table(applied),
            "## Prerequisites\n",
            _REMOVAL + "\n",
            page.removal_tables(removed),
            "## How both grow\n",
            _GROWTH + "\n",
            f"With the number of fixes ({plan.usual.commits} commits, {plan.usual_files:,} files):\n",
            page.growth_tables("fixes", by_fixes),
            f"With the window ({plan.usual.fixes} fixes, {plan.usual_files:,} files):\n",
            page.growth_tables("commits", by_commits),
            f"With the tree ({plan.small.commits} commits, {plan.small.fixes} fixes):\n",
            page.growth_tables("files in the tree", by_files),
            "## Memory\n",
            _MEMORY + "\n",
            page.memory_table(peaks),
            "## A real repository\n",
            _REAL,
        ]
    )


def _synthetic_cases(place: Path, plan: Plan) -> Mapping[int, Mapping[Size, Case]]:
    cases: dict[int, Mapping[Size, Case]] = {}
    for files in dict.fromkeys([plan.usual_files, *plan.files, *plan.memory_files]):
        say(f"building an upstream of {files:,} files")
        sizes = [plan.small]
        if files == plan.usual_files:
            sizes += [plan.usual, plan.large]
            sizes += [Size(plan.usual.commits, fixes) for fixes in plan.fixes]
            sizes += [Size(commits, plan.usual.fixes) for commits in plan.commits]
        sizes = list(dict.fromkeys(sizes))
        built = synthetic.build(place / f"{files}.git", files, sizes)
        cases[files] = dict(zip(sizes, built, strict=True))
    return cases


def _grow(what: str, cases: Sequence[tuple[str, Case]], plan: Plan) -> list[Row]:
    rows: list[Row] = []
    for size, case in cases:
        say(f"growing {what}: {size}")
        job, small = job_of(case), case.files <= plan.checked_out
        applied = study_applying(case.name, case.files, [job], plan.growth_rounds, checks_out=small)
        rows.append((size, applied, study_removal(case, plan.growth_rounds, all_rivals=False)))
    return rows


def say(what: str) -> None:
    """Tell whoever waits what is being done."""
    print(what, file=sys.stderr)
