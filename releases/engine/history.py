"""Commits of a window: what each changed, cheaply; whole patches only for those that someone asks for."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from releases.engine.asking import Asking
from releases.engine.git import Git, GitTrouble

_AT_ONCE = 64
"""Commits asked for in one go: their ids stay well below what a pipe holds, their patches are seldom a megabyte."""

_FORMAT = "--format=%H%x00%T%x00%P%x00%an <%ae>%x00%as%x00%B%x00"
_REF_FORMAT = "%(refname)%00%(objectname)%00%(objecttype)%00%(*objectname)%00%(*objecttype)"
_PATCH = ("--stdin", "-r", "-p", "--root", "--binary", "--full-index", "--no-renames", "--no-ext-diff", "--no-textconv")
_ROOMY = {"core.deltaBaseCacheLimit": "12m", "core.packedGitLimit": "6m"}
"""Each commit's files stand on those of the commit before: what was unpacked for one is wanted for the next."""

_HEADER = re.compile(rb"^([0-9a-f]{40}(?:[0-9a-f]{24})?)\n", re.MULTILINE)
_MARK = b"penstock: that was all\n"


@dataclass(frozen=True, slots=True)
class FileChange:
    """One path that a commit changed, renames taken as a removal and an addition; None where there is no such side."""

    path: bytes
    old_mode: int | None
    new_mode: int | None
    old_oid: str | None
    new_oid: str | None


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit without its patch."""

    id: str
    tree: str
    parents: tuple[str, ...]
    author: str
    authored_on: str
    """ISO date, in the author's zone."""
    message: str
    """Whole message; bytes that aren't UTF-8 became U+FFFD."""
    changes: tuple[FileChange, ...]

    @property
    def subject(self) -> str:
        """The first paragraph on one line, as git shows it."""
        return " ".join(self.message.strip("\n").split("\n\n", 1)[0].split("\n"))


class History(Asking):
    """Reads one repository's commits. Holds a git process once patches were asked for: close it, or use `with`."""

    def __init__(self, git: Git) -> None:
        super().__init__(git, "diff-tree", *_PATCH, settings=_ROOMY)

    def refs(self) -> dict[str, str]:
        """Every ref that leads to a commit, full name -> commit id (tags peeled)."""
        listed = self.git.run("for-each-ref", f"--format={_REF_FORMAT}").stdout
        found: dict[str, str] = {}
        for line in listed.split(b"\n")[:-1]:
            raw, oid, kind, peeled, peeled_kind = line.split(b"\0")
            name = os.fsdecode(raw)
            if kind == b"commit":
                found[name] = oid.decode("ascii")
            elif peeled_kind == b"commit":
                found[name] = peeled.decode("ascii")
            elif peeled_kind == b"tag" and (commit := self.resolve(name)):  # older gits peel a tag of a tag once
                found[name] = commit
        return found

    def resolve(self, name: str) -> str | None:
        """The commit that `name` stands for now, or None. Ask once and keep the id: names move."""
        told = self.git.run(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}", expected=(0, 1, 128)
        )
        return told.stdout.strip().decode("ascii") if told.status == 0 else None

    def is_ancestor(self, old: str, new: str) -> bool:
        """Whether commit `old` is `new` or in its history."""
        return self.git.run("merge-base", "--is-ancestor", old, new, expected=(0, 1)).status == 0

    def window(self, base: str, tip: str) -> tuple[Commit, ...]:
        """Commits from `base` (excluded) to `tip` along first parents, without merges, oldest first.

        Where `base` isn't in the history of `tip` these are the commits since both went apart.
        Raises `GitTrouble` where either is no commit.
        """
        return tuple(commit for commit in self.walk(base, tip) if len(commit.parents) < 2)

    def walk(self, base: str, tip: str) -> tuple[Commit, ...]:
        """As `window`, merges included; a merge lists no changes."""
        return self._log("--first-parent", "--reverse", "--end-of-options", f"{base}..{tip}", "--")

    def since(self, fork: str, tips: Iterable[str]) -> tuple[Commit, ...]:
        """Every commit in the history of `tips` and not in that of `fork`, all parents followed, newest first."""
        return self._log("--topo-order", "--end-of-options", *dict.fromkeys(tips), f"^{fork}", "--")

    def named(self, ids: Sequence[str]) -> tuple[Commit, ...]:
        """These commits, in this order. Raises `GitTrouble` where one isn't there."""
        return self._log("--no-walk=unsorted", "--end-of-options", *ids, "--") if ids else ()

    def _log(self, *which: str) -> tuple[Commit, ...]:
        told = self.git.run(
            "log", "-z", "--raw", "--no-abbrev", "--no-renames", "--diff-merges=off", "--encoding=UTF-8",
            "--no-color", "--no-notes", _FORMAT, *which,
        )  # fmt: skip
        return tuple(_commits(told.stdout))

    def patches(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The patch of each of these commits against its first parent; empty where it changes nothing.

        Binary files are whole, index lines carry full ids. An id of nothing in the repository changes nothing either.
        """
        wanted = list(ids)
        found = dict.fromkeys(wanted, b"")
        for start in range(0, len(wanted), _AT_ONCE):
            found.update(self._patches(wanted[start : start + _AT_ONCE]))
        return found

    def _patches(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        talk = self._talk()
        # A line that is no object id is echoed once everything before it has been answered.
        talk.say("".join(f"{commit}\n" for commit in ids).encode("ascii") + _MARK)
        pieces = _HEADER.split(talk.until(_MARK))
        found = dict(zip((oid.decode("ascii") for oid in pieces[1::2]), pieces[2::2], strict=True))
        if not found.keys() <= set(ids) or pieces[0]:
            raise GitTrouble("diff-tree", "answered something that wasn't asked")
        return found


def _commits(told: bytes) -> Iterator[Commit]:
    fields = iter(told.split(b"\0"))
    oid = next(fields)
    while oid:
        tree, parents, author, authored_on, message, _ = (next(fields) for _ in range(6))
        changes: list[FileChange] = []
        field = next(fields, b"")
        while field.startswith((b":", b"\n:")):
            changes.append(_file_change(field, next(fields)))
            field = next(fields, b"")
        yield Commit(
            id=oid.decode("ascii"),
            tree=tree.decode("ascii"),
            parents=tuple(parents.decode("ascii").split()),
            author=author.decode("utf-8", "replace"),
            authored_on=authored_on.decode("ascii"),
            message=message.decode("utf-8", "replace"),
            changes=tuple(changes),
        )
        oid = field


def _file_change(raw: bytes, path: bytes) -> FileChange:
    old_mode, new_mode, old_oid, new_oid, _ = raw.lstrip(b"\n:").split(b" ")
    return FileChange(
        path=path,
        old_mode=int(old_mode, 8) or None,
        new_mode=int(new_mode, 8) or None,
        old_oid=_oid(old_oid),
        new_oid=_oid(new_oid),
    )


def _oid(raw: bytes) -> str | None:
    return raw.decode("ascii") if raw.strip(b"0") else None
