"""The one place that starts git: bare environment, no shell, a time limit that takes the whole process group along.

A child inherits nothing: an environment kept whole has handed a hook the site's secret key elsewhere. It gets the
variables of `environment()` and no others; neither the user's nor the system's configuration counts, hooks, file
monitors, editors, prompts and every transport are off. What a repository's own configuration could still ask for
is overruled by settings passed through the environment, where paths may hold any character.
"""

import contextlib
import os
import re
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from releases.engine.leash import IN_MEMORY, NO_LIFELINE, SCRATCH, Lifeline, held, lifeline

OLDEST_GIT = (2, 39)
"""The first version whose `--end-of-options`, `safe.directory` and echoing `--stdin` are known to behave."""

LIMIT_S = 120.0
"""Seconds that one command, or one answer of a long-living one, may take unless the caller says otherwise."""

_ROOMY = 1 << 30
"""Free bytes from which a memory-backed file system is taken for scratch."""

_CONFIG_FILE = Path(__file__).with_name("git.config")

_CONFIG: Mapping[str, str] = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.attributesFile": "/dev/null",
    "core.symlinks": "false",
    "core.protectHFS": "true",
    "core.protectNTFS": "true",
    "core.quotePath": "true",
    "protocol.allow": "never",
    # Git maps packs whole unless told; two readers of a large history then count for half a gigabyte.
    "core.packedGitWindowSize": "1m",
    "core.packedGitLimit": "12m",
    "core.deltaBaseCacheLimit": "8m",
    "core.bigFileThreshold": "32m",
    "apply.whitespace": "nowarn",
    "apply.ignoreWhitespace": "no",
    "diff.algorithm": "default",
    "diff.context": "3",
    "diff.interHunkContext": "0",
    "diff.indentHeuristic": "true",
    "diff.suppressBlankEmpty": "false",
    "diff.noprefix": "false",
    "diff.mnemonicPrefix": "false",
    "diff.srcPrefix": "a/",
    "diff.dstPrefix": "b/",
    "diff.orderFile": "/dev/null",
    "diff.ignoreSubmodules": "none",
    "diff.submodule": "short",
    "log.showRoot": "true",
    "log.showSignature": "false",
    "log.mailmap": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "pack.threads": "1",
    "rerere.enabled": "false",
    "submodule.recurse": "false",
    "fetch.recurseSubmodules": "false",
    "commit.gpgSign": "false",
    "transfer.fsckObjects": "true",
}

_SCRATCH_CONFIG: Mapping[str, str] = {
    # What is thrown away a moment later needn't be small or outlive a power cut.
    "core.looseCompression": "0",
    "core.fsync": "none",
}

_CREDENTIALS = re.compile(r"([a-z][a-z0-9+.-]*://)[^\s/@'\"]+@", re.IGNORECASE)
_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class GitTrouble(Exception):
    """Git could not do what it was asked to; carries the verb, the exit status and what it said, made fit to show."""

    def __init__(self, verb: str, said: str, status: int | None = None) -> None:
        super().__init__(f"git {verb}: {said}" if said else f"git {verb} failed with status {status}")
        self.verb = verb
        self.said = said
        self.status = status


class GitTimeout(GitTrouble):
    """Git took longer than it may; it and every process it had started were killed."""

    def __init__(self, verb: str, limit_s: float) -> None:
        super().__init__(verb, f"took longer than {limit_s:g} s and was stopped")
        self.limit_s = limit_s


class GitMissing(GitTrouble):
    """There is no git on this machine, or one that is too old."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that ended with one of the statuses its caller expects."""

    status: int
    stdout: bytes
    stderr: bytes


@dataclass(frozen=True, slots=True)
class Scratch:
    """Where a command's objects and index go instead of into the repository."""

    objects: Path
    index: Path
    behind: Path | None = None
    """An object directory that is read where the throw-away one lacks an object."""


