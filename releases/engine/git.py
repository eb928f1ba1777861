"""Asking git: bare environment, no shell, a time limit that takes the whole process group along.

A child inherits nothing: an environment kept whole has handed a hook the site's secret key elsewhere. It gets the
variables of `environment()` and no others; neither the user's nor the system's configuration counts, hooks, file
monitors, editors, prompts and every transport are off. What a repository's own configuration could still ask for
is overruled by settings passed through the environment, where paths may hold any character.
"""

import contextlib
import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO

from releases.engine.children import kill_group, start
from releases.engine.conversation import Conversation
from releases.engine.environment import Scratch, environment, scratch_directory, scratch_file
from releases.engine.leash import NO_LIFELINE, lifeline
from releases.engine.trouble import GitMissing, GitTimeout, GitTrouble, redacted

__all__ = [
    "LIMIT_S",
    "Conversation",
    "Finished",
    "Git",
    "GitMissing",
    "GitTimeout",
    "GitTrouble",
    "Scratch",
    "is_object_id",
    "scratch_directory",
]

LIMIT_S = 120.0
"""Seconds that one command, or one answer of a long-living one, may take unless the caller says otherwise."""

_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that ended with one of the statuses its caller expects."""

    status: int
    stdout: bytes
    stderr: bytes


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
        is_talkative: bool = False,
    ) -> Finished:
        """Run one command to its end.

        `protocols` are the transports it may use (none by default), `scratch` where its objects and index go.
        What a talkative command says beside its answer waits in a file: git writes it piece by piece, and who listens
        is woken for each.
        Raises `GitTimeout` past `limit_s` seconds and `GitTrouble` on a status that isn't `expected`.
        """
        with contextlib.ExitStack() as held:
            said = held.enter_context(scratch_file()) if is_talkative else None
            child = held.enter_context(self._started(verb, arguments, scratch, protocols, said))
            try:
                stdout, stderr = child.communicate(stdin, timeout=limit_s)
            except subprocess.TimeoutExpired:
                raise GitTimeout(verb, limit_s) from None
            if said is not None:
                said.seek(0)
                stderr = said.read()
        if child.returncode not in expected:
            raise GitTrouble(verb, redacted(stderr), child.returncode)
        return Finished(child.returncode, stdout, stderr)

    def converse(
        self,
        verb: str,
        *arguments: str | bytes,
        limit_s: float = LIMIT_S,
        settings: Mapping[str, str] | None = None,
    ) -> Conversation:
        """Start a command that answers again and again, with more `settings`; close it, or use it in a `with`."""
        variables = environment(self.git_dir, settings=settings)
        return Conversation(verb, lambda complaints: start(verb, arguments, variables, stderr=complaints), limit_s)

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
        said: IO[bytes] | None = None,
    ) -> Iterator[subprocess.Popen[bytes]]:
        variables = environment(self.git_dir, scratch=scratch, protocols=protocols)
        # A transport may hang for as long as a fetch may take; everything else ends soon by itself.
        with lifeline() if protocols else contextlib.nullcontext(NO_LIFELINE) as line:
            child = start(verb, arguments, variables, stderr=said or subprocess.PIPE, line=line)
            try:
                yield child
            finally:
                kill_group(child)


@lru_cache(maxsize=64)
def _objects_dir(git: Git) -> Path:
    found = os.fsdecode(git.run("rev-parse", "--git-path", "objects").stdout.rstrip(b"\n"))
    return Path(found).absolute()
