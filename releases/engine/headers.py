"""The header of one file patch, `diff --git` or traditional, read into a draft the way git does.

What a header has said stays said: git keeps what it learnt from a header that led nowhere, and so does the draft.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from releases.engine.names import git_header_name, header_name, is_dev_null, is_epoch, traditional_name
from releases.engine.patch import BinaryChange, Change, FilePatch, Hunk, NotAPatch

_MODE = re.compile(rb"[ \t\n\v\f\r]*([-+]?)([0-7]+)([ \t\r\n]?)")
_PER_CENT = re.compile(rb"[0-9]{1,3}")
_UNSIGNED_LONG_MAX = 2**64 - 1


@dataclass(slots=True)
class Text:
    """A patch text cut into lines; `offsets[i]` is where line `i` begins and has one more element than `lines`."""

    text: bytes
    lines: list[bytes]
    offsets: list[int]
    oid_digits: int
    """Hexadecimal digits of the repository's object ids; an index line with longer ones is passed over."""
    strip: int | None = None
    """Components to strip from names; None until a traditional header lets git guess that there is none."""

    def left(self, index: int) -> int:
        """Bytes from the beginning of line `index` to the end."""
        return self.offsets[-1] - self.offsets[index]


@dataclass(slots=True)
class Draft:
    """A file patch while it is read. `is_new` and `is_delete` are None while git wouldn't know either."""

    is_new: bool | None = None
    is_delete: bool | None = None
    is_rename: bool = False
    is_copy: bool = False
    old_mode: int = 0
    new_mode: int = 0
    old_name: bytes | None = None
    new_name: bytes | None = None
    default_name: bytes | None = None
    old_oid: str = ""
    new_oid: str = ""
    line: int = 0
    hunks: list[Hunk] = field(default_factory=list)
    binary: BinaryChange | None = None
    is_binary: bool = False
    similarity: int | None = None

    def changes_metadata(self) -> bool:
        """Whether the header alone is a change, without any hunk."""
        modes_differ = self.old_mode != 0 and self.new_mode != 0 and self.old_mode != self.new_mode
        return self.is_rename or self.is_copy or self.is_new is True or self.is_delete is not False or modes_differ

    def finished(self) -> FilePatch:
        """The file patch as a value."""
        if self.is_new:
            change = Change.CREATE
        elif self.is_delete:
            change = Change.DELETE
        elif self.is_rename:
            change = Change.RENAME
        elif self.is_copy:
            change = Change.COPY
        else:
            change = Change.MODIFY
        return FilePatch(
            change=change,
            old_path=self.old_name,
            new_path=self.new_name,
            old_mode=self.old_mode or None,
            new_mode=self.new_mode or None,
            hunks=tuple(self.hunks),
            binary=self.binary,
            old_oid=self.old_oid or None,
            new_oid=self.new_oid or None,
            line=self.line,
            similarity=self.similarity,
            is_binary=self.is_binary,
            may_create=self.is_new is None,
            may_delete=self.is_delete is None,
        )


def read_traditional_header(source: Text, index: int, draft: Draft) -> None:
    """Read the `---` line at `index` and the `+++` line behind it."""
    text = source.text
    first, second = source.offsets[index] + 4, source.offsets[index + 1] + 4
    if source.strip is None:
        source.strip = _guessed_strip(text, first, second)
    strip = 1 if source.strip is None else source.strip
    if is_dev_null(text, first):
        draft.is_new, draft.is_delete = True, False
        draft.new_name = name = traditional_name(text, second, strip)
    elif is_dev_null(text, second):
        draft.is_new, draft.is_delete = False, True
        draft.old_name = name = traditional_name(text, first, strip)
    else:
        name = traditional_name(text, second, strip, traditional_name(text, first, strip))
        if is_epoch(text, first):
            draft.is_new, draft.is_delete = True, False
            draft.new_name = name
        elif is_epoch(text, second):
            draft.is_new, draft.is_delete = False, True
            draft.old_name = name
        else:
            draft.old_name = draft.new_name = name
    if name is None:
        raise NotAPatch("no file name in the header", index + 1)
    _refuse_nul(name, index)


def _guessed_strip(text: bytes, first: int, second: int) -> int | None:
    """0 where neither name has a directory, as git guesses; None where nothing is to be learnt."""
    old, new = _has_no_directory(text, first), _has_no_directory(text, second)
    if old is None:
        old = new
    return 0 if old and new else None


def _has_no_directory(text: bytes, start: int) -> bool | None:
    name = None if is_dev_null(text, start) else traditional_name(text, start, 0)
    return None if name is None or b"/" in name else True


def read_git_header(source: Text, index: int, draft: Draft) -> int:
    """Read the `diff --git` line at `index` and what belongs to it; the index of the first line that doesn't."""
    reader = _GitHeader(source, draft, 1 if source.strip is None else source.strip)
    return reader.read(index)