def is_object_id(text: str) -> bool:
    """Whether `text` is a full SHA-1 or SHA-256 object id in lower case."""
    return _OBJECT_ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Git:
    """A repository's git directory and how to ask git about it. Nothing is written there unless `run` is told to."""

    git_dir: Path

    def run(
        self,
        verb: str,
        *arguments: str | bytes,
        stdin: bytes = b"",
        expected: Sequence[int] = (0,),
        limit_s: float = LIMIT_S,
        scratch: Scratch | None = None,
        protocols: Sequence[str] = (),
    ) -> Finished:
        """Run one command to its end.

        `protocols` are the transports it may use (none by default), `scratch` where its objects and index go.
        Raises `GitTimeout` past `limit_s` seconds and `GitTrouble` on a status that isn't `expected`.
        """
        with self._started(verb, arguments, scratch, protocols) as child:
            try:
                stdout, stderr = child.communicate(stdin, timeout=limit_s)
            except subprocess.TimeoutExpired:
                raise GitTimeout(verb, limit_s) from None
        if child.returncode not in expected:
            raise GitTrouble(verb, redacted(stderr), child.returncode)
        return Finished(child.returncode, stdout, stderr)

    def converse(self, verb: str, *arguments: str | bytes, limit_s: float = LIMIT_S) -> "Conversation":
        """Start a command that answers again and again; close it, or use it in a `with`."""
        return Conversation(self, verb, arguments, limit_s)

    def objects_dir(self) -> Path:
        """Where this repository keeps its objects (a linked worktree keeps them elsewhere)."""
        return _objects_dir(self)

    @contextlib.contextmanager
    def _started(
        self,
        verb: str,
        arguments: Sequence[str | bytes],
        scratch: Scratch | None = None,
        protocols: Sequence[str] = (),
    ) -> Iterator[subprocess.Popen[bytes]]:
        # A transport may hang for as long as a fetch may take; everything else ends soon by itself.
        with lifeline() if protocols else contextlib.nullcontext(NO_LIFELINE) as line:
            child = start(self, verb, arguments, scratch=scratch, protocols=protocols, line=line)
            try:
                yield child
            finally:
                kill_group(child)


