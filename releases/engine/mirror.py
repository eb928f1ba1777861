"""A bare mirror of one upstream: clone, fetch, refs. It only ever holds what the upstream published.

One fetch at a time per mirror and machine (a file lock). Readers hold a lock of their own, so that a mirror is
never replaced or repacked under them; a fetch adds objects and moves refs, which disturbs nobody.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from releases.engine.addresses import PROTOCOLS, protocol_of
from releases.engine.git import Git, GitTimeout, GitTrouble

_REFSPECS = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
_FETCH = (
    "--prune", "--force", "--no-tags", "--atomic", "--quiet", "--no-auto-maintenance", "--no-write-fetch-head",
    "--no-recurse-submodules", "--no-show-forced-updates", "--end-of-options",
)  # fmt: skip
_REF_FORMAT = (
    "--format=%(refname)%00%(objectname)%00%(objecttype)%00%(*objectname)%00%(*objecttype)%00%(creatordate:unix)"
)

_CONFIG = """[http]
\tfollowRedirects = false
\tlowSpeedLimit = 100
\tlowSpeedTime = 60
[fetch "fsck"]
\tbadTimezone = ignore
\tmissingEmail = ignore
\tmissingNameBeforeEmail = ignore
\tmissingSpaceBeforeDate = ignore
\tmissingSpaceBeforeEmail = ignore
\tzeroPaddedFilemode = ignore
\tzeroPaddedDate = ignore
"""
"""Warts that old, honest histories have are no reason to refuse a fetch; everything else fsck finds is."""

_MOST_PACKS = 40
_WAIT_FOR_READERS_S = 30.0


class MirrorTrouble(Exception):
    """The mirror could not be brought up to date; says why in words fit to show. The old state is kept."""


class UpstreamUnreachable(MirrorTrouble):
    """The upstream doesn't answer, or not in time: later it may."""


class MirrorBusy(MirrorTrouble):
    """Another process on this machine is fetching into the mirror, or reading from one to be replaced."""


@dataclass(frozen=True, slots=True)
class Ref:
    """A branch or tag that leads to a commit."""

    name: str
    """Full, as in refs/heads/stable-1.7."""
    commit: str
    """Tags peeled."""
    made_at: datetime | None
    """When the tag was made or the commit committed (UTC)."""


@dataclass(frozen=True)
class Mirror:
    """A mirror's place on this machine; it need not be there yet."""

    path: Path
    protocols: tuple[str, ...] = PROTOCOLS

    @property
    def git(self) -> Git:
        """The mirror as a repository to ask."""
        return Git(self.path)

    @property
    def is_there(self) -> bool:
        """Whether a clone has been finished here and nobody has found it broken since."""
        return (self.path / "HEAD").exists() and not self._suspect.exists()

    def fetch(self, url: str, *, limit_s: float, wait_s: float = 0.0) -> None:
        """Make the mirror's refs those of the upstream at `url`, cloning where there is no sound mirror.

        Waits up to `wait_s` seconds for another fetch to end. Raises `AddressRefused`, `MirrorBusy`,
        `UpstreamUnreachable`, or `MirrorTrouble` for what won't pass by itself. The old mirror stays on any of them.
        """
        protocol = protocol_of(url, self.protocols)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + limit_s
        with _locked(self._lock_file("fetching"), fcntl.LOCK_EX, wait_s, "another fetch is under way"):
            if not self._is_usable(deadline):
                self._clone(url, protocol, deadline)
                return
            _remove_leftovers(self.path)
            try:
                _fetch(Git(self.path), url, protocol, _left(deadline))
            except GitTimeout as trouble:
                raise UpstreamUnreachable(str(trouble)) from trouble
            except GitTrouble as trouble:
                _ask(Git(self.path), url, protocol, _left(deadline))
                if _is_sound(self.path, _left(deadline)):
                    raise MirrorTrouble(str(trouble)) from trouble
                self._clone(url, protocol, deadline)
            self._repack()

    def suspect(self) -> None:
        """Say that reading from the mirror went wrong: the next fetch looks, and clones anew if it is broken."""
        if self.path.exists():
            self._suspect.touch()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Git]:
        """The mirror, kept in place as long as it is read."""
        with _locked(self._lock_file("reading"), fcntl.LOCK_SH, _WAIT_FOR_READERS_S, "the mirror is being replaced"):
            yield self.git

    def refs(self) -> dict[str, Ref]:
        """Every branch and tag that leads to a commit, by full name; names that aren't UTF-8 are left out."""
        told = self.git.run("for-each-ref", _REF_FORMAT, "refs/heads", "refs/tags").stdout
        found: dict[str, Ref] = {}
        for line in told.split(b"\n")[:-1]:
            raw_name, oid, kind, peeled, peeled_kind, made = line.split(b"\0")
            try:
                name = raw_name.decode("utf-8")
            except UnicodeDecodeError:
                continue
            commit = oid.decode("ascii") if kind == b"commit" else None
            if kind == b"tag":
                commit = peeled.decode("ascii") if peeled_kind == b"commit" else self.commit(name)
            if commit is not None:
                found[name] = Ref(name, commit, datetime.fromtimestamp(int(made), UTC) if made else None)
        return found

    def commit(self, name: str) -> str | None:
        """The commit that `name` leads to, or None."""
        told = self.git.run(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}", expected=(0, 1, 128)
        )
        return told.stdout.decode("ascii").strip() if told.status == 0 else None

    def lacks(self, commits: Iterable[str]) -> list[str]:
        """Those of `commits` (full ids) that the mirror doesn't hold; all of them where there is no mirror."""
        wanted = list(commits)
        if not wanted or not self.is_there:
            return wanted
        asked = "".join(f"{commit}\n" for commit in wanted).encode("ascii")
        told = self.git.run("cat-file", "--batch-check=%(objecttype)", stdin=asked).stdout.splitlines()
        return [commit for commit, answer in zip(wanted, told, strict=True) if answer != b"commit"]

    def merge_base(self, one: str, other: str) -> str | None:
        """The best commit that both commits have in their history, or None."""
        told = self.git.run("merge-base", one, other, expected=(0, 1))
        return told.stdout.decode("ascii").split("\n", 1)[0] or None

    def read(self, commit: str, path: str, *, most_bytes: int) -> bytes | None:
        """A file of a commit; None where there is none, or one larger than `most_bytes`."""
        name = f"{commit}:{path}"
        size = self.git.run("cat-file", "-s", name, expected=(0, 128))
        if size.status or int(size.stdout) > most_bytes:
            return None
        told = self.git.run("cat-file", "blob", name, expected=(0, 128))
        return told.stdout if told.status == 0 else None

    @property
    def _suspect(self) -> Path:
        return self.path / "penstock-suspect"

    def _is_usable(self, deadline: float) -> bool:
        if not (self.path / "HEAD").exists() or not _is_repository(self.path):
            return False
        if self._suspect.exists():
            if not _is_sound(self.path, _left(deadline)):
                return False
            self._suspect.unlink()
        return True

    def _lock_file(self, purpose: str) -> Path:
        return self.path.with_name(f"{self.path.name}.{purpose}")

    def _clone(self, url: str, protocol: str, deadline: float) -> None:
        """Clone beside the old mirror and swap: whatever happens before the swap, the old one stays."""
        for left_behind in self.path.parent.glob(f"{self.path.name}.new-*"):
            shutil.rmtree(left_behind, ignore_errors=True)
        place = Path(tempfile.mkdtemp(prefix=f"{self.path.name}.new-", dir=self.path.parent))
        try:
            fresh = Git(place)
            _init(fresh)
            if _ask(fresh, url, protocol, _left(deadline)) == 64:
                _init(fresh, "--object-format=sha256")
            try:
                _fetch(fresh, url, protocol, _left(deadline))
            except GitTimeout as trouble:
                raise UpstreamUnreachable(str(trouble)) from trouble
            except GitTrouble as trouble:
                raise MirrorTrouble(str(trouble)) from trouble
            self._replace_by(place)
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def _replace_by(self, place: Path) -> None:
        lock = self._lock_file("reading")
        with _locked(lock, fcntl.LOCK_EX, _WAIT_FOR_READERS_S, "the mirror to be replaced is being read"):
            old = place.with_name(f"{place.name}-old")
            if self.path.exists():
                self.path.rename(old)
            place.rename(self.path)
        shutil.rmtree(old, ignore_errors=True)

    def _repack(self) -> None:
        """Join small packs once there are many, unless somebody is reading; nothing is dropped."""
        if sum(1 for _ in (self.path / "objects" / "pack").glob("*.pack")) <= _MOST_PACKS:
            return
        reading = _locked(self._lock_file("reading"), fcntl.LOCK_EX, 0, "the mirror is being read")
        with contextlib.suppress(MirrorBusy, GitTrouble), reading:
            self.git.run("repack", "-d", "--geometric=2", "--quiet", limit_s=600)