class _GitHeader:
    """Reads the lines behind `diff --git`, each with its own rule."""

    def __init__(self, source: Text, draft: Draft, strip: int) -> None:
        self._source = source
        self._text = source.text
        self._draft = draft
        self._strip = strip
        self._index = 0

    def read(self, index: int) -> int:
        """Read from the `diff --git` line at `index`; the index of the line that ends the header."""
        source, draft = self._source, self._draft
        draft.is_new = draft.is_delete = False
        start = source.offsets[index] + len(b"diff --git ")
        draft.default_name = self._checked(
            git_header_name(self._text, start, source.offsets[index + 1], self._strip), index
        )
        self._index = index + 1
        while self._index < len(source.lines):
            line = source.lines[self._index]
            if not line.endswith(b"\n"):
                break
            for prefix, rule in _RULES:
                if line.startswith(prefix):
                    rule(self, source.offsets[self._index] + len(prefix))
                    self._check_consistency()
                    break
            else:
                self._check_consistency()
                break
            self._index += 1
        self._settle_names(index)
        return self._index

    def _check_consistency(self) -> None:
        draft = self._draft
        if (draft.is_delete is True) + (draft.is_new is True) + draft.is_rename + draft.is_copy > 1:
            raise NotAPatch("header lines that contradict each other", self._index + 1)

    def _settle_names(self, index: int) -> None:
        draft = self._draft
        if draft.old_name is None and draft.new_name is None:
            if draft.default_name is None:
                raise NotAPatch("no file name in the git header", index + 1)
            draft.old_name = draft.new_name = draft.default_name
        if (draft.new_name is None and not draft.is_delete) or (draft.old_name is None and not draft.is_new):
            raise NotAPatch("a file name is missing in the git header", index + 1)

    def _checked(self, name: bytes | None, index: int) -> bytes | None:
        if name is not None:
            _refuse_nul(name, index)
        return name

    def _name(self, start: int) -> bytes | None:
        return self._checked(header_name(self._text, start, self._strip, to_tab=True), self._index)

    def _bare_name(self, start: int) -> bytes | None:
        strip = self._strip - 1 if self._strip else 0
        return self._checked(header_name(self._text, start, strip, to_tab=False), self._index)

    def _verified(self, start: int, known: bytes | None, is_null: bool | None, side: str) -> bytes | None:
        if known is None:
            if not is_null:
                return self._name(start)
            if not is_dev_null(self._text, start):
                raise NotAPatch("expected /dev/null", self._index + 1)
            return None
        if is_null:
            raise NotAPatch("expected /dev/null", self._index + 1)
        if self._name(start) != known:
            raise NotAPatch(f"the {side} file name differs from the one above", self._index + 1)
        return known

    def _old_name(self, start: int) -> None:
        self._draft.old_name = self._verified(start, self._draft.old_name, self._draft.is_new, "old")

    def _new_name(self, start: int) -> None:
        self._draft.new_name = self._verified(start, self._draft.new_name, self._draft.is_delete, "new")

    def _mode(self, start: int) -> int:
        match = _MODE.match(self._text, start)
        if match is None or not match.group(3):
            raise NotAPatch("not a file mode", self._index + 1)
        value = int(match.group(2), 8)
        if value > _UNSIGNED_LONG_MAX:
            value = _UNSIGNED_LONG_MAX
        elif match.group(1) == b"-":
            value = -value
        return value & 0xFFFFFFFF

    def _old_mode(self, start: int) -> None:
        self._draft.old_mode = self._mode(start)

    def _new_mode(self, start: int) -> None:
        self._draft.new_mode = self._mode(start)

    def _deleted(self, start: int) -> None:
        self._draft.is_delete = True
        self._draft.old_name = self._draft.default_name
        self._draft.old_mode = self._mode(start)

    def _created(self, start: int) -> None:
        self._draft.is_new = True
        self._draft.new_name = self._draft.default_name
        self._draft.new_mode = self._mode(start)

    def _copied_from(self, start: int) -> None:
        self._draft.is_copy = True
        self._draft.old_name = self._bare_name(start)

    def _copied_to(self, start: int) -> None:
        self._draft.is_copy = True
        self._draft.new_name = self._bare_name(start)

    def _renamed_from(self, start: int) -> None:
        self._draft.is_rename = True
        self._draft.old_name = self._bare_name(start)

    def _renamed_to(self, start: int) -> None:
        self._draft.is_rename = True
        self._draft.new_name = self._bare_name(start)

    def _similar(self, start: int) -> None:
        match = _PER_CENT.match(self._text, start)
        if match is not None and int(match.group()) <= 100:
            self._draft.similarity = int(match.group())

    def _ignored(self, start: int) -> None:
        """A dissimilarity says nothing about what the patch does."""

    def _oids(self, start: int) -> None:
        """`index 1234..5678 100644`; anything odd is passed over, as git does."""
        text, draft = self._text, self._draft
        dots = text.find(b"..", start, start + self._source.oid_digits + 2)
        if dots < 0 or text.find(b".", start, dots) >= 0:
            return
        line_end = text.find(b"\n", dots)
        blank = text.find(b" ", dots + 2, line_end)
        end = blank if blank >= 0 else line_end
        draft.old_oid = text[start:dots].decode("latin-1")
        if end - dots - 2 > self._source.oid_digits:
            return
        draft.new_oid = text[dots + 2 : end].decode("latin-1")
        if blank >= 0:
            self._old_mode(blank + 1)


_Rule = Callable[[_GitHeader, int], None]
_RULES: tuple[tuple[bytes, _Rule], ...] = (
    (b"--- ", _GitHeader._old_name),
    (b"+++ ", _GitHeader._new_name),
    (b"old mode ", _GitHeader._old_mode),
    (b"new mode ", _GitHeader._new_mode),
    (b"deleted file mode ", _GitHeader._deleted),
    (b"new file mode ", _GitHeader._created),
    (b"copy from ", _GitHeader._copied_from),
    (b"copy to ", _GitHeader._copied_to),
    (b"rename old ", _GitHeader._renamed_from),
    (b"rename new ", _GitHeader._renamed_to),
    (b"rename from ", _GitHeader._renamed_from),
    (b"rename to ", _GitHeader._renamed_to),
    (b"similarity index ", _GitHeader._similar),
    (b"dissimilarity index ", _GitHeader._ignored),
    (b"index ", _GitHeader._oids),
)


def _refuse_nul(name: bytes, index: int) -> None:
    """Git cuts a name at its first NUL byte, without a word; here it is refused instead."""
    if b"\0" in name:
        raise NotAPatch("a NUL byte in a file name", index + 1)
