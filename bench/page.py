"""What was measured, as Markdown."""

import shlex
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from bench import machine
from bench.memory import Peak
from bench.removing import Outcome
from bench.studies import ApplyingStudy, RemovalStudy
from bench.timing import Measured, Ratio, cpu_ratio, ratio, ratio_of


def head(title: str, what: str, command: Sequence[str], load_before: float, seconds: float) -> str:
    """The page's beginning: what it is, the command, the day, the machine."""
    return (
        f"# {title}\n\n{what}\n\n"
        f"    {shlex.join(command)}\n\n"
        f"Run on {datetime.now(UTC):%Y-%m-%d} in {seconds:.0f} s, on {machine.in_words()}; load average "
        f"{load_before:.1f} before and {machine.load():.1f} after (the run itself keeps one core busy).\n"
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
                took(study.engine.wall_s), took(study.anew.wall_s), took(study.am.wall_s), took(study.apply.wall_s),
                times(ratio(study.am, study.engine)), times(ratio(study.am, study.anew)),
                times(ratio(study.apply, study.engine)), _number(cpu_ratio(study.am, study.engine)),
            ]
            for study in studies
        ),
    )  # fmt: skip


def removal_tables(studies: Sequence[RemovalStudy]) -> str:
    """Two tables: what was found in what time, and the ratios."""
    found = table(
        ["window", "commits", "fixes", "sharing files", "commuted", "found by engine", "by git", "git trials",
         "engine", "its search alone", "git, fastest", "git, plain", "git, from commuted"],
        (
            [
                study.case.name, f"{len(study.case.commits)}", f"{len(study.case.fixes)}", f"{study.sharing}",
                f"{study.commuted}", f"{study.found(study.engine)}", f"{study.found(study.greedy)}",
                f"{study.greedy.results[-1].trials}", took(study.engine.wall_s), took(study.search.wall_s),
                took(study.greedy.wall_s), _maybe_took(study.greedy_plain), _maybe_took(study.greedy_commuted),
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
                _maybe_times(study.greedy_plain, study.engine), times(ratio(study.greedy, study.engine)),
                _maybe_times(study.greedy_commuted, study.engine),
                *(_search_times(rival, study) for rival in (study.greedy_plain, study.greedy, study.greedy_commuted)),
                _number(cpu_ratio(study.greedy, study.engine)),
            ]
            for study in studies
        ),
    )  # fmt: skip
    return f"{found}\n{ratios}"


def growth_table(first: str, rows: Iterable[tuple[str, ApplyingStudy, RemovalStudy]]) -> str:
    """One row for each size."""
    return table(
        [first, "patches in the list", "engine applies", "`git am`", "`am` / engine",
         "engine finds", "its search alone", "git finds", "git trials", "git / engine", "git / search"],
        (
            [
                size, f"{applied.patches}", took(applied.engine.wall_s), took(applied.am.wall_s),
                times(ratio(applied.am, applied.engine)), took(removal.engine.wall_s), took(removal.search.wall_s),
                took(removal.greedy.wall_s), f"{removal.greedy.results[-1].trials}",
                times(ratio(removal.greedy, removal.engine)), _search_times(removal.greedy, removal),
            ]
            for size, applied, removal in rows
        ),
    )  # fmt: skip


def memory_table(rows: Iterable[tuple[int, Peak]]) -> str:
    """Peaks in MB."""
    return table(
        ["files in the tree", "the engine's process", "its largest git process"],
        ([f"{files:,}", f"{peak.own / 1e6:.1f} MB", f"{peak.child / 1e6:.1f} MB"] for files, peak in rows),
    )


def _search_times(rival: Measured[Outcome] | None, study: RemovalStudy) -> str:
    if rival is None:
        return ""
    return times(ratio_of([outcome.search_s for outcome in rival.results], study.search.walls_s))


def _maybe_took(measured: Measured[Outcome] | None) -> str:
    return took(measured.wall_s) if measured is not None else ""


def _maybe_times(rival: Measured[Outcome] | None, engine: Measured[Outcome]) -> str:
    return times(ratio(rival, engine)) if rival is not None else ""


def _number(value: float) -> str:
    return f"{value:.1f}" if value < 9.95 else f"{value:,.0f}"
