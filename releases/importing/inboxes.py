"""Mails out of a public-inbox repository.

Version 2 keeps each in a commit of its own, version 1 in the files of one tree.
"""

from collections.abc import Iterator
from pathlib import Path

from advisories.formats import archives
from advisories.formats.documents import Document
from advisories.formats.doubts import Doubt, Severity
from releases.engine.git import Git
from releases.engine.objects import MissingObject, Objects
from releases.engine.trees import DIRECTORY, TYPE_BITS
from releases.engine.trouble import GitTrouble

_LOG_LIMIT_S = 600.0


def mails_in(folder: Path) -> Iterator[Document | Doubt] | None:
    """The mails of a public-inbox repository, or of all epochs of one; None where the folder is no repository.

    A repository that git cannot read is a doubt, and those after it are read.
    """
    epochs = sorted((folder / "git").glob("*.git")) if (folder / "git").is_dir() else []
    repositories = epochs or [found for found in (folder / ".git", folder) if _is_repository(found)][:1]
    return _mails(repositories) if repositories else None


def _is_repository(folder: Path) -> bool:
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir()


def _mails(repositories: list[Path]) -> Iterator[Document | Doubt]:
    for repository in repositories:
        try:
            for found in archives.public_inbox(_blobs(repository)):
                yield Document(f"{repository.name}:{found.where}", found.content)
        except GitTrouble as trouble:
            yield Doubt(Severity.REFUSED, "not-readable", 0, f"git cannot read it: {trouble}", repository.name)


def _blobs(repository: Path) -> Iterator[tuple[str, str, bytes]]:
    """Key, path and content of what may be mails: of every commit the file `m`, and all two-level files of the tip."""
    git = Git(repository.absolute())
    if git.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}", expected=(0, 1, 128)).status:
        raise GitTrouble("rev-parse", "no commit is found at its HEAD")
    commits = git.run("rev-list", "--reverse", "--end-of-options", "HEAD", limit_s=_LOG_LIMIT_S).stdout.split()
    with Objects(git) as objects:
        for raw in commits:
            commit = raw.decode("ascii")
            entry = objects.tree(objects.root(commit)).get(b"m")
            if entry is not None and entry.mode & TYPE_BITS != DIRECTORY:
                yield commit[:12], "m", _blob(objects, entry.oid)
        top = objects.tree(objects.root(commits[-1].decode("ascii"))) if commits else {}
        for folder, entry in top.items():
            if entry.mode & TYPE_BITS == DIRECTORY and len(folder) == 2:
                for name, inner in objects.tree(entry.oid).items():
                    if inner.mode & TYPE_BITS != DIRECTORY:
                        yield (
                            "",
                            f"{folder.decode('ascii', 'replace')}/{name.decode('ascii', 'replace')}",
                            _blob(objects, inner.oid),
                        )


def _blob(objects: Objects, oid: str) -> bytes:
    try:
        return objects.blob(oid)
    except MissingObject:
        return b""
