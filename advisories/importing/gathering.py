"""What people name on a command line, read: files, folders, maildirs. Nothing is followed out of a folder."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from advisories.formats import archives
from advisories.formats.documents import Document
from advisories.formats.doubts import Doubt, Refused, Severity

MOST_FILES = 200_000
MOST_BYTES = 2 * 1024 * 1024 * 1024
"""Of everything together, as it lies there: it is held in memory."""

Inbox = Callable[[Path], Iterator[Document | Doubt] | None]
"""Reads a folder that is an archive of a kind of its own, or None where it isn't one."""


def gather(paths: Iterable[Path], inbox: Inbox = lambda folder: None) -> Iterator[Document | Doubt]:
    """Every document below `paths`, in an order of its own; what can't be read is a doubt.

    A symbolic link is followed only where it was named itself.
    """
    count = size = 0
    named = list(dict.fromkeys(paths))
    called = Counter(path.name for path in named)
    for path in named:
        # Folders of several years may all be called the same: then their whole path tells them apart.
        where = path.name if path.name and called[path.name] == 1 else str(path)
        for one in _documents(path, where, inbox):
            if isinstance(one, Doubt):
                yield one
                continue
            count, size = count + 1, size + len(one.content)
            if count > MOST_FILES or size > MOST_BYTES:
                limit = f"more than {MOST_FILES:,} files or {MOST_BYTES:,} bytes; the rest is left unread"
                yield _refused("too-much", limit, str(path))
                return
            yield one


def _documents(path: Path, where: str, inbox: Inbox) -> Iterator[Document | Doubt]:
    if not path.exists():
        yield _refused("not-there", "there is no such file or folder", str(path))
    elif path.is_dir():
        yield from _in_folder(path, where, inbox)
    else:
        yield _file(path, where)


def _in_folder(folder: Path, where: str, inbox: Inbox) -> Iterator[Document | Doubt]:
    try:
        special = inbox(folder)
        if special is not None:
            yield from (replace(one, where=f"{where}/{one.where}") for one in special)
            return
        # Of a maildir not what is still being delivered.
        parts = [part for part in (folder / "cur", folder / "new") if part.is_dir()]
        inside = parts or sorted(folder.iterdir())
    except Refused as refusal:
        yield _refused(refusal.doubt.kind, refusal.doubt.message, where)
        return
    except OSError as error:
        yield _refused("not-readable", error.strerror or "it cannot be read", where)
        return
    for path in inside:
        if path.name.startswith("."):
            continue
        if path.is_symlink():
            yield _refused("link", "a symbolic link is not followed", f"{where}/{path.name}")
        elif path.is_dir():
            yield from _in_folder(path, f"{where}/{path.name}", inbox)
        else:
            yield _file(path, f"{where}/{path.name}")


def _file(path: Path, where: str) -> Document | Doubt:
    try:
        if not path.is_file():
            return _refused("not-a-file", "neither a file nor a folder", where)
        if path.stat().st_size > archives.MOST_BYTES:
            return _refused("too-large", f"it has more than {archives.MOST_BYTES:,} bytes", where)
        return Document(where, path.read_bytes())
    except OSError as error:
        return _refused("not-readable", error.strerror or "it cannot be read", where)


def _refused(kind: str, message: str, where: str) -> Doubt:
    return Doubt(Severity.REFUSED, kind, 0, message, where)
