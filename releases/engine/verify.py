"""A list of patches applied once by real git, on throw-away objects and a throw-away index."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from releases.engine.git import LIMIT_S, Git, GitTrouble, Scratch, scratch_directory
from releases.engine.index_file import index_file
from releases.engine.trees import Entry

_BATCH = 1_000
"""Patch files named on one command line."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """Git applies the whole list, and every path asked about is as expected."""

    tree: str
    """The resulting tree's id; empty where it wasn't asked for."""


@dataclass(frozen=True, slots=True)
class Disagreed:
    """Git refuses the list, or comes to other contents; which it is, in a sentence."""

    reason: str


def verify(
    git: Git,
    base: str,
    patches: Sequence[bytes],
    expected: Mapping[bytes, Entry | None],
    *,
    files: Mapping[bytes, tuple[Entry, bytes]] | None = None,
    whole_tree: bool = True,
    name_tree: bool = True,
    limit_s: float = LIMIT_S,
) -> Agreed | Disagreed:
    """Apply `patches` in order to commit `base` as `git apply --cached` does, and compare with what is `expected`.

    `expected` tells of each changed path its mode and id, None where it must be gone. Empty patches change nothing.
    With `files`, every file that the patches start from, git sees no other object, and so leaves no trace in the
    repository: on making an object that is there already it would touch the pack that holds it. Without `whole_tree`
    these files are all that is in the tree.
    Raises `GitTrouble` where `base` is no commit, and `GitTimeout`.
    """
    with scratch_directory() as scratch:
        if whole_tree or files is None:
            behind = replace(scratch, behind=git.objects_dir())
            git.run("read-tree", "--end-of-options", base, scratch=behind, limit_s=limit_s)
            scratch = scratch if files is not None else behind
        else:
            scratch.index.write_bytes(index_file({path: entry for path, (entry, _) in files.items()}, len(base)))
        for before, content in (files or {}).values():
            _put_blob(scratch, before.oid, content)
        try:
            _apply(git, scratch, [patch for patch in patches if patch], limit_s)
        except GitTrouble as trouble:
            if trouble.status not in (1, 128):
                raise
            return Disagreed(f"git refuses the list: {trouble.said}")
        found = _entries(git, scratch, expected, limit_s)
        for path, entry in expected.items():
            if found.get(path) != entry:
                name = path.decode("utf-8", "backslashreplace")
                return Disagreed(f"git makes {_told(found.get(path))} of {name}, the engine {_told(entry)}")
        tree = git.run("write-tree", "--missing-ok", scratch=scratch, limit_s=limit_s).stdout if name_tree else b""
        return Agreed(tree.strip().decode("ascii"))


def _put_blob(scratch: Scratch, oid: str, content: bytes) -> None:
    """Write a blob as git keeps a loose object."""
    folder = scratch.objects / oid[:2]
    folder.mkdir(exist_ok=True)
    (folder / oid[2:]).write_bytes(zlib.compress(b"blob %d\0" % len(content) + content, 0))


def _apply(git: Git, scratch: Scratch, patches: Sequence[bytes], limit_s: float) -> None:
    # Each patch is a file of its own: git then takes one after the other, each on the result of those before. In one
    # text they would be one patch, in which no path may be renamed and then changed under its old name.
    names = []
    for number, patch in enumerate(patches):
        name = scratch.index.with_name(f"{number:05}.patch")
        name.write_bytes(patch)
        names.append(str(name))
    for start in range(0, len(names), _BATCH):
        git.run(
            "apply", "--cached", "-p1", "--whitespace=nowarn", "--", *names[start : start + _BATCH],
            scratch=scratch, limit_s=limit_s,
        )  # fmt: skip


def _entries(git: Git, scratch: Scratch, paths: Iterable[bytes], limit_s: float) -> dict[bytes, Entry]:
    """What the index holds at these paths; never named on a command line, which every account of the machine reads."""
    wanted = frozenset(paths)
    found: dict[bytes, Entry] = {}
    listed = git.run("ls-files", "--stage", "-z", scratch=scratch, limit_s=limit_s).stdout
    for line in listed.split(b"\0")[:-1]:
        head, _, path = line.partition(b"\t")
        if path in wanted:
            mode, oid, _ = head.split(b" ")
            found[path] = Entry(int(mode, 8), oid.decode("ascii"))
    return found


def _told(entry: Entry | None) -> str:
    return f"{entry.mode:06o} {entry.oid}" if entry else "nothing"
