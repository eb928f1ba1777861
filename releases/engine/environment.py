"""All that a git process knows of the world: bare variables, settings that overrule a repository's, scratch space."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from releases.engine.leash import IN_MEMORY, SCRATCH, held

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
    # One list reads each file once.
    "core.packedGitLimit": "6m",
    "core.deltaBaseCacheLimit": "4m",
}


@dataclass(frozen=True, slots=True)
class Scratch:
    """Where a command's objects and index go instead of into the repository."""

    objects: Path
    index: Path
    behind: Path | None = None
    """An object directory that is read where the throw-away one lacks an object."""


def environment(
    git_dir: Path,
    *,
    scratch: Scratch | None = None,
    protocols: Sequence[str] = (),
    settings: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Everything a child knows about the world. `settings` are git's, and overrule all others."""
    variables = {
        "PATH": os.defpath,
        "LC_ALL": "C",
        "HOME": "/nonexistent",
        "GIT_DIR": str(git_dir),
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
    config |= settings or {}
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


def scratch_file() -> IO[bytes]:
    """A throw-away file without a name, in the same place."""
    return tempfile.TemporaryFile(dir=_in_memory())


@cache
def _in_memory() -> str | None:
    """A place that never reaches a disk, if there is a roomy one: it is faster, and nobody finds leavings there."""
    shared = IN_MEMORY
    with contextlib.suppress(OSError):
        if shared.is_mount() and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free >= _ROOMY:
            return str(shared)
    return None
