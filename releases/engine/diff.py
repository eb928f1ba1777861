"""One patch text as `git apply` reads it: files, hunks, modes, binary payloads."""

import io
import re
from itertools import accumulate

from releases.engine.binary import CorruptPayload, Unpacking, read_payloads
from releases.engine.headers import Draft, Text, read_git_header, read_traditional_header
from releases.engine.limits import Limits
from releases.engine.patch import BinaryChange, Change, FilePatch, Hunk, NotAPatch, Patch, changed_paths

__all__ = [
    "BinaryChange",
    "Change",
    "FilePatch",
    "Hunk",
    "NotAPatch",
    "Patch",
    "changed_paths",
    "parse_patch",
    "reverse",
]

_HUNK = re.compile(rb"@@ -([0-9]+)(?:,([0-9]+))? \+([0-9]+)(?:,([0-9]+))? @@")
_EVERYDAY = re.compile(rb"[-+ ]*")
_UNSIGNED_LONG_MAX = 2**64 - 1
_SHORTEST_HUNK = len(b"@@ -0,0 +1 @@\n")
_SHORTEST_MARKER = 12
"""`\\ No newline at end of file` is at least that long in any language diff speaks."""


def parse_patch(text: bytes, *, limits: Limits | None = None, oid_digits: int = 40) -> Patch:
    """Read a `-p1` patch; raise `NotAPatch` where git would refuse to read it and `OverLimit` past a limit.

    `oid_digits` is the length of the repository's object ids, 40 for SHA-1 and 64 for SHA-256.
    """
    limits = limits or Limits()
    limits.check("patch_bytes", len(text))
    lines = io.BytesIO(text).readlines()
    offsets = list(accumulate(map(len, lines), initial=0))
    return _Parser(Text(text, lines, offsets, oid_digits), limits).parse()


def reverse(patch: Patch) -> Patch:
    """The patch that undoes `patch`, as `git apply --reverse` would read it: sides swapped, files in reverse order."""
    files = tuple(_reversed_file(file) for file in reversed(patch.files))
    return Patch(files, patch.paths, patch.dropped)


