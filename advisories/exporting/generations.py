"""PURE: generations of a site below one folder. `current` leads to one of them, and is moved in one step.

    DIR/current -> generations/12      what a web server serves
    DIR/generations/12/…               one whole site; files that did not change are the same file as in 11
    DIR/generations/12.json            what each part of it was made of
    DIR/lock

A run that dies leaves a folder that nothing leads to, which the next one takes away.
"""

import fcntl
import gzip
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from advisories.exporting.types import is_compressible

KEPT = 3
"""Generations that stay: whoever is in the middle of fetching an earlier one's files finds them."""
_UNFINISHED = ".new"
_SMALLEST_COMPRESSED = 1_000


class AnotherRun(Exception):
    """Somebody else is exporting to this folder right now."""


class NotOurs(Exception):
    """There is something at this place that an export never made."""


@dataclass(frozen=True, slots=True)
class Part:
    """Pages that change together: what they were made of, and their files, below the site."""

    made_of: str
    files: tuple[str, ...]
    tags: Mapping[str, str] = field(default_factory=dict)
    """Under which tag the portal gave some of them, by address: it may say that nothing changed."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One whole site."""

    folder: Path
    parts: Mapping[str, Part] = field(default_factory=dict)
    version: str = ""
    """What the whole of it was made of."""


@contextmanager
def held(site: Path, *, wait: bool) -> Iterator[None]:
    """Keep others out of `site`, which is made where it is missing. Raises `AnotherRun`, and `NotOurs`."""
    site.mkdir(parents=True, exist_ok=True)
    if any(one.name not in {"current", "generations", "lock"} for one in site.iterdir()):
        raise NotOurs(f"{site} holds something else: give the export a folder of its own")
    (site / "generations").mkdir(exist_ok=True)
    for folder in (site, site / "generations"):
        folder.chmod(0o755)
    with (site / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise AnotherRun(str(site)) from None
        yield


def newest(site: Path) -> Generation | None:
    """The generation that readers get; None where there is none, or it cannot be told what it was made of."""
    try:
        folder = (site / "current").resolve(strict=True)
        told = json.loads(folder.with_name(f"{folder.name}.json").read_text())
        parts = {name: Part(made_of, tuple(files), tags) for name, (made_of, files, tags) in told["parts"].items()}
        return Generation(folder, parts, told["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


class Building:
    """A generation that nobody sees yet. Made by whoever holds the site."""

    def __init__(self, site: Path) -> None:
        self.site = site
        self._all = site / "generations"
        numbers = [int(one.name) for one in self._all.iterdir() if one.name.isdigit()]
        self._number = max(numbers, default=0) + 1
        self.folder = self._all / f"{self._number}{_UNFINISHED}"
        for left in self._all.glob(f"*{_UNFINISHED}"):
            shutil.rmtree(left)
        self.folder.mkdir()
        self.folder.chmod(0o755)

    def write(self, name: str, content: bytes, changed_s: float | None = None, *, before: Path | None = None) -> bool:
        """Lay one file down; as the same file as in the generation `before` where it is unchanged. Whether it is new.

        `changed_s` is when its content changed, in seconds since the epoch. Raises `ValueError` for a name that leads
        out of the site.
        """
        target = self._place(name)
        if before is not None and _holds(before / name, content):
            self.link(before, [name])
            return False
        _put(target, content, changed_s)
        if is_compressible(name) and len(content) >= _SMALLEST_COMPRESSED:
            _put(target.with_name(f"{target.name}.gz"), gzip.compress(content, 9, mtime=0), changed_s)
        return True

    def link(self, before: Path, names: list[str] | tuple[str, ...]) -> None:
        """Take files over from the generation `before`. Raises `OSError` where one is missing there."""
        made: set[str] = set()
        for name in names:
            target = self._place(name, made)
            _link(before / name, target)
            if is_compressible(name):
                packed = before / f"{name}.gz"
                if packed.exists():
                    _link(packed, target.with_name(f"{target.name}.gz"))

    def finish(self, parts: Mapping[str, Part], version: str) -> Generation:
        """Let readers have it: written out to the disk, then led to in one step."""
        told: dict[str, Any] = {
            "version": version,
            "parts": {name: [part.made_of, list(part.files), dict(part.tags)] for name, part in sorted(parts.items())},
        }
        done = self._all / str(self._number)
        about = done.with_name(f"{done.name}.json")
        about.write_text(json.dumps(told))
        about.chmod(0o600)
        os.sync()
        self.folder.rename(done)
        ahead = self._all / f"current{_UNFINISHED}"
        ahead.unlink(missing_ok=True)
        ahead.symlink_to(Path("generations") / done.name)
        ahead.rename(self.site / "current")
        self.folder = done
        return Generation(done, dict(parts), version)

    def drop(self) -> None:
        """Take back what was begun."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _place(self, name: str, made: set[str] | None = None) -> Path:
        parts = PurePosixPath(name).parts
        if not parts or name.startswith("/") or ".." in parts or "\0" in name:
            raise ValueError(f"no name of a file below the site: {name[:100]!r}")
        target = self.folder.joinpath(*parts)
        parent = str(PurePosixPath(name).parent)
        if made is None or parent not in made:
            _folders(self.folder, target.parent)
            if made is not None:
                made.add(parent)
        return target


def forget_old(site: Path) -> None:
    """Take generations away that nobody needs any more."""
    everything = site / "generations"
    numbers = sorted((int(one.name) for one in everything.iterdir() if one.name.isdigit()), reverse=True)
    current = (site / "current").resolve().name
    for number in numbers[KEPT:]:
        if str(number) != current:
            (everything / f"{number}.json").unlink(missing_ok=True)
            shutil.rmtree(everything / str(number))


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


def _link(source: Path, target: Path) -> None:
    """The same file twice; a copy where the file system knows no such thing."""
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copy2(source, target)


def _holds(file: Path, content: bytes) -> bool:
    try:
        return file.stat().st_size == len(content) and file.read_bytes() == content
    except OSError:
        return False
