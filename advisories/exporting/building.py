"""PURE: the next generation of a site, laid down where the oldest one lay, so that it costs what changed.

Folders and links of ten thousand files take longer to make and to take away than a release takes to render. The oldest
generation would go anyway, and almost all of its files are the same files: it is brought up to date under a name that
nothing leads to. Until there are so many, spares stand for older ones; whoever lays everything down lays them too.
Nothing is begun before the first file that is another: a run that finds none writes nothing at all.
"""

import gzip
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from advisories.exporting import generations
from advisories.exporting.generations import KEPT, UNFINISHED, Generation, Part
from advisories.exporting.types import is_compressible

_SMALLEST_COMPRESSED = 1_000
_LEVEL = 6
"""Nine takes half as long again for one byte in a hundred."""


class Building:
    """A generation that nobody sees yet. Made by whoever holds the site."""

    def __init__(self, site: Path, before: Generation | None) -> None:
        self.site = site
        self.before = before
        self._all = site / "generations"
        self._number = max(generations.numbers(site), default=0) + 1
        self.folder = self._all / f"{self._number}{UNFINISHED}"
        self.is_begun = False
        self._is_fresh = False
        """Whether the folder began empty."""
        self._same: dict[str, int] = {}
        """Files that stay as they are, with the inodes that they have in the generation before."""
        self._left: set[str] = set()
        """What may lie in the folder and belong to it no longer."""
        for left in self._all.glob(f"*{UNFINISHED}"):
            left.unlink() if left.is_symlink() else shutil.rmtree(left)

    def begin(self) -> None:
        """Have a folder to write to; once."""
        if self.is_begun:
            return
        self.is_begun = True
        needless = self._needless()
        self._is_fresh = needless is None
        if needless is None:
            _folders(self._all, self.folder)
        else:
            needless.folder.rename(self.folder)
            generations.about(needless.folder).unlink()
            self._left |= needless.names

    def write(self, name: str, content: bytes, changed_s: float | None = None) -> None:
        """Lay one file down; where it is what it was, that file stays.

        `changed_s` is when its content changed, in seconds since the epoch. Raises `ValueError` for a name that leads
        out of the site.
        """
        _check(name)
        if self.before is not None and _holds(self.before.folder / name, content):
            self.keep((name,))
            return
        self.begin()
        self._same.pop(name, None)
        target = self.folder / name
        _folders(self.folder, target.parent)
        packed = target.with_name(f"{target.name}.gz")
        _put(target, content, changed_s)
        if is_compressible(name) and len(content) >= _SMALLEST_COMPRESSED:
            _put(packed, gzip.compress(content, _LEVEL, mtime=0), changed_s)
        else:
            packed.unlink(missing_ok=True)

    def keep(self, names: Iterable[str]) -> None:
        """Let files be what they are in the generation before; where one is missing there, `FileNotFoundError`."""
        if self.before is None:
            raise FileNotFoundError("there is no generation before")
        top = f"{self.before.folder}/"
        found = {name: os.stat(top + name).st_ino for name in names}  # noqa: PTH116  # ten thousand of them
        if self.is_begun:
            self._link(self.before.folder, found)
        else:
            self._same |= found

    def doubt(self, names: Iterable[str]) -> None:
        """Let these be made anew, here or by another process; in the end they go unless they belong to the site."""
        for name in names:
            self._same.pop(name, None)
            self._left.add(name)

    def finish(self, parts: Mapping[str, Part], version: str) -> Generation:
        """Let readers have it: written out to the disk, then led to in one step. The one before where that is it."""
        made = Generation(self._all / str(self._number), dict(parts), version)
        names, before = made.names, self.before
        if before is not None and not self.is_begun and (before.version, before.names) == (version, names):
            return before
        self.begin()
        if before is not None:
            self._link(before.folder, {name: inode for name, inode in self._same.items() if name in names})
        self._take_away(self._left - names)
        generations.write(made)
        os.sync()
        self.folder.rename(made.folder)
        ahead = self._all / f"current{UNFINISHED}"
        ahead.unlink(missing_ok=True)
        ahead.symlink_to(Path("generations") / made.folder.name)
        ahead.rename(self.site / "current")
        if before is None:
            self._lay_spares(made)
        return made

    def drop(self) -> None:
        """Take back what was begun."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _needless(self) -> Generation | None:
        """A spare, or the generation that goes once there is another."""
        for spare in generations.spares(self.site):
            if found := generations.read(spare):
                return found
        numbers = generations.numbers(self.site)
        oldest = self._all / str(numbers[0]) if len(numbers) >= KEPT else None
        if oldest is None or self.before is None or oldest == self.before.folder:
            return None
        return generations.read(oldest)

    def _lay_spares(self, made: Generation) -> None:
        """As many as the next runs need until there are generations to spare; readers have the site already."""
        for old in generations.spares(self.site):
            generations.about(old).unlink(missing_ok=True)
            shutil.rmtree(old)
        for count in range(KEPT - len(generations.numbers(self.site))):
            spare = generations.spare(self.site, count)
            unfinished = spare.with_name(f"{spare.name}{UNFINISHED}")
            _folders(self._all, unfinished)
            _link_all(made.folder, unfinished, made.names)
            generations.write(replace(made, folder=spare))
            unfinished.rename(spare)

    def _link(self, before: Path, same: Mapping[str, int]) -> None:
        """Have the same file as in `before`, wherever the folder has another yet."""
        top = f"{self.folder}/"
        others = same if self._is_fresh else (name for name, inode in same.items() if _inode(top + name) != inode)
        _link_all(before, self.folder, others)

    def _take_away(self, names: Iterable[str]) -> None:
        """What the site has no longer, and folders that it leaves empty."""
        for name in names:
            target = self.folder / name
            target.unlink(missing_ok=True)
            target.with_name(f"{target.name}.gz").unlink(missing_ok=True)
            for folder in target.parents:
                if folder == self.folder or not folder.is_dir() or any(folder.iterdir()):
                    break
                folder.rmdir()


def _check(name: str) -> None:
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\0" in name:
        raise ValueError(f"no name of a file below the site: {name[:100]!r}")


def _folders(top: Path, folder: Path) -> None:
    """Make a folder with those above it, for everyone to read whatever this account's mask says."""
    if folder == top or folder.exists():
        return
    _folders(top, folder.parent)
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)


