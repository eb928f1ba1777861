"""What a patch is once it has been read: files, hunks, binary payloads; values only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class NotAPatch(Exception):
    """The text is not a patch git would read; carries the reason and the 1-based line that shows it."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(f"line {line}: {reason}")
        self.reason = reason
        self.line = line


class Change(StrEnum):
    """What a file patch does to its path."""

    MODIFY = "modify"
    CREATE = "create"
    DELETE = "delete"
    RENAME = "rename"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class Hunk:
    """One hunk. `old` and `new` are whole lines with their endings; only a line at a file's end may lack one."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    old: tuple[bytes, ...]
    new: tuple[bytes, ...]
    leading: int
    """Context lines before the first change."""
    trailing: int
    """Context lines after the last change."""
    body: tuple[bytes, ...]
    """Lines with their marker (space, minus, plus), for display; a lost leading space is restored."""
    section: bytes
    """What stands behind the second @@."""
    line: int
    """1-based line of the hunk's header in the patch text."""
    ragged: bool = False
    """Whether some line of `old` or `new` lacks its newline: git then compares bytes and not only lines."""


@dataclass(frozen=True, slots=True)
class BinaryChange:
    """A binary payload, inflated: a literal is the whole result, a delta is git's pack delta on the old blob."""

    method: str
    """`literal` or `delta`."""
    data: bytes
    reverse: "BinaryChange | None" = None


@dataclass(frozen=True, slots=True)
class FilePatch:
    """What a patch does to one file. Paths are stripped of their first component; None where there is no such side.

    Both paths differ without `Change.RENAME` where a git header names two files and says nothing else: git then
    moves the file and doesn't mind if the target exists.
    """

    change: Change
    old_path: bytes | None
    new_path: bytes | None
    old_mode: int | None
    new_mode: int | None
    hunks: tuple[Hunk, ...]
    binary: BinaryChange | None
    old_oid: str | None
    """As abbreviated on the index line."""
    new_oid: str | None
    line: int
    """1-based line of the file's header in the patch text."""
    similarity: int | None = None
    """Per cent, of a rename or a copy."""
    is_binary: bool = False
    """A binary patch; without a `binary` payload it says only that two files differ."""
    may_create: bool = False
    """A traditional header whose one hunk only adds: it creates the file unless the file exists."""
    may_delete: bool = False
    """A traditional header whose one hunk only removes; git looks less closely at the path's safety then."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A parsed patch, in the order of its text."""

    files: tuple[FilePatch, ...]
    paths: frozenset[bytes] = field(default=frozenset())
    """Every path read or written."""
    dropped: NotAPatch | None = None
    """Why the text from some line on is ignored: git gives up reading, without failing, at a corrupt binary payload."""


def changed_paths(files: Sequence[FilePatch]) -> frozenset[bytes]:
    """Every path that these file patches read or write."""
    return frozenset(path for file in files for path in (file.old_path, file.new_path) if path is not None)
