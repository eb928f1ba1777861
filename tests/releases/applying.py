"""What packagers do with the files of a list, done by the real programs."""

import io
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

IDENTITY = ("-c", "user.name=A", "-c", "user.email=a@sluice.example")


def run(*command: str, cwd: Path, stdin: bytes = b"") -> str:
    """What a program says; it has to succeed."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(cwd.parent), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, cwd=cwd, env=environment, input=stdin, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    return done.stdout.decode().strip()


def tree_after_am(upstream: str, tag: str, mbox: bytes, folder: Path) -> str:
    """The tree after `git am` of the whole mbox on a tag."""
    run("git", "clone", "--quiet", "--branch", tag, upstream, str(folder), cwd=folder.parent)
    run("git", *IDENTITY, "am", "--quiet", cwd=folder, stdin=mbox)
    return run("git", "rev-parse", "HEAD^{tree}", cwd=folder)


def tree_after_quilt(upstream: str, tag: str, archive: bytes, folder: Path) -> str:
    """The tree after `quilt push -a` in the unpacked sources of a tag."""
    assert shutil.which("quilt"), "there is no quilt on this machine"
    run("git", "clone", "--quiet", "--branch", tag, upstream, str(folder), cwd=folder.parent)
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        listed = files.extractfile("patches/series")
        assert listed is not None
        series = [line for line in listed.read().decode().splitlines() if not line.startswith("#")]
        assert files.getnames() == ["patches/series", *(f"patches/{name}" for name in series)]
        files.extractall(folder, filter="data")
    run("quilt", "--quiltrc", "-", "push", "-a", "--fuzz=0", cwd=folder)
    for own in ("patches", ".pc"):
        shutil.rmtree(folder / own)
    run("git", "add", "--all", "--force", cwd=folder)
    return run("git", "write-tree", cwd=folder)