def _put(target: Path, content: bytes, changed_s: float | None) -> None:
    # Never into what is there: it may be the same file as in a generation that readers have.
    target.unlink(missing_ok=True)
    target.write_bytes(content)
    target.chmod(0o644)
    if changed_s is not None:
        os.utime(target, (changed_s, changed_s))


def _link(source: str, target: str) -> None:
    """The same file twice, a copy where the file system knows no such thing; nothing where there is no source."""
    try:
        os.link(source, target)
    except FileExistsError:
        Path(target).unlink()
        _link(source, target)
    except FileNotFoundError:
        Path(target).unlink(missing_ok=True)
    except OSError:
        shutil.copy2(source, target)


def _link_all(before: Path, folder: Path, names: Iterable[str]) -> None:
    """The same files in `folder` as in `before`, with their packed copies."""
    made: set[str] = set()
    for name in names:
        parent = name.rpartition("/")[0]
        if parent not in made:
            _folders(folder, folder / parent)
            made.add(parent)
        _link(f"{before}/{name}", f"{folder}/{name}")
        if is_compressible(name):
            _link(f"{before}/{name}.gz", f"{folder}/{name}.gz")


def _inode(file: str) -> int | None:
    try:
        return os.stat(file).st_ino  # noqa: PTH116  # ten thousand of them
    except OSError:
        return None


def _holds(file: Path, content: bytes) -> bool:
    try:
        return file.stat().st_size == len(content) and file.read_bytes() == content
    except OSError:
        return False
