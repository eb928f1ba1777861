"""What a replay came to, and the same as plain JSON values."""

from dataclasses import dataclass
from typing import Any

from releases.engine.apply import Conflict
from releases.engine.missing import Missing
from releases.engine.replay import Fix, Replayed
from releases.replaying.spans import Span


@dataclass(frozen=True, slots=True)
class Outcome:
    """A window with what came of it."""

    span: Span
    replayed: Replayed


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
    twenty times a second. Pages that processes share count once for each."""

    def to_json(self) -> dict[str, Any]:
        """The report as plain values."""
        return {
            "windows": [_window_json(outcome) for outcome in self.outcomes],
            "seconds": round(self.seconds, 3),
            "cpu_seconds": round(self.cpu_seconds, 3),
            "peak_rss_bytes": self.peak_rss_bytes,
        }


def _window_json(outcome: Outcome) -> dict[str, Any]:
    """`verified`: every patch of the list applies in order, by real git's word.

    On `applied_again` of the `files` that the list touches git has applied it, every hunk where the engine puts it; on
    the others, none unless it was asked to be thorough, the list retraces upstream's own blobs, from which git made it.
    """
    span, replayed = outcome.span, outcome.replayed
    told = {
        "base": span.base,
        "tip": span.tip,
        "commits": replayed.commits,
        "fixes": [_fix_json(fix) for fix in replayed.fixes],
        "prerequisites": list(replayed.prerequisites),
        "verified": not replayed.word.disagreement,
        "files": replayed.word.files,
        "applied_again": replayed.word.applied,
    }
    return told if replayed.droppable is None else told | {"droppable": list(replayed.droppable)}


def _fix_json(fix: Fix) -> dict[str, Any]:
    told: dict[str, Any] = {"commit": fix.commit, "subject": fix.subject, "verdict": fix.verdict.value}
    if fix.conflict is not None:
        told["conflict"] = _conflict_json(fix.conflict)
    if fix.missing:
        told["missing"] = [_missing_json(missing) for missing in fix.missing]
        told["came_with_merge"] = next((missing.came_with for missing in fix.missing if missing.came_with), None)
    return told


def _conflict_json(conflict: Conflict) -> dict[str, Any]:
    return {
        "path": _text(conflict.path),
        "hunk": conflict.hunk + 1 if conflict.hunk is not None else None,
        "reason": conflict.reason,
        "expected": [_text(line) for line in conflict.expected],
        "found": [_text(line) for line in conflict.found],
        "found_at": conflict.found_at,
    }


def _missing_json(missing: Missing) -> dict[str, Any]:
    return {
        "commit": missing.commit,
        "path": _text(missing.path),
        "hunk": missing.hunk,
        "line": _text(missing.line),
        "brought_by": list(missing.brought_by),
    }


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace").rstrip("\n")
