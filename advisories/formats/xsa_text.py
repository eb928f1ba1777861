"""An advisory's text in the layout of the field: read leniently, written strictly."""

import re
import textwrap
from dataclasses import dataclass, replace

from advisories.formats import people, tables
from advisories.formats.dialect import Dialect
from advisories.formats.doubts import Doubt, Doubts, NotWritable, Refused
from advisories.formats.layout import Block, Line, lines_of, read_head, split
from advisories.formats.record import UPDATES, BranchFix, PatchFile, Record, Section, Slot

MOST_BYTES = 1024 * 1024
"""A text longer than this is not an advisory."""
_WIDTH = 70
_FIX = re.compile(
    r"\s{0,8}(?:(?:stable|staging)-)?(?P<branch>master|\d{1,4}\.\d{1,4})[:\s]\s*(?P<commit>[0-9a-f]{40}(?:[0-9a-f]{24})?)"
)


@dataclass(frozen=True, slots=True)
class TextReading:
    """What a text says. The patches in the record have digests and no content."""

    record: Record
    meta_name: str
    """The recipe file that the list of sums names, or empty."""
    meta_sha256: str
    sum_lines: dict[str, int]
    doubts: tuple[Doubt, ...]


def read(text: bytes, dialect: Dialect) -> TextReading:
    """Read the text of one advisory: what was inside a clear signature, or a draft. Raises `Refused`."""
    doubts = Doubts("text")
    decoded = _decoded(text, doubts)
    above, blocks = split(lines_of(decoded), doubts)
    head = read_head(above, dialect, doubts)
    if head.rest:
        blocks = (Block(Line(head.rest[0].number, ""), head.rest), *blocks)
    lists = tables.Lists()
    sections = tuple(tables.read_section(block, lists, head.number, dialect, doubts) for block in blocks)
    meta_name = next((name for name in lists.sums if name.endswith(".meta")), "")
    record = Record(
        prefix=dialect.prefix,
        number=head.number,
        version=head.version,
        title=head.title,
        identifiers=head.identifiers,
        sections=sections,
        table=tuple(lists.table),
        patches=tuple(PatchFile(name, digest) for name, digest in lists.sums.items() if name != meta_name),
        withdrawn=head.title.lower().startswith("withdrawn"),
    )
    record = replace(record, finders=people.finders(record.credits), fixes=_fixes(blocks, dialect))
    _look_over(record, blocks, lists, doubts)
    return TextReading(
        record=record,
        meta_name=meta_name,
        meta_sha256=lists.sums.get(meta_name, ""),
        sum_lines=lists.sum_lines,
        doubts=tuple(doubts),
    )


def _decoded(text: bytes, doubts: Doubts) -> str:
    if len(text) > MOST_BYTES:
        raise Refused("too-large", f"the text has more than {MOST_BYTES:,} bytes", where="text")
    if (at := text.find(b"\0")) >= 0:
        # Neither a database nor a page can hold it, and no text that people read has one.
        raise Refused("not-text", "there is a NUL byte in it", line=text.count(b"\n", 0, at) + 1, where="text")
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        doubts.note("not-utf-8", line, "not UTF-8; read as Latin-1")
        return text.decode("latin-1")


def _look_over(record: Record, blocks: tuple[Block, ...], lists: tables.Lists, doubts: Doubts) -> None:
    """Note what an advisory should have and this one has not, or has in an odd way."""
    lines: dict[str, int] = {}
    for block in blocks:
        heading, number = block.heading.text, block.heading.number
        if heading in lines:
            doubts.note("section-twice", number, f"a second section called {heading}")
        lines.setdefault(heading, number)
        updates = UPDATES.fullmatch(heading)
        if updates and int(updates[1]) != record.version:
            doubts.doubt("updates-version", number, f"the updates are of version {updates[1]}, not {record.version}")
    if not blocks:
        doubts.doubt("no-sections", 1, "there are no sections")
    if record.credits and not record.finders:
        doubts.note("credits-not-understood", lines["CREDITS"], "who is credited was not understood from the sentences")
    if record.withdrawn:
        doubts.note("withdrawn", 0, f"{record.name} is withdrawn")
    elif blocks:
        _look_over_resolution(record, lists, doubts, has_section=any("RESOLUTION" in name.upper() for name in lines))


