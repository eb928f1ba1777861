"""PURE: generations of a site below one folder. `current` leads to one of them, and is moved in one step.

    DIR/current -> generations/12      what a web server serves
    DIR/generations/12/…               one whole site; files that did not change are the same file as in 11
    DIR/generations/12.json            what each part of it was made of
    DIR/generations/spare-0/…          the first one again, for a later one to be laid down in
    DIR/lock

A run that dies leaves a folder that nothing leads to, which the next one takes away.
"""

import fcntl
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

KEPT = 3
"""Generations that stay: whoever is in the middle of fetching an earlier one's files finds them."""
UNFINISHED = ".new"


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

    @property
    def names(self) -> set[str]:
        """Of all its files but for packed copies, below the site."""
        return {name for part in self.parts.values() for name in part.files}


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
        return read((site / "current").resolve(strict=True))
    except OSError:
        return None


def read(folder: Path) -> Generation | None:
    """The generation in a folder; None where it cannot be told what it was made of."""
    try:
        told = json.loads(about(folder).read_text())
        parts = {name: Part(made_of, tuple(files), tags) for name, (made_of, files, tags) in told["parts"].items()}
        return Generation(folder, parts, told["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(one: Generation) -> None:
    """Keep what a generation was made of, for no web server to serve."""
    told: dict[str, Any] = {
        "version": one.version,
        "parts": {name: [part.made_of, list(part.files), dict(part.tags)] for name, part in sorted(one.parts.items())},
    }
    about(one.folder).write_text(json.dumps(told))
    about(one.folder).chmod(0o600)


def about(folder: Path) -> Path:
    """Where it stands what a generation was made of."""
    return folder.with_name(f"{folder.name}.json")


def numbers(site: Path) -> list[int]:
    """Those there are, the oldest first."""
    return sorted(int(one.name) for one in (site / "generations").iterdir() if one.name.isdigit())


def spare(site: Path, number: int) -> Path:
    """Where one of the spares lies."""
    return site / "generations" / f"spare-{number}"


def spares(site: Path) -> list[Path]:
    """Copies of a generation that nothing leads to, made of the same files."""
    found = (spare(site, number) for number in range(KEPT))
    return [one for one in found if one.is_dir()]


def forget_old(site: Path) -> None:
    """Take generations away that nobody needs any more."""
    current = (site / "current").resolve()
    for number in numbers(site)[:-KEPT]:
        folder = current.with_name(str(number))
        if folder != current:
            about(folder).unlink(missing_ok=True)
            shutil.rmtree(folder)
