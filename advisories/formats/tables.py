"""The lists inside sections that a record keeps as data: which patch is for which branches, and the digests."""

import re
from dataclasses import dataclass, field

from advisories.formats import branches
from advisories.formats.dialect import Dialect
from advisories.formats.doubts import Doubts
from advisories.formats.layout import Block, Line, prose
from advisories.formats.record import Row, Section, Slot

FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,150}(?:/[A-Za-z0-9][A-Za-z0-9._+-]{0,150})?")
"""What an attached file may be called: one folder at most, no dots or dashes in front."""

_ROW = re.compile(
    r"(?P<files>[A-Za-z0-9][A-Za-z0-9._+?*\[\]/-]{0,200}\.(?:patch|diff)[\w.-]{0,40}|[A-Za-z0-9][\w.+-]{0,100}/\*)(?:\s+(?P<rest>\S.*))?"
)
_SUM = re.compile(r"\s{0,8}(?P<sum>[0-9A-Fa-f]{64})\s{1,3}\*?(?P<name>\S{1,300})")
_COMMAND = re.compile(r"\s{0,8}[$#%]\s*sha256sum\b.*")
_PROMPT = re.compile(r"\s{0,8}[$%]")
_NAME_COLUMN = 23
_MOST = 200
"""Rows, and digests: every row is held against every file."""


@dataclass(slots=True)
class Lists:
    """What was found in all sections of one text."""

    table: list[Row] = field(default_factory=list)
    row_lines: list[int] = field(default_factory=list)
    """The line of each row of the table."""
    sums: dict[str, str] = field(default_factory=dict)
    """Name of a file to its SHA-256 in lower-case hex, in the order of the text."""
    sum_lines: dict[str, int] = field(default_factory=dict)
    placed: set[Slot] = field(default_factory=set)
    """Which lists have their place in the text already."""


def read_section(block: Block, lists: Lists, number: int, dialect: Dialect, doubts: Doubts) -> Section:
    """The section with slots where its lists stood; the lists go to `lists`."""
    parts: list[str | Slot] = []
    pending: list[Line] = []

    def flush() -> None:
        if text := prose(tuple(pending)):
            parts.append(text)
        pending.clear()

    at = 0
    while at < len(block.lines):
        line = block.lines[at]
        slot, taken = _list_line(block, at, lists, number, dialect, doubts)
        if slot is None:
            pending.append(line)
        elif slot not in lists.placed:
            flush()
            parts.append(slot)
            lists.placed.add(slot)
        at += taken
    flush()
    return Section(block.heading.text, tuple(parts))


def _list_line(
    block: Block, at: int, lists: Lists, number: int, dialect: Dialect, doubts: Doubts
) -> tuple[Slot | None, int]:
    """Which list line `at` belongs to, if any, and how many lines were taken."""
    line = block.lines[at]
    if found := _SUM.fullmatch(line.text):
        _take_sum(found["name"], found["sum"].lower(), line, lists, doubts)
        return Slot.SUMS, 1
    if _COMMAND.fullmatch(line.text):
        return Slot.SUMS, 1
    if _PROMPT.fullmatch(line.text) and Slot.SUMS in lists.placed:
        return Slot.SUMS, 1
    return _table_line(block, at, lists, number, dialect, doubts)


def _take_sum(name: str, digest: str, line: Line, lists: Lists, doubts: Doubts) -> None:
    if not FILE_NAME.fullmatch(name):
        doubts.refuse("file-name", line.number, f"not a name that a file may have: {name!r}")
        return
    if len(lists.sums) >= _MOST:
        doubts.refuse("too-many-files", line.number, f"more than {_MOST} files are listed")
        return
    if lists.sums.get(name, digest) != digest:
        doubts.refuse("two-sums", line.number, f"{name} has two different digests; the first one counts")
        return
    lists.sums[name] = digest
    lists.sum_lines[name] = line.number


def _table_line(
    block: Block, at: int, lists: Lists, number: int, dialect: Dialect, doubts: Doubts
) -> tuple[Slot | None, int]:
    line = block.lines[at]
    found = _ROW.fullmatch(line.text.strip())
    if found is None or len(lists.table) >= _MOST:
        return None, 1
    files, rest, taken = found["files"], found["rest"] or "", 1
    # A long list of branches goes on in indented lines.
    while at + taken < len(block.lines) and re.match(r"\s{8,}\S", block.lines[at + taken].text):
        following = f"{rest} {block.lines[at + taken].text.strip()}"
        if branches.read(following, dialect) is None:
            break
        rest, taken = following, taken + 1
    if not rest:
        return _bare_row(files, line, lists, number, dialect, doubts), 1
    understood = branches.read(rest, dialect)
    if understood is None:
        if files.lower().startswith(dialect.file_stem(number)) and re.search(r"\s{2}|\t", line.text.strip()):
            doubts.doubt("branches-not-understood", line.number, f"not understood as branches: {rest}")
        return None, 1
    if understood.mixed:
        doubts.doubt("trees-mixed", line.number, f"one line names several trees; read as {understood.tree}: {rest}")
    if not understood.stretches:
        doubts.note("branches-not-named", line.number, f"{files} is for {understood.tree}, and no branch is named")
    lists.row_lines.append(line.number)
    lists.table.append(Row(files, understood.tree, understood.stretches, understood.remark, written=rest))
    return Slot.PATCHES, taken


def _bare_row(files: str, line: Line, lists: Lists, number: int, dialect: Dialect, doubts: Doubts) -> Slot | None:
    """A file's name alone on its line: the end of the name may say which tree it is for."""
    if not files.lower().startswith(dialect.file_stem(number)):
        return None
    stem = files.rpartition(".patch")[0].lower()
    tree = next((tree for word, tree in dialect.trees if stem.endswith(f"-{word.lower()}")), dialect.main_tree)
    doubts.doubt("branches-not-named", line.number, f"{files} names neither tree nor branch; taken to be for {tree}")
    lists.row_lines.append(line.number)
    lists.table.append(Row(files, tree))
    return Slot.PATCHES


def write_table(table: tuple[Row, ...], dialect: Dialect) -> str:
    """The table, its second column aligned."""
    column = max([_NAME_COLUMN, *(len(row.files) + 2 for row in table)])
    return "\n".join(f"{row.files:<{column}}{branches.write(row, dialect)}" for row in table)


def write_sums(sums: list[tuple[str, str]], number: int, dialect: Dialect) -> str:
    """The digests as `sha256sum` prints them."""
    lines = [f"$ sha256sum {dialect.file_stem(number)}*", *(f"{digest}  {name}" for name, digest in sums), "$"]
    return "\n".join(lines)
