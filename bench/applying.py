"""Ways to apply a list of mails to a commit, from the mails' bytes to the id of the resulting tree."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.git import plain_git, scratch
from bench.timing import Contender
from releases.engine.apply import Applied, apply_patch
from releases.engine.diff import parse_patch
from releases.engine.git import Git
from releases.engine.mailbox import patch_text
from releases.engine.objects import Objects
from releases.engine.trees import Overlay


@dataclass(frozen=True, slots=True)
class Job:
    """One list of mails and the commit it is for."""

    git_dir: Path
    base: str
    mails: tuple[bytes, ...]


def with_engine(jobs: Sequence[Job], *, name: str = "engine", repeat: int = 5) -> Contender[list[str]]:
    """All jobs, which must be in one repository, through one reader, as a worker does that has opened a branch."""

    def run(place: Path) -> list[str]:
        with Objects(Git(jobs[0].git_dir)) as objects:
            return [_tree(objects, job) for job in jobs]

    return Contender(name, run, repeat)


def with_engine_opened_anew(jobs: Sequence[Job], *, name: str = "engine, opened anew") -> Contender[list[str]]:
    """Every job through a reader of its own: one `git cat-file` process is started for each."""

    def run(place: Path) -> list[str]:
        trees = []
        for job in jobs:
            with Objects(Git(job.git_dir)) as objects:
                trees.append(_tree(objects, job))
        return trees

    return Contender(name, run, repeat=5)


def _tree(objects: Objects, job: Job) -> str:
    overlay = Overlay(objects, objects.root(job.base))
    for mail in job.mails:
        outcome = apply_patch(overlay, parse_patch(patch_text(mail)))
        assert isinstance(outcome, Applied), outcome
    return overlay.tree_id()


def with_git_am(jobs: Sequence[Job], *, name: str = "git am") -> Contender[list[str]]:
    """`git worktree add` and one `git am` for each job. Taking the worktrees away again isn't timed."""

    def run(place: Path) -> list[str]:
        for number, job in enumerate(jobs):
            tree = place / f"{number}"
            plain_git("-C", str(job.git_dir), "worktree", "add", "--quiet", "--detach", str(tree), job.base)
            plain_git("am", "--quiet", stdin=b"".join(job.mails), cwd=tree)
        return []

    def conclude(place: Path, nothing: list[str]) -> list[str]:
        trees = []
        for number, job in enumerate(jobs):
            tree = place / f"{number}"
            trees.append(plain_git("rev-parse", "HEAD^{tree}", cwd=tree).decode().strip())
            shutil.rmtree(tree)
            plain_git("-C", str(job.git_dir), "worktree", "prune")
        return trees

    return Contender(name, run, conclude=conclude)


def with_git_apply(jobs: Sequence[Job], *, name: str = "git apply") -> Contender[list[str]]:
    """One `git apply --cached` process for each patch, on a throw-away index and object directory."""

    def run(place: Path) -> list[str]:
        trees = []
        for number, job in enumerate(jobs):
            own = place / f"{number}"
            own.mkdir()
            more = scratch(job.git_dir, own)
            plain_git("read-tree", job.base, more=more)
            for mail in job.mails:
                plain_git("apply", "--cached", "-", stdin=mail, more=more)
            trees.append(plain_git("write-tree", more=more).decode().strip())
        return trees

    return Contender(name, run)
