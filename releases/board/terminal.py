"""The branch board as text for a terminal: a pure function of what one viewer may see."""

from collections.abc import Iterable, Sequence
from itertools import takewhile

from releases.board.reading import Board, Grid, Row, Tile
from releases.board.values import NOT_MEANT, RUNNING, WAITING
from releases.engine.verdicts import FailedHunk, Kind
from releases.evidence.dossier import Dossier

MARKS = {
    Kind.APPLIES.value: "+",
    Kind.NEEDS_PREREQUISITES.value: "~",
    Kind.CONFLICTS.value: "x",
    Kind.MERGED.value: "=",
    Kind.INVALID.value: "!",
    Kind.ERROR.value: "?",
    WAITING: ".",
    RUNNING: ".",
    "": " ",
    NOT_MEANT: " ",
}
"""One sign for each verdict, for the tips behind the last point release."""

_COLOURS = {
    Kind.APPLIES.value: "32",
    Kind.NEEDS_PREREQUISITES.value: "33",
    Kind.CONFLICTS.value: "31",
    Kind.MERGED.value: "2",
    Kind.INVALID.value: "35",
    Kind.ERROR.value: "35",
}
_LEGEND = "Each cell: the last point release, then stable and staging tip: " + ", ".join(
    f"{MARKS[kind.value]} {kind.value}" for kind in Kind
)
_MOST_LINES = 8
_TITLE_WIDTH = 44


def render(board: Board, failures: Sequence[Dossier], *, colour: bool = False) -> str:
    """The board with its counts, then each failure with what shows it; colour only where the terminal has it."""
    pen = _Pen(colour=colour)
    parts = [pen.grid(grid) for grid in board.grids]
    if not parts:
        parts.append("There is nothing on the board.")
    counts = ", ".join(f"{value} {kind}" for kind, value in board.counts if value)
    parts.append(f"{counts}\n{_LEGEND}" if counts else _LEGEND)
    parts += [pen.failure(dossier) for dossier in failures]
    return "\n\n".join(parts) + "\n"


class _Pen:
    """Writes with or without colour."""

    def __init__(self, *, colour: bool) -> None:
        self.colour = colour

    def grid(self, grid: Grid) -> str:
        """The table of one tree."""
        fetched = f"fetched {grid.fetched_at:%Y-%m-%d %H:%M} UTC" if grid.fetched_at else "not fetched yet"
        lines = [self._bold(f"{grid.slug}  ({'upstream failing, ' if grid.is_failing else ''}{fetched})")]
        cells = [_cell(tile) for group in grid.groups for row in group.rows for tile in row.tiles]
        width = max(
            [len(cell) for cell in cells] + [len(column.release or column.name) for column in grid.columns] + [6]
        )
        heads = "  ".join(f"{column.release or column.name:<{width}}" for column in grid.columns)
        lines.append(f"{'':<{_TITLE_WIDTH}}  {heads}".rstrip())
        for group in grid.groups:
            lines.append(self._bold(group.title))
            lines += [self._row(row, width) for row in group.rows]
        return "\n".join(lines)

    def failure(self, dossier: Dossier) -> str:
        """One flagged failure: what, where, and what would help or stands in the way."""
        check, verdict = dossier.check, dossier.verdict
        kind = self._painted(verdict.kind.value, verdict.kind.value)
        where = f"{check.branch.tree.slug} {check.branch.name}, {check.base_name} ({check.base_commit[:12] or 'gone'})"
        lines = [self._bold(f"{check.revision.series.advisory.label} {check.revision} on {where}: ") + kind]
        if dossier.is_withheld:
            return "\n".join([*lines, "  It leans on another advisory, which you may not read."])
        if verdict.reason:
            lines.append(f"  {_plain(verdict.reason)}")
        if verdict.failed is not None:
            lines += _hunk(verdict.failed)
        if dossier.in_the_way:
            lines.append("  Changed since the fork by:")
            lines += [
                f"    {_commit(c.commit, c.subject)}, {_plain(c.author)}" for c in dossier.in_the_way[:_MOST_LINES]
            ]
        if verdict.prerequisites:
            lines.append(f"  Applies after {len(verdict.prerequisites)}, in this order (verified with git):")
            for step in dossier.steps:
                if not step.is_this:
                    embargoed = "  [under embargo]" if step.is_embargoed else ""
                    lines.append(f"    {_commit(step.commit, step.title)}{embargoed}")
        return "\n".join(lines)

    def _row(self, row: Row, width: int) -> str:
        name = f"{row.label}{' *' if row.is_embargoed else ''} {_plain(row.title)}"
        short = name if len(name) <= _TITLE_WIDTH else name[: _TITLE_WIDTH - 3] + "..."
        cells = "  ".join(self._painted(tile.kind, f"{_cell(tile):<{width}}") for tile in row.tiles)
        return f"{short:<{_TITLE_WIDTH}}  {cells}".rstrip()

    def _painted(self, kind: str, text: str) -> str:
        code = _COLOURS.get(kind)
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and code else text

    def _bold(self, text: str) -> str:
        return f"\x1b[1m{text}\x1b[0m" if self.colour else text


def _cell(tile: Tile) -> str:
    if tile.kind == NOT_MEANT:
        return ""
    word = tile.kind
    if tile.kind == Kind.NEEDS_PREREQUISITES:
        word = f"needs {tile.count}" if tile.count else "needs others"
    return f"{word} {MARKS.get(tile.stable, ' ')}{MARKS.get(tile.staging, ' ')}"


def _hunk(failed: FailedHunk) -> list[str]:
    where = f"hunk {failed.hunk + 1} (line {failed.patch_line} of the patch)" if failed.hunk is not None else "the file"
    lines = [f"  {_plain(failed.path)}, {where}:"]
    if failed.expected:
        lines.append("    expected" + (f", next to line {failed.found_at}:" if failed.found_at else ":"))
        same = sum(
            1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(failed.expected, failed.found, strict=False))
        )
        first = max(0, same - 2)
        lines += _quoted(failed.expected[first:], "-")
        lines.append("    found:")
        lines += _quoted(failed.found[first:], "+")
    return lines


def _quoted(quoted: Iterable[str], sign: str) -> list[str]:
    lines = [f"      {sign} {_plain(line)}" for line in quoted]
    cut = len(lines) - _MOST_LINES
    return [*lines[:_MOST_LINES], f"      ... {cut} more"] if cut > 0 else lines


def _commit(commit: str, subject: str) -> str:
    return f"{commit[:12]} {_plain(subject)}" if commit else _plain(subject)


def _plain(text: str) -> str:
    """What a patch or a commit says must not speak to the terminal."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text.expandtabs(4))
