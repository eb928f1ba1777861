"""A commit's tree read on demand, with changes in memory on top; nothing is ever written."""

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

TYPE_BITS = 0o170000
REGULAR = 0o100000
SYMLINK = 0o120000
GITLINK = 0o160000
DIRECTORY = 0o040000


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a tree: its mode and the object id, lower-case hexadecimal."""

    mode: int
    oid: str


class Source(Protocol):
    """Where trees and blobs come from."""

    def tree(self, oid: str) -> Mapping[bytes, Entry]:
        """The raw entries of one tree, by name; one level only."""

    def blob(self, oid: str) -> bytes:
        """The content of a blob."""


def canonical_mode(mode: int) -> int:
    """The mode git's index keeps for `mode`: a file executable or not, a symlink, or a gitlink."""
    kind = mode & TYPE_BITS
    if kind == SYMLINK:
        return SYMLINK
    if kind in (GITLINK, DIRECTORY):
        return GITLINK
    return 0o100755 if mode & 0o100 else 0o100644


def object_id(kind: bytes, data: bytes, digits: int = 40) -> str:
    """The id git gives an object of `kind` (`blob`, `tree`), of 40 digits (SHA-1) or 64 (SHA-256)."""
    digest = hashlib.sha1(usedforsecurity=False) if digits == 40 else hashlib.sha256()
    digest.update(b"%s %d\0" % (kind, len(data)))
    digest.update(data)
    return digest.hexdigest()


def split_lines(content: bytes) -> list[bytes]:
    """Cut at newlines alone; each line keeps its ending and only the last may lack one."""
    return io.BytesIO(content).readlines()


class File:
    """A file's mode and content; content, lines and id are worked out from each other when first asked for."""

    __slots__ = ("_content", "_lines", "_oid", "_size", "mode")

    def __init__(
        self,
        mode: int,
        *,
        content: bytes | None = None,
        lines: Sequence[bytes] | None = None,
        oid: str | None = None,
        size: int | None = None,
    ) -> None:
        self.mode = mode
        self._size = size
        self._content = content
        self._lines = lines
        self._oid = oid

    def lines(self, source: Source) -> Sequence[bytes]:
        """The lines, not to be changed by the caller."""
        if self._lines is None:
            self._lines = split_lines(self.content(source))
            self._content = None  # the lines say it all
        return self._lines

    def content(self, source: Source) -> bytes:
        """The bytes; of a gitlink the line git makes up for it."""
        if self._content is not None:
            return self._content
        if self._lines is not None:
            return b"".join(self._lines)
        if self._oid is None:
            return b""
        if self.mode & TYPE_BITS == GITLINK:
            return b"Subproject commit %s\n" % self._oid.encode()
        return source.blob(self._oid)

    def with_mode(self, mode: int) -> "File":
        """The same content under another mode."""
        if self.mode == mode:
            return self
        if self.mode & TYPE_BITS == GITLINK:
            raise ValueError("a gitlink has no content to keep")
        return File(mode, content=self._content, lines=self._lines, oid=self._oid, size=self._size)

    def size(self, source: Source) -> int:
        """The size in bytes."""
        if self._size is None:
            self._size = sum(map(len, self.lines(source)))
        return self._size

    @property
    def known_oid(self) -> str | None:
        """The object id if it needn't be worked out."""
        return self._oid

    def oid(self, source: Source, digits: int) -> str:
        """The object id, worked out without writing the object."""
        if self._oid is None:
            self._oid = object_id(b"blob", self.content(source), digits)
        return self._oid


class _Base:
    """A tree read on demand; what has been read is kept and shared by all overlays on it."""

    def __init__(self, source: Source, tree_oid: str) -> None:
        self.source = source
        self.tree_oid = tree_oid
        self._trees: dict[str, Mapping[bytes, Entry]] = {}
        self._files: dict[bytes, File | None] = {}

    def tree(self, oid: str) -> Mapping[bytes, Entry]:
        tree = self._trees.get(oid)
        if tree is None:
            tree = self._trees[oid] = self.source.tree(oid)
        return tree

    def lookup(self, path: bytes) -> Entry | None:
        """The entry at `path`, directories included."""
        entry: Entry | None = Entry(DIRECTORY, self.tree_oid)
        for name in path.split(b"/"):
            if entry is None or entry.mode & TYPE_BITS != DIRECTORY:
                return None
            entry = self.tree(entry.oid).get(name)
        return entry

    def file(self, path: bytes) -> File | None:
        """The file at `path`; None where there is none or a directory."""
        try:
            return self._files[path]
        except KeyError:
            entry = self.lookup(path)
            file = None
            if entry is not None and entry.mode & TYPE_BITS != DIRECTORY:
                file = File(canonical_mode(entry.mode), oid=entry.oid)
            self._files[path] = file
            return file

    def files_below(self, path: bytes) -> Iterator[bytes]:
        """Paths of the files under the directory `path`; none where there is no such directory."""
        top = self.lookup(path)
        pending = [(path, top)] if top is not None and top.mode & TYPE_BITS == DIRECTORY else []
        while pending:
            directory, entry = pending.pop()
            for name, below in self.tree(entry.oid).items():
                if below.mode & TYPE_BITS == DIRECTORY:
                    pending.append((directory + b"/" + name, below))
                else:
                    yield directory + b"/" + name


