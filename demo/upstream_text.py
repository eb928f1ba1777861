"""The form in which the demonstration's commits and fixes are written down: edits by content, never by line number.

An edit that names the lines it replaces can be made on any branch that has those lines, so that one text serves the
commit on master and its backports, as a cherry-pick would. A file of `sources/` holds entries:

    == name | Team            a commit; then its subject, an empty line and its body
    -- path                   edits of this file follow
    <<< / === / >>>           lines to replace, and what replaces them; the old ones must be there exactly once
                              (the last one may be cut short)
    ++ path                   a new file: the part between === and >>> is its content
    ~~ path                   lines `old => new`: every occurrence is replaced
    mv old new                a rename
    :word argument            an instruction of the history: fork, pick, release, stable
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).with_name("sources")

Files = Mapping[str, bytes]
"""A tree as path -> content; every file has mode 100644."""


class CannotEdit(Exception):
    """The files are not as an edit expects them; says which edit and what it looked for."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one file; `everywhere` replaces each occurrence, otherwise `old` is there exactly once."""

    path: str
    old: bytes
    new: bytes
    everywhere: bool = False
    moved_to: str = ""

    def apply(self, files: dict[str, bytes]) -> None:
        """Change `files` in place; raise `CannotEdit` where the old content isn't found as promised."""
        if self.moved_to:
            files[self.moved_to] = files.pop(self.path)
        elif not self.old:
            if self.path in files:
                raise CannotEdit(f"{self.path} exists already")
            files[self.path] = self.new + b"\n"
        else:
            content = files.get(self.path, b"")
            found = content.count(self.old)
            if not found or (found > 1 and not self.everywhere):
                raise CannotEdit(f"{self.path} holds {found} times: {self.old.decode(errors='replace')}")
            files[self.path] = content.replace(self.old, self.new)


@dataclass(frozen=True, slots=True)
class Entry:
    """A commit, or an instruction of the history with its argument and what it changes on top."""

    kind: str
    """`commit`, or the instruction's word."""
    name: str
    author: str = ""
    message: str = ""
    edits: tuple[Edit, ...] = ()

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.message.partition("\n")[0]


def edited(files: Files, edits: tuple[Edit, ...]) -> dict[str, bytes]:
    """A copy of `files` with the edits made, in order."""
    result = dict(files)
    for edit in edits:
        edit.apply(result)
    return result


def read_entries(path: Path) -> list[Entry]:
    """The entries of one file of `sources/`, in order."""
    entries: list[Entry] = []
    kind, name, author = "", "", ""
    message: list[str] = []
    edits: list[Edit] = []

    def finish() -> None:
        if kind:
            entries.append(Entry(kind, name, author, "\n".join(message).strip(), tuple(edits)))
        message.clear()
        edits.clear()

    lines = iter(path.read_text(encoding="utf-8").split("\n"))
    for line in lines:
        if line.startswith("== "):
            finish()
            name, _, author = (part.strip() for part in line[3:].partition("|"))
            kind = "commit"
        elif line.startswith(":"):
            finish()
            kind, _, name = line[1:].partition(" ")
            author = ""
        elif line.startswith(("-- ", "++ ", "~~ ", "mv ")):
            _read_edits(line, lines, edits)
        elif line == "<<<":
            edits.append(Edit(edits[-1].path, *_block(lines)))
        else:
            message.append(line)
    finish()
    return entries


def _read_edits(header: str, lines: Iterator[str], edits: list[Edit]) -> None:
    """Read what follows a header; further blocks of the same file are read by the caller."""
    word, path = header[:2], header[3:]
    if word == "mv":
        old, new = path.split(" ")
        edits.append(Edit(old, b"", b"", moved_to=new))
    elif word == "~~":
        for line in lines:
            if not line:
                break
            old, _, new = line.partition(" => ")
            edits.append(Edit(path, old.encode(), new.encode(), everywhere=True))
    else:
        next(lines)
        edits.append(Edit(path, *_block(lines)))


def _block(lines: Iterator[str]) -> tuple[bytes, bytes]:
    """The two halves of a block whose first marker has been read."""
    old: list[str] = []
    new: list[str] = []
    half = old
    for line in lines:
        if line == ">>>":
            break
        if line == "===":
            half = new
        else:
            half.append(line)
    return "\n".join(old).encode(), "\n".join(new).encode()