def start(
    git: Git,
    verb: str,
    arguments: Sequence[str | bytes],
    *,
    scratch: Scratch | None = None,
    protocols: Sequence[str] = (),
    stderr: int | IO[bytes] = subprocess.PIPE,
    line: Lifeline = NO_LIFELINE,
) -> subprocess.Popen[bytes]:
    """Start git in a session of its own, so that it can be killed with everything it starts."""
    try:
        return subprocess.Popen(
            [*line.before, git_program(), verb, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=environment(git, scratch=scratch, protocols=protocols),
            start_new_session=True,
            close_fds=True,
            pass_fds=line.descriptors,
        )
    except OSError as error:
        raise GitTrouble(verb, f"could not be started: {error.strerror}") from error


def kill_group(child: subprocess.Popen[bytes]) -> None:
    """End a child and everything it started, and free its pipes. Does no harm to one that has ended."""
    # Only while the leader hasn't been waited for: until then nobody else can be given its number. A leader that died
    # and left a transport behind, which keeps the pipes open, has not been waited for either.
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


def environment(git: Git, *, scratch: Scratch | None = None, protocols: Sequence[str] = ()) -> dict[str, str]:
    """Everything a child knows about the world."""
    variables = {
        "PATH": os.defpath,
        "LC_ALL": "C",
        "HOME": "/nonexistent",
        "GIT_DIR": str(git.git_dir),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": str(_CONFIG_FILE),
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "/bin/false",
        "GIT_EDITOR": "/bin/false",
        "GIT_PAGER": "cat",
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes" if "ssh" in protocols else "/bin/false",
        "GIT_ALLOW_PROTOCOL": ":".join(protocols) or "none",
        "GIT_PROTOCOL_FROM_USER": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_LITERAL_PATHSPECS": "1",
    }
    config = dict(_CONFIG)
    if scratch is not None:
        config |= _SCRATCH_CONFIG
        variables["GIT_OBJECT_DIRECTORY"] = str(scratch.objects)
        if scratch.behind is not None:
            variables["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = _as_path_list_entry(scratch.behind)
        variables["GIT_INDEX_FILE"] = str(scratch.index)
        # Without it git takes the current directory for the top of a working tree, or for a part of the repository's.
        variables["GIT_WORK_TREE"] = str(scratch.objects.parent)
    variables["GIT_CONFIG_COUNT"] = str(len(config))
    for number, (key, value) in enumerate(config.items()):
        variables[f"GIT_CONFIG_KEY_{number}"] = key
        variables[f"GIT_CONFIG_VALUE_{number}"] = value
    return variables


def _as_path_list_entry(path: Path) -> str:
    """Quoted as git unquotes it: a colon would otherwise end the entry."""
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


@contextlib.contextmanager
def scratch_directory() -> Iterator[Scratch]:
    """A throw-away object directory and index, gone afterwards: embargoed content stays out of every repository."""
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=_in_memory()) as name, held(name):
        scratch = Scratch(Path(name, "objects"), Path(name, "index"))
        scratch.objects.mkdir()
        yield scratch


@cache
def _in_memory() -> str | None:
    """A place that never reaches a disk, if there is a roomy one: it is faster, and nobody finds leavings there."""
    shared = IN_MEMORY
    with contextlib.suppress(OSError):
        if shared.is_mount() and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free >= _ROOMY:
            return str(shared)
    return None


class Conversation:
    """A command that lives long and answers requests in order: `say` requests, then read what it answers.

    Not safe to share between threads. Raises `GitTimeout` where one answer takes longer than the limit and
    `GitTrouble` where the command ends instead of answering.
    """

    def __init__(self, git: Git, verb: str, arguments: Sequence[str | bytes], limit_s: float) -> None:
        self._verb = verb
        self._limit_s = limit_s
        self._deadline = 0.0
        self._held = contextlib.ExitStack()
        with contextlib.ExitStack() as held:
            self._complaints = held.enter_context(tempfile.TemporaryFile())
            self._child = start(git, verb, arguments, stderr=self._complaints)
            held.callback(kill_group, self._child)
            self._selector = held.enter_context(selectors.DefaultSelector())
            self._requests, self._answers = _descriptor(self._child.stdin), _descriptor(self._child.stdout)
            self._selector.register(self._answers, selectors.EVENT_READ)
            self._held = held.pop_all()
        self._buffer = bytearray()

    def say(self, request: bytes) -> None:
        """Send a request. Keep what is unanswered under 32 kB: past a pipe's capacity both sides would wait."""
        self._deadline = time.monotonic() + self._limit_s
        view = memoryview(request)
        try:
            while view:
                view = view[os.write(self._requests, view) :]
        except BrokenPipeError:
            raise self._trouble() from None

    def line(self) -> bytes:
        """The next line of the answer, without its newline."""
        start = 0
        while (end := self._buffer.find(b"\n", start)) < 0:
            start = len(self._buffer)
            self._receive()
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    def exactly(self, size: int) -> bytes:
        """The next `size` bytes of the answer."""
        while len(self._buffer) < size:
            self._receive()
        with memoryview(self._buffer) as view:
            answer = bytes(view[:size])
        del self._buffer[:size]
        return answer

    def until(self, mark: bytes) -> bytes:
        """Everything up to `mark`, which must be the end of what was asked for; the mark is dropped."""
        while not self._buffer.endswith(mark):
            self._receive()
        answer = bytes(self._buffer[: -len(mark)])
        self._buffer.clear()
        return answer

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    def close(self) -> None:
        """End the command."""
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _receive(self) -> None:
        if not self._selector.select(max(0.0, self._deadline - time.monotonic())):
            self.close()
            raise GitTimeout(self._verb, self._limit_s)
        chunk = os.read(self._answers, 1 << 18)
        if not chunk:
            raise self._trouble()
        self._buffer += chunk

    def _trouble(self) -> GitTrouble:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(timeout=1)
        self._complaints.seek(0)
        said = redacted(self._complaints.read())
        self.close()
        return GitTrouble(self._verb, said, self._child.returncode)


def _descriptor(pipe: IO[bytes] | None) -> int:
    if pipe is None:
        raise ValueError("the child was started without this pipe")
    return pipe.fileno()


def redacted(stderr: bytes) -> str:
    """What git said, fit to show and log: no credentials of a URL, no control characters, 2,000 characters at most."""
    text = _CREDENTIALS.sub(r"\1", stderr.decode("utf-8", "replace")).strip()
    return "".join(character if character.isprintable() or character == "\n" else "?" for character in text)[:2000]


@lru_cache(maxsize=64)
def _objects_dir(git: Git) -> Path:
    found = os.fsdecode(git.run("rev-parse", "--git-path", "objects").stdout.rstrip(b"\n"))
    return Path(found).absolute()


@cache
def git_program() -> str:
    """The full path of git, found once; raises `GitMissing` where there is none or one that is too old."""
    program = shutil.which("git")
    if program is None:
        raise GitMissing("--version", "there is no git on this machine's PATH")
    told = subprocess.run([program, "--version"], capture_output=True, env={"LC_ALL": "C"}, timeout=30, check=False)
    check_version(told.stdout)
    return program


def check_version(told: bytes) -> tuple[int, ...]:
    """Read what `git --version` prints; raises `GitMissing` with a clear sentence below `OLDEST_GIT`."""
    found = re.match(rb"git version (\d+)\.(\d+)(?:\.(\d+))?", told)
    if found is None:
        raise GitMissing("--version", f"doesn't say what it is: {redacted(told)!r}")
    version = tuple(int(part) for part in found.groups() if part is not None)
    if version < OLDEST_GIT:
        wanted = ".".join(map(str, OLDEST_GIT))
        raise GitMissing("--version", f"is {'.'.join(map(str, version))}; Penstock needs {wanted} or later")
    return version
