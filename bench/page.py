"""What was measured, as Markdown."""

import shlex
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from bench import machine, place
from bench.memory import Peak
from bench.removing import Outcome
from bench.studies import ApplyingStudy, RemovalStudy
from bench.timing import Measured, Ratio, Result, cpu_ratio, ratio, ratio_of


def head(title: str, what: str, command: Sequence[str], load_before: float, seconds: float) -> str:
    """The page's beginning: what it is, the command, the day, the machine."""
    return (
        f"# {title}\n\n{what}\n\n"
        f"    {shlex.join(command)}\n\n"
        f"Run on {datetime.now(UTC):%Y-%m-%d} in {seconds:.0f} s, on {machine.in_words()};\n"
        f"load average {load_before:.1f} before and {machine.load():.1f} after (the run itself keeps one core busy).\n"
        f"Repositories and worktrees lay {'in memory' if place.in_memory() else 'on disk'}.\n"
    )


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the first column is text and the others are numbers."""
    lines = [columns, ["---", *("---:" for _ in columns[1:])], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def took(seconds: float) -> str:
    """Seconds to three digits, in the unit that suits."""
    if seconds < 0.0995:
        return f"{seconds * 1000:.2g} ms" if seconds < 0.00995 else f"{seconds * 1000:.0f} ms"
    return f"{seconds * 1000:.0f} ms" if seconds < 0.9995 else f"{seconds:.1f} s"


def times(found: Ratio) -> str:
    """The median, with the least and the most behind it."""
    return f"**{_number(found.median)}** ({_number(found.least)}–{_number(found.most)})"


def applying_table(studies: Iterable[ApplyingStudy]) -> str:
    """Every contender's time and the ratios."""
    columns = [
        "series and baselines", "lists", "patches", "files in the tree", "engine", "engine, opened anew", "`git am`",
        "`git apply` each", "`am` / engine", "`am` / opened anew", "`apply` / engine", "processor time, `am` / engine",
    ]  # fmt: skip
    return table(
        columns,
        (
            [
                study.name, f"{study.jobs}", f"{study.patches}", f"{study.files:,}",
                _median(study.engine), _median(study.anew), _median(study.am), _median(study.apply),
                _ratio(study.am, study.engine), _ratio(study.am, study.anew), _ratio(study.apply, study.engine),
                _cpu(study.am, study.engine),
            ]
            for study in studies
        ),
    )  # fmt: skip


def removal_tables(studies: Sequence[RemovalStudy]) -> str:
    """Two tables: what was found in what time, and the ratios."""
    found = table(
        ["window", "commits", "fixes", "sharing files", "commuted", "found by engine", "by git", "git trials",
         "engine", "its search alone", "git, plain", "git, fastest", "git, from commuted"],
        (
            [
                study.case.name, f"{len(study.case.commits)}", f"{len(study.case.fixes)}", f"{study.sharing}",
                f"{study.commuted}", f"{study.found(study.engine)}", f"{study.found(study.greedy)}",
                f"{study.greedy.results[-1].trials}", _median(study.engine), _median(study.search),
                _median(study.greedy_plain), _median(study.greedy), _median(study.greedy_commuted),
            ]
            for study in studies
        ),
    )  # fmt: skip
    ratios = table(
        ["window", "git plain / engine", "git fastest / engine", "from commuted / engine",
         "without reading: plain", "fastest", "from commuted", "processor time, fastest / engine"],
        (
            [
                study.case.name,
                *(_ratio(rival, study.engine) for rival in (study.greedy_plain, study.greedy, study.greedy_commuted)),
                *(_unread(rival, study) for rival in (study.greedy_plain, study.greedy, study.greedy_commuted)),
                _cpu(study.greedy, study.engine),
            ]
            for study in studies
        ),
    )  # fmt: skip
    return f"{found}\n{ratios}"


def growth_tables(first: str, rows: Sequence[tuple[str, ApplyingStudy, RemovalStudy]]) -> str:
    """Two tables, applying and prerequisites, with one row for each size."""
    applying = table(
        [first, "patches in the list", "engine applies", "`git am`", "`git apply` each", "`am` / engine",
         "`apply` / engine"],
        (
            [
                size, f"{study.patches}", _median(study.engine), _median(study.am), _median(study.apply),
                _ratio(study.am, study.engine), _ratio(study.apply, study.engine),
            ]
            for size, study, _ in rows
        ),
    )  # fmt: skip
    removal = table(
        [first, "sharing files", "prerequisites", "engine finds", "its search alone", "git finds", "git trials",
         "git / engine", "git / engine without reading"],
        (
            [
                size, f"{study.sharing}", f"{study.found(study.engine)}", _median(study.engine), _median(study.search),
                _median(study.greedy), f"{study.greedy.results[-1].trials}", _ratio(study.greedy, study.engine),
                _unread(study.greedy, study),
            ]
            for size, _, study in rows
        ),
    )  # fmt: skip
    return f"{applying}\n{removal}"


def memory_table(rows: Iterable[tuple[int, Peak]]) -> str:
    """Peaks in MB."""
    return table(
        ["files in the tree", "the engine's process", "its largest git process"],
        ([f"{files:,}", f"{peak.own / 1e6:.1f} MB", f"{peak.child / 1e6:.1f} MB"] for files, peak in rows),
    )


def _median(measured: Measured[Result] | None) -> str:
    return took(measured.wall_s) if measured is not None else ""


def _ratio(rival: Measured[Result] | None, engine: Measured[Result]) -> str:
    return times(ratio(rival, engine)) if rival is not None else ""


def _cpu(rival: Measured[Result] | None, engine: Measured[Result]) -> str:
    return _number(cpu_ratio(rival, engine)) if rival is not None else ""


def _unread(rival: Measured[Outcome] | None, study: RemovalStudy) -> str:
    """The rival's trials against the search, what both read left out."""
    if rival is None:
        return ""
    return times(ratio_of([outcome.search_s for outcome in rival.results], study.search.walls_s))


def _number(value: float) -> str:
    return f"{value:.1f}" if value < 9.95 else f"{value:,.0f}"