def _look_over_resolution(record: Record, lists: tables.Lists, doubts: Doubts, *, has_section: bool) -> None:
    if not has_section:
        doubts.doubt("no-resolution", 0, "there is no RESOLUTION section")
    if not record.table:
        doubts.note("no-patches", 0, "no patch is said to be for any branch")
    named = {name for row in record.table for name in record.files_matching(row.files)}
    for row, number in zip(record.table, lists.row_lines, strict=True):
        if record.patches and not record.files_matching(row.files):
            doubts.doubt("row-without-file", number, f"no listed file is called {row.files}")
    for patch in record.patches:
        if patch.name not in named:
            line = lists.sum_lines[patch.name]
            doubts.doubt("file-without-row", line, f"{patch.name} is listed, and no line says for which branches")


def _fixes(blocks: tuple[Block, ...], dialect: Dialect) -> tuple[BranchFix, ...]:
    """Commits and release tags that stand alone on lines of the resolution."""
    found: dict[BranchFix, None] = {}
    for block in blocks:
        if not block.heading.text.upper().startswith("RESOLUTION"):
            continue
        for line in block.lines:
            if commit := _FIX.fullmatch(line.text):
                found[BranchFix(dialect.main_tree, commit["branch"], commit["commit"])] = None
            elif re.fullmatch(r"\s{1,8}RELEASE-\d{1,4}(?:\.\d{1,4}){1,3}", line.text):
                found[BranchFix(dialect.main_tree, "", line.text.strip())] = None
    return tuple(found)


def write(record: Record, dialect: Dialect, *, meta_sha256: str = "") -> bytes:
    """The text of `record`, UTF-8, lines ended by LF; unsigned.

    `meta_sha256` is the digest of its recipe file as it will be attached, wanted exactly if the record has recipes.
    Raises `NotWritable` where the text would not be read back as the same record.
    """
    if bool(meta_sha256) != (record.recipes is not None):
        raise NotWritable("the digest of the recipe file goes with recipes, and only with them")
    if not record.title or record.number < 1 or record.version < 1:
        raise NotWritable("an advisory has a title, a number and a version, both counted from 1")
    sums = [(f"{dialect.file_stem(record.number)}.meta", meta_sha256)] if meta_sha256 else []
    sums += [(patch.name, patch.sha256) for patch in record.patches]
    slots = {
        Slot.PATCHES: tables.write_table(record.table, dialect),
        Slot.SUMS: tables.write_sums(sums, record.number, dialect),
    }
    blocks = [_head(record, dialect)]
    blocks += ["\n\n".join(_section(section, slots)) for section in record.sections]
    text = ("\n\n".join(blocks) + "\n").encode()
    _refuse_if_read_otherwise(record, text, dialect)
    return text


def _head(record: Record, dialect: Dialect) -> str:
    identifiers = ",".join(identifier.value for identifier in record.identifiers)
    lines = [" ".join(part for part in (dialect.title, identifiers and f"{identifiers} /", record.name) if part)]
    if record.version != 1:
        lines.append(f"version {record.version}")
    title = textwrap.wrap(record.title, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join(_centred(line) for line in lines) + "\n\n" + "\n".join(_centred(line) for line in title)


def _centred(line: str) -> str:
    return " " * max((_WIDTH - len(line)) // 2, 1) + line


def _section(section: Section, slots: dict[Slot, str]) -> list[str]:
    heading = [f"{section.heading}\n{'=' * len(section.heading)}"] if section.heading else []
    return heading + [part if isinstance(part, str) else slots[part] for part in section.parts]


def _refuse_if_read_otherwise(record: Record, text: bytes, dialect: Dialect) -> None:
    """A line of prose that looks like a heading or a table, a title that wraps oddly: found by reading it again."""
    try:
        again = read(text, dialect).record
    except Refused as refusal:
        raise NotWritable(f"the text would not be read as an advisory: {refusal}") from refusal
    wanted = carried(record)
    got = carried(again)
    for name in ("number", "version", "title", "identifiers", "table", "patches", "withdrawn"):
        if getattr(got, name) != getattr(wanted, name):
            raise NotWritable(f"the {name} would be read as {getattr(got, name)!r}")
    if got.sections != wanted.sections:
        differ = next(
            (a.heading for a, b in zip(wanted.sections, got.sections, strict=False) if a != b), "the last one"
        )
        raise NotWritable(
            f"a section would not be read back the same: {differ or 'the prose before the first heading'}"
        )


def carried(record: Record) -> Record:
    """What of `record` its text carries as data: contents, recipes, instants and credits by name are not in it."""
    patches = tuple(PatchFile(patch.name, patch.sha256) for patch in record.patches)
    return replace(record, patches=patches, recipes=None, public_at=None, finders=(), unnamed=(), affected=(), fixes=())
