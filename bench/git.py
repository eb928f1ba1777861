"""Git as anybody would call it: no settings of the engine's, none of the user's, one identity for commits."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path


class GitRefused(Exception):
    """Git ended with a status other than 0; carries what it said."""


def plain_git(
    *arguments: str, stdin: bytes = b"", cwd: Path | None = None, more: Mapping[str, str] | None = None
) -> bytes:
    """Run git and give what it wrote; raises `GitRefused`. `more` are further variables of its environment."""
    done = subprocess.run(
        ["git", *arguments], input=stdin, capture_output=True, cwd=cwd, env=_ENVIRONMENT | dict(more or {}), check=False
    )
    if done.returncode:
        raise GitRefused(f"git {arguments[0]}: {done.stderr.decode('utf-8', 'replace').strip()}")
    return done.stdout


def scratch(git_dir: Path, place: Path) -> dict[str, str]:
    """Variables with which git reads `git_dir` and writes objects and its index into `place`."""
    objects = place / "objects"
    objects.mkdir(exist_ok=True)
    return {
        "GIT_DIR": str(git_dir),
        "GIT_OBJECT_DIRECTORY": str(objects),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(git_dir / "objects"),
        "GIT_INDEX_FILE": str(place / "index"),
    }


_ENVIRONMENT = {
    "PATH": os.environ.get("PATH", os.defpath),
    "HOME": "/nonexistent",
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "Bench",
    "GIT_AUTHOR_EMAIL": "bench@penstock.example",
    "GIT_COMMITTER_NAME": "Bench",
    "GIT_COMMITTER_EMAIL": "bench@penstock.example",
}