class Overlay:
    """A tree with changes in memory on top. It holds files only: directories come and go with what is in them."""

    __slots__ = ("_base", "_changes", "_directories", "digits")

    def __init__(self, source: Source, tree_oid: str) -> None:
        self._base = _Base(source, tree_oid)
        self._changes: dict[bytes, File | None] = {}
        self._directories: set[bytes] = set()
        """Directories above files that were written, gone since or not: what isn't in here needs no search."""
        self.digits = len(tree_oid)

    def fork(self) -> Self:
        """An overlay that begins as this one is now; costs as much as there are changes."""
        twin = type(self).__new__(type(self))
        twin._base = self._base
        twin._changes = self._changes.copy()
        twin._directories = self._directories.copy()
        twin.digits = self.digits
        return twin

    def adopt(self, fork: "Overlay") -> None:
        """Become as `fork` is now; it must have come from this overlay's base."""
        self._changes = fork._changes.copy()
        self._directories = fork._directories.copy()

    def file(self, path: bytes) -> File | None:
        """The file at `path`, or None."""
        try:
            return self._changes[path]
        except KeyError:
            return self._base.file(path)

    def mode(self, path: bytes) -> int | None:
        """The mode of the file at `path`, or None; cheaper than `entry`, which needs the id."""
        file = self.file(path)
        return file.mode if file is not None else None

    def entry(self, path: bytes) -> Entry | None:
        """Mode and id of the file at `path`, or None; directories have no entry."""
        file = self.file(path)
        return Entry(file.mode, file.oid(self._base.source, self.digits)) if file is not None else None

    def lines(self, path: bytes) -> Sequence[bytes]:
        """The lines of the file at `path`, not to be changed by the caller; KeyError where there is none."""
        return self._existing(path).lines(self._base.source)

    def content(self, path: bytes) -> bytes:
        """The bytes of the file at `path`; KeyError where there is none."""
        return self._existing(path).content(self._base.source)

    def content_of(self, file: File) -> bytes:
        """The bytes of a file that `file()` gave."""
        return file.content(self._base.source)

    def lines_of(self, file: File) -> Sequence[bytes]:
        """The lines of a file that `file()` gave, not to be changed by the caller."""
        return file.lines(self._base.source)

    def size_of(self, file: File) -> int:
        """The size in bytes of a file that `file()` gave."""
        return file.size(self._base.source)

    def write(self, path: bytes, file: File) -> None:
        """Put a file at `path`, replacing what is there."""
        self._changes[path] = file
        directory = path.rpartition(b"/")[0]
        while directory and directory not in self._directories:
            self._directories.add(directory)
            directory = directory.rpartition(b"/")[0]

    def remove(self, path: bytes) -> None:
        """Take away the file at `path`, if there is one."""
        self._changes[path] = None

    def is_directory(self, path: bytes) -> bool:
        """Whether there is a file below `path`."""
        prefix = path + b"/"
        if path in self._directories:
            below = (file for name, file in self._changes.items() if name.startswith(prefix))
            if any(file is not None for file in below):
                return True
        return any(self._changes.get(name, self) is not None for name in self._base.files_below(path))

    def changes(self) -> dict[bytes, Entry | None]:
        """What differs from the base: path to entry, None for a file that is gone."""
        differing: dict[bytes, Entry | None] = {}
        for path, file in sorted(self._changes.items(), key=lambda item: item[0]):
            before = self._base.lookup(path)
            if before is not None and before.mode & TYPE_BITS == DIRECTORY:
                before = None
            after = self.entry(path) if file is not None else None
            if before != after:
                differing[path] = after
        return differing

    def tree_id(self) -> str:
        """The id of the whole resulting tree; reads only the trees on the way to what changed, writes nothing."""
        levels: dict[int, dict[bytes, dict[bytes, Entry | None]]] = {}
        for path, entry in self.changes().items():
            directory, _, name = path.rpartition(b"/")
            _at(levels, directory)[name] = entry
        if not levels:
            return self._base.tree_oid
        root = ""
        for depth in range(max(levels), -1, -1):
            for directory, names in levels.pop(depth, {}).items():
                tree = self._changed_tree(directory, names)
                if not directory:
                    root = tree or object_id(b"tree", b"", self.digits)
                    continue
                parent, _, name = directory.rpartition(b"/")
                if tree:
                    _at(levels, parent)[name] = Entry(DIRECTORY, tree)
                else:
                    _at(levels, parent).setdefault(name, None)  # a file may have taken the directory's place
        return root

    def _existing(self, path: bytes) -> File:
        file = self.file(path)
        if file is None:
            raise KeyError(path)
        return file

    def _changed_tree(self, directory: bytes, names: Mapping[bytes, Entry | None]) -> str | None:
        """The id of the tree at `directory` once `names` are put into it; None where nothing remains."""
        base = self._base
        before = base.lookup(directory) if directory else Entry(DIRECTORY, base.tree_oid)
        entries: dict[bytes, Entry | None] = {}
        if before is not None and before.mode & TYPE_BITS == DIRECTORY:
            entries.update(base.tree(before.oid))
        entries.update(names)
        return _tree_id({name: entry for name, entry in entries.items() if entry is not None}, self.digits)


def _at(levels: dict[int, dict[bytes, dict[bytes, Entry | None]]], directory: bytes) -> dict[bytes, Entry | None]:
    depth = directory.count(b"/") + 1 if directory else 0
    return levels.setdefault(depth, {}).setdefault(directory, {})


def _tree_id(entries: Mapping[bytes, Entry], digits: int) -> str | None:
    if not entries:
        return None
    rows = []
    for name, entry in entries.items():
        if entry.mode & TYPE_BITS == DIRECTORY:
            rows.append((name + b"/", b"40000 %s\0" % name + bytes.fromhex(entry.oid)))
        else:
            rows.append((name, b"%o %s\0" % (canonical_mode(entry.mode), name) + bytes.fromhex(entry.oid)))
    rows.sort()
    return object_id(b"tree", b"".join(row for _, row in rows), digits)