class _Parser:
    """Reads one patch text from top to bottom, file by file."""

    def __init__(self, source: Text, limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self._unpacking = Unpacking(limits)
        self._hunks = 0
        self._marks = bytes([line[0] for line in source.lines])
        """The first byte of each line."""

    def parse(self) -> Patch:
        """Read everything; see `parse_patch`."""
        files: list[FilePatch] = []
        dropped: NotAPatch | None = None
        index = 0
        while index < len(self._source.lines):
            try:
                found = self._read_file(index)
            except CorruptPayload as corrupt:
                dropped = corrupt
                break
            if found is None:
                break
            file, index = found
            files.append(file)
            self._limits.check("files_per_patch", len(files))
        if not files:
            # Where nothing is a patch, what the text is instead shows best in its first words.
            said = next((number for number, line in enumerate(self._source.lines, start=1) if line.strip()), 1)
            raise dropped or NotAPatch("no valid patches in input", said)
        return Patch(tuple(files), changed_paths(files), dropped)

    def _read_file(self, index: int) -> tuple[FilePatch, int] | None:
        """Read the next file patch at or behind line `index`; None where there is none."""
        draft = Draft()
        behind = self._read_header(index, draft)
        if behind is None:
            return None
        end = self._read_hunks(behind, draft)
        if end == behind:
            end = self._read_binary(behind, draft)
            if not draft.is_binary and not draft.changes_metadata():
                raise NotAPatch("a file header without any change", draft.line)
        return draft.finished(), end

    def _read_header(self, index: int, draft: Draft) -> int | None:
        """Find the next file header and read it; the index of the line behind it, None where there is none."""
        source = self._source
        lines = source.lines
        for number in range(index, len(lines)):
            line = lines[number]
            if len(line) < 6:
                continue
            if line.startswith(b"@@ -"):
                if not line.endswith(b"\n") or _HUNK.match(line) is None:
                    continue
                raise NotAPatch("a hunk without a file header", number + 1)
            if source.left(number + 1) < 6:
                return None
            if line.startswith(b"diff --git "):
                draft.line = number + 1
                behind = read_git_header(source, number, draft)
                if behind > number + 1:
                    return behind
            elif (
                line.startswith(b"--- ")
                and lines[number + 1].startswith(b"+++ ")
                and len(line) + source.left(number + 1) >= len(lines[number + 1]) + _SHORTEST_HUNK
                and number + 2 < len(lines)
                and lines[number + 2].startswith(b"@@ -")
            ):
                draft.line = number + 1
                read_traditional_header(source, number, draft)
                return number + 2
        return None

    def _read_hunks(self, index: int, draft: Draft) -> int:
        lines = self._source.lines
        while index < len(lines) and lines[index].startswith(b"@@ -") and self._source.left(index) > 4:
            hunk, index = self._read_hunk(index)
            draft.hunks.append(hunk)
            self._hunks += 1
            self._limits.check("hunks_per_patch", self._hunks)
        old_lines = any(hunk.old_count for hunk in draft.hunks)
        new_lines = any(hunk.new_count for hunk in draft.hunks)
        several = len(draft.hunks) > 1
        if draft.is_new is None and (old_lines or several):
            draft.is_new = False
        if draft.is_delete is None and (new_lines or several):
            draft.is_delete = False
        if draft.is_new and old_lines:
            raise NotAPatch("a new file that depends on old contents", draft.line)
        if draft.is_delete and new_lines:
            raise NotAPatch("a deleted file that still has contents", draft.line)
        return index

    def _read_hunk(self, index: int) -> tuple[Hunk, int]:
        lines = self._source.lines
        header = lines[index]
        match = _HUNK.match(header) if header.endswith(b"\n") else None
        if match is None:
            raise NotAPatch("a hunk header that can't be read", index + 1)
        old_start, new_start = _number(match.group(1)), _number(match.group(3))
        old_count = 1 if match.group(2) is None else _number(match.group(2))
        new_count = 1 if match.group(4) is None else _number(match.group(4))
        end, leading, trailing = self._everyday(index + 1, old_count, new_count) or self._measure(
            index + 1, old_count, new_count
        )
        old, new, body, ragged = _sides(lines[index + 1 : end], self._marks[index + 1 : end])
        return Hunk(
            old_start=old_start,
            old_count=old_count,
            new_start=new_start,
            new_count=new_count,
            old=old,
            new=new,
            leading=leading,
            trailing=trailing,
            body=body,
            section=header[match.end() :].strip(),
            line=index + 1,
            ragged=ragged,
        ), end

    def _everyday(self, index: int, old_count: int, new_count: int) -> tuple[int, int, int] | None:
        """As `_measure`, for a hunk whose lines all bear their mark and end where the counts say; None for others."""
        match = _EVERYDAY.match(self._marks, index)
        marks = match.group() if match else b""
        removed, added = marks.count(b"-"), marks.count(b"+")
        context = len(marks) - removed - added
        end = index + len(marks)
        if (context + removed, context + added) != (old_count, new_count) or not removed + added:
            return None
        if self._marks[end : end + 1] == b"\\" or not self._source.lines[end - 1].endswith(b"\n"):
            return None
        return end, len(marks) - len(marks.lstrip(b" ")), len(marks) - len(marks.rstrip(b" "))

    def _measure(self, index: int, old_left: int, new_left: int) -> tuple[int, int, int]:
        """Walk a hunk's lines by its counts; the index behind it, and its leading and trailing context lines."""
        lines = self._source.lines
        leading = trailing = changed = 0
        while (old_left or new_left) and index < len(lines):
            line = lines[index]
            first = line[0]
            if not line.endswith(b"\n"):
                raise NotAPatch("a hunk cut short", index + 1)
            if first == 0x20 or first == 0x0A:
                old_left -= 1
                new_left -= 1
                trailing += 1
                if not changed:
                    leading += 1
            elif first == 0x2D:
                old_left -= 1
                trailing = 0
                changed += 1
            elif first == 0x2B:
                new_left -= 1
                trailing = 0
                changed += 1
            elif first != 0x5C or len(line) < _SHORTEST_MARKER or not line.startswith(b"\\ "):
                raise NotAPatch("not a line of a hunk", index + 1)
            index += 1
        if old_left or new_left:
            raise NotAPatch("a hunk with fewer lines than it announces", index)
        if not changed:
            raise NotAPatch("a hunk that changes nothing", index)
        if index < len(lines) and self._source.left(index) > _SHORTEST_MARKER and lines[index].startswith(b"\\ "):
            index += 1
        return index, leading, trailing

    def _read_binary(self, index: int, draft: Draft) -> int:
        lines = self._source.lines
        line = lines[index] if index < len(lines) else b""
        if line == b"GIT binary patch\n":
            draft.binary, index = read_payloads(lines, index + 1, self._unpacking)
            draft.is_binary = True
        elif line.endswith(b" differ\n"):
            for prefix in (b"Binary files ", b"Files "):
                if line.startswith(prefix):
                    draft.is_binary = True
                    return index + 1
        return index


def _number(digits: bytes) -> int:
    """Read like C's strtoul, which stops at its largest value."""
    digits = digits.lstrip(b"0")
    if not digits:
        return 0
    return _UNSIGNED_LONG_MAX if len(digits) > 20 else min(int(digits), _UNSIGNED_LONG_MAX)


_Lines = tuple[bytes, ...]


def _sides(lines: list[bytes], marks: bytes) -> tuple[_Lines, _Lines, _Lines, bool]:
    """The old and the new lines of a hunk, its body for display, and whether a line lacks its newline."""
    if not marks.translate(None, b" +-"):
        old = tuple([line[1:] for line, mark in zip(lines, marks, strict=True) if mark != 0x2B])
        new = tuple([line[1:] for line, mark in zip(lines, marks, strict=True) if mark != 0x2D])
        return old, new, tuple(lines), False
    return _uncommon_sides(lines)


def _uncommon_sides(lines: list[bytes]) -> tuple[_Lines, _Lines, _Lines, bool]:
    old: list[bytes] = []
    new: list[bytes] = []
    body: list[bytes] = []
    ragged = False
    for position, line in enumerate(lines):
        first = line[0]
        if first == 0x5C:
            continue
        cut = position + 1 < len(lines) and lines[position + 1][0] == 0x5C
        if first == 0x0A:
            if cut:
                continue  # git takes an empty line without its newline for nothing at all
            content = line
        else:
            content = line[1:]
            if cut:
                content = content[:-1]
                ragged = True
        if first == 0x2D:
            old.append(content)
            body.append(b"-" + content)
        elif first == 0x2B:
            new.append(content)
            body.append(b"+" + content)
        else:
            old.append(content)
            new.append(content)
            body.append(b" " + content)
    return tuple(old), tuple(new), tuple(body), ragged


_SWAPPED_MARKER = {0x2D: b"+", 0x2B: b"-", 0x20: b" "}
_SWAPPED_CHANGE = {Change.CREATE: Change.DELETE, Change.DELETE: Change.CREATE}


def _reversed_hunk(hunk: Hunk) -> Hunk:
    return Hunk(
        old_start=hunk.new_start,
        old_count=hunk.new_count,
        new_start=hunk.old_start,
        new_count=hunk.old_count,
        old=hunk.new,
        new=hunk.old,
        leading=hunk.leading,
        trailing=hunk.trailing,
        body=tuple(_SWAPPED_MARKER[line[0]] + line[1:] for line in hunk.body),
        section=hunk.section,
        line=hunk.line,
        ragged=hunk.ragged,
    )


def _reversed_file(file: FilePatch) -> FilePatch:
    back = file.binary.reverse if file.binary else None
    return FilePatch(
        change=_SWAPPED_CHANGE.get(file.change, file.change),
        old_path=file.new_path,
        new_path=file.old_path,
        old_mode=file.new_mode,
        new_mode=file.old_mode,
        hunks=tuple(_reversed_hunk(hunk) for hunk in file.hunks),
        binary=BinaryChange(back.method, back.data, file.binary) if back else None,
        old_oid=file.new_oid,
        new_oid=file.old_oid,
        line=file.line,
        similarity=file.similarity,
        is_binary=file.is_binary,
        may_create=file.may_delete,
        may_delete=file.may_create,
    )
