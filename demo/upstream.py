"""The demonstration's upstream: a bare repository of a small hypervisor, the same to the commit id in every run."""

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from demo.upstream_history import History, address, upstream_history
from demo.upstream_text import Files
from releases.engine.git import Git

_MARK = "built-from"
_TAGGER = address("Release manager")


@dataclass(frozen=True, slots=True)
class Upstream:
    """A built upstream. `refs` maps branch names and tag names to full commit ids (tags peeled)."""

    git_dir: Path
    refs: Mapping[str, str]
    history: History

    def files(self, ref: str) -> Files:
        """The tree that a branch or tag had when the upstream was built; raises KeyError for an unknown name."""
        tags = {tag.name: tag.commit for tag in self.history.tags}
        return self.history.files_at({**self.history.branches, **tags}[ref])


def build_upstream(directory: Path) -> Upstream:
    """Write the bare repository into `directory`, or take the one that is there; takes under a second.

    It is written beside its place and moved there when complete, so that a run cut short leaves nothing half built.
    One that an earlier version of the texts made is replaced. Raises `FileExistsError` where something else is in
    the way, `GitTrouble` if git fails and `OSError` if the place can't be written.
    """
    history = upstream_history()
    stream = _stream(history)
    digest = hashlib.sha256(stream).hexdigest()
    if directory.exists() and _mark(directory) != digest:
        shutil.rmtree(directory)
    if not directory.exists():
        unfinished = directory.with_name(directory.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        git = Git(unfinished)
        git.run("init", "--quiet", "--bare", "--template=", "--initial-branch=master", os.fspath(unfinished))
        git.run("fast-import", "--quiet", "--done", stdin=stream)
        (unfinished / _MARK).write_text(digest)
        unfinished.rename(directory)
    return Upstream(directory, _refs(Git(directory)), history)


def _mark(directory: Path) -> str:
    """The digest of what an upstream was built from."""
    try:
        return (directory / _MARK).read_text()
    except (FileNotFoundError, NotADirectoryError):
        raise FileExistsError(f"{directory} is no demonstration upstream") from None


def _refs(git: Git) -> dict[str, str]:
    form = "%(refname:lstrip=2)%00%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)"
    lines = git.run("for-each-ref", f"--format={form}", "refs/heads", "refs/tags").stdout.decode().splitlines()
    return dict(line.split("\0") for line in lines)


def _stream(history: History) -> bytes:
    """One fast-import stream: every commit with the files that differ from its parent's, then branches and tags."""
    parts: list[bytes] = []
    for place, commit in enumerate(history.commits):
        before: Files = {} if commit.parent is None else history.files_at(commit.parent)
        parts.append(b"commit refs/building\nmark :%d\n" % (place + 1))
        parts.append(f"author {commit.author} {commit.authored_at} +0000\n".encode())
        parts.append(f"committer {commit.committer} {commit.committed_at} +0000\n".encode())
        parts.append(_data(commit.message.encode()))
        if commit.parent is not None:
            parts.append(b"from :%d\n" % (commit.parent + 1))
        parts.extend(f"D {path}\n".encode() for path in sorted(before.keys() - commit.files.keys()))
        for path, content in sorted(commit.files.items()):
            if before.get(path) != content:
                parts.append(f"M 100644 inline {path}\n".encode() + _data(content))
        parts.append(b"\n")
    for name, tip in history.branches.items():
        parts.append(f"reset refs/heads/{name}\nfrom :{tip + 1}\n\n".encode())
    for tag in history.tags:
        parts.append(f"tag {tag.name}\nfrom :{tag.commit + 1}\n".encode())
        parts.append(f"tagger {_TAGGER} {tag.tagged_at} +0000\n".encode() + _data(tag.message.encode()))
    # A ref of the building site: gone again before anybody looks.
    parts.append(b"reset refs/building\nfrom 0000000000000000000000000000000000000000\n\ndone\n")
    return b"".join(parts)


def _data(content: bytes) -> bytes:
    return b"data %d\n" % len(content) + content + b"\n"
