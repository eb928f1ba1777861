"""`manage.py replay`: how the fixes of a real upstream would have fared on its point releases."""

import json
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from releases.engine.git import GitTrouble
from releases.engine.missing import Missing
from releases.engine.verdicts import Kind
from releases.replaying.report import Outcome, Report
from releases.replaying.running import replay_all
from releases.replaying.spans import NothingToReplay, compile_pattern, compile_tag_pattern
from releases.replaying.workers import Questions, WorkerDied

_BAR = 40
_ID = 12
"""Digits of a commit id that people are shown."""


class Command(BaseCommand):
    """Replay an upstream's history."""

    help = (
        "Replay a real upstream's history: how its fixes would have fared on each point release. Writes nothing there."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what can be asked."""
        parser.add_argument("git_dir", metavar="GIT_DIR", type=Path, help="a git directory, bare or not; only read")
        parser.add_argument(
            "--release-tag", required=True, metavar="REGEX", help="matches whole tags; groups: series, number"
        )
        parser.add_argument("--staging", metavar="REF", help="the ref where a series goes on, with {series} in it")
        parser.add_argument("--fix", required=True, metavar="REGEX", help="found in the full message of a fix")
        parser.add_argument(
            "--never", metavar="REGEX", help="found in subjects of commits that are never prerequisites"
        )
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the report there")
        parser.add_argument(
            "--thorough",
            action="store_true",
            help="have git apply every list to all its files, also where it retraces upstream's own blobs",
        )
        parser.add_argument(
            "--audit", action="store_true", help="have git try every list without each of its prerequisites"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay and report; every mistake in the arguments is one sentence."""
        try:
            report = self._replay(options)
        except (NothingToReplay, WorkerDied, GitTrouble) as trouble:
            raise CommandError(str(trouble)) from trouble
        except KeyboardInterrupt:
            raise CommandError("stopped; nothing was written", returncode=130) from None
        self.stdout.write("\n".join(_table(report)))
        if options["json"]:
            try:
                options["json"].write_text(json.dumps(report.to_json(), indent=1) + "\n")
            except OSError as error:
                raise CommandError(f"{options['json']} can't be written: {error.strerror}") from error

    def _replay(self, options: dict[str, Any]) -> Report:
        never = options["never"]
        release_tag = compile_tag_pattern(options["release_tag"])
        questions = Questions(
            git_dir=_git_dir(options["git_dir"]),
            fix=compile_pattern(options["fix"], "--fix"),
            never=compile_pattern(never, "--never") if never else None,
            thorough=options["thorough"],
            audit=options["audit"],
        )
        try:
            return replay_all(questions, release_tag, options["staging"], progress=self._show)
        finally:
            if self.stderr.isatty():
                self.stderr.write("\r\x1b[K", ending="")

    def _show(self, done: int, total: int) -> None:
        if self.stderr.isatty():
            filled = _BAR * done // max(total, 1)
            bar = "█" * filled + "·" * (_BAR - filled)
            self.stderr.write(f"\r{bar} {done} of {total} windows", ending="", style_func=str)
            self.stderr.flush()


def _git_dir(given: Path) -> Path:
    if not given.is_dir():
        raise NothingToReplay(f"{given} is not a directory")
    inner = given / ".git"
    found = (inner if inner.exists() else given).absolute()
    if found == inner.absolute() or (found / "HEAD").exists():
        return found
    raise NothingToReplay(f"{given} is not a git repository")


def _table(report: Report) -> Iterable[str]:
    counts = f"{'commits':>7} {'fixes':>6} {'apply':>6} {'need':>5} {'conflict':>8} {'prereqs':>7}"
    yield f"{'base':<24} {'tip':<24} {counts}  git"
    for outcome in report.outcomes:
        yield _row(outcome)
    fixes = [fix for outcome in report.outcomes for fix in outcome.replayed.fixes]
    alone = sum(fix.verdict is Kind.APPLIES for fix in fixes)
    prerequisites = sum(len(outcome.replayed.prerequisites) for outcome in report.outcomes)
    disagreeing = [outcome for outcome in report.outcomes if outcome.replayed.word.disagreement]
    files = sum(outcome.replayed.word.files for outcome in report.outcomes)
    again = sum(outcome.replayed.word.applied for outcome in report.outcomes)
    rest = ", the others are upstream's own record" if again < files else ""
    yield ""
    yield (
        f"{len(report.outcomes)} windows, {len(fixes):,} fixes, {len(fixes) - alone:,} don't apply by themselves, "
        f"{prerequisites:,} prerequisites, {len(report.outcomes) - len(disagreeing)} lists verified by git "
        f"({again:,} of {files:,} files applied again{rest}), "
        f"{report.seconds:.1f} s ({report.cpu_seconds:.1f} s of processor time), {report.peak_rss_bytes / 1e6:.0f} MB"
    )
    yield from _audited(report)
    for outcome in disagreeing:
        yield f"{outcome.span.base}: {outcome.replayed.word.disagreement}"
    for outcome in report.outcomes:
        for fix in outcome.replayed.fixes:
            if fix.missing:
                yield f"{outcome.span.base}: nothing helps {fix.commit[:_ID]} ({fix.subject}): {_why(fix.missing)}"
    yield from report.notes


def _audited(report: Report) -> Iterable[str]:
    audited = [outcome for outcome in report.outcomes if outcome.replayed.droppable is not None]
    if audited:
        tried = sum(len(outcome.replayed.prerequisites) for outcome in audited)
        yield f"{sum(len(outcome.replayed.droppable or ()) for outcome in audited)} of {tried:,} can be dropped"
    for outcome in audited:
        for commit in outcome.replayed.droppable or ():
            yield f"{outcome.span.base}: git applies the list without {commit[:_ID]}"


def _why(chain: Sequence[Missing]) -> str:
    told = []
    for missing in chain:
        line, path = (raw.decode("utf-8", "backslashreplace").strip() for raw in (missing.line, missing.path))
        told.append(f'{path} lacks the line "{line}" that {missing.commit[:_ID]} stands on')
        if missing.brought_by:
            told.append(f"only {', '.join(commit[:_ID] for commit in missing.brought_by)} would bring it")
        elif missing.came_with is not None:
            told.append(f"it came with merge {missing.came_with[:_ID]}")
    return "; ".join(told)


def _row(outcome: Outcome) -> str:
    span, replayed = outcome.span, outcome.replayed
    counts = {kind: sum(fix.verdict is kind for fix in replayed.fixes) for kind in Kind}
    return (
        f"{span.base:<24} {span.tip:<24} {replayed.commits:>7} {len(replayed.fixes):>6} {counts[Kind.APPLIES]:>6} "
        f"{counts[Kind.NEEDS_PREREQUISITES]:>5} {counts[Kind.CONFLICTS]:>8} {len(replayed.prerequisites):>7}  "
        f"{'disagrees' if replayed.word.disagreement else 'agrees'}"
    )