def _init(git: Git, *options: str) -> None:
    for entry in git.git_dir.iterdir():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    git.run("init", "--bare", "--quiet", "--template=", *options)
    with (git.git_dir / "config").open("a") as config:
        config.write(_CONFIG)


def _fetch(git: Git, url: str, protocol: str, limit_s: float) -> None:
    git.run("fetch", *_FETCH, url, *_REFSPECS, protocols=(protocol,), limit_s=limit_s)


def _ask(git: Git, url: str, protocol: str, limit_s: float) -> int:
    """How many digits the upstream's object ids have, 0 where it has none; `UpstreamUnreachable` without an answer."""
    try:
        told = git.run(
            "ls-remote", "--heads", "--tags", "--end-of-options", url, protocols=(protocol,), limit_s=limit_s
        ).stdout
    except GitTrouble as trouble:
        raise UpstreamUnreachable(_first_sentence(trouble)) from trouble
    return len(told.split(b"\t", 1)[0]) if b"\t" in told else 0


def _first_sentence(trouble: GitTrouble) -> str:
    """What git said without its advice, which fills five lines."""
    first = trouble.said.split("\n", 1)[0].removeprefix("fatal: ")
    return first or str(trouble)


def _is_repository(path: Path) -> bool:
    told = Git(path).run("rev-parse", "--is-bare-repository", expected=(0, 128))
    return told.status == 0 and told.stdout.strip() == b"true"


def _is_sound(path: Path, limit_s: float) -> bool:
    """Whether everything that the refs lead to is there."""
    try:
        checked = Git(path).run("fsck", "--connectivity-only", "--no-dangling", expected=range(256), limit_s=limit_s)
    except GitTimeout:
        return True
    return checked.status == 0


def _remove_leftovers(path: Path) -> None:
    """Take away what a fetch that was killed left behind; the caller holds the lock, so nobody is using it."""
    for lock in (*path.glob("*.lock"), *(path / "refs").rglob("*.lock")):
        lock.unlink(missing_ok=True)
    for pack in (path / "objects" / "pack").glob("tmp_*"):
        pack.unlink(missing_ok=True)


def _left(deadline: float) -> float:
    return max(1.0, deadline - time.monotonic())


@contextlib.contextmanager
def _locked(path: Path, how: int, wait_s: float, otherwise: str) -> Iterator[None]:
    """Hold a file lock; it goes with the process, so that a killed one blocks nobody. `MirrorBusy(otherwise)`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(descriptor, how | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise MirrorBusy(otherwise) from None
                time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)
