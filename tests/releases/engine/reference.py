"""Real git as the judge: `git apply --cached` on an index of its own, with objects of its own."""

import hashlib
import os
import shutil
import subprocess
import zlib
from pathlib import Path
from struct import pack

from releases.engine.trees import object_id
from tests.releases.engine.memory import Files, MemorySource

_PROTECTED = ("-c", "core.protectHFS=true", "-c", "core.protectNTFS=true", "-c", "core.quotePath=true")


class ReferenceGit:
    """One bare repository for a test session; each case brings its objects and index along."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._environment = {
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_DIR": str(directory / "repository"),
            "GIT_INDEX_FILE": str(directory / "index"),
            "GIT_OBJECT_DIRECTORY": str(directory / "objects"),
            "HOME": str(directory),
            "LC_ALL": "C",
        }
        subprocess.run(
            ["git", "init", "--quiet", "--bare", "--initial-branch=main", str(directory / "repository")],
            check=True,
            capture_output=True,
        )

    def apply(self, base: Files, patch: bytes, *, reverse: bool = False) -> str | None:
        """The tree that `git apply --cached` makes of `base`; None where it refuses."""
        return self.apply_in_order(base, [patch], reverse=reverse)

    def apply_in_order(self, base: Files, patches: list[bytes], *, reverse: bool = False) -> str | None:
        """The same for several patches, each its own call of git."""
        source = MemorySource()
        source.add_tree(base)
        self._write_objects(source)
        (self._directory / "index").write_bytes(_index(base))
        (self._directory / "index.lock").unlink(missing_ok=True)  # left behind where a patch makes git abort
        for patch in patches:
            command = ["apply", "--cached", "--whitespace=nowarn", *(["--reverse"] if reverse else []), "-"]
            if self._run(*command, text=patch).returncode:
                return None
        return self._run("write-tree", "--missing-ok").stdout.decode().strip() or "git write-tree failed"

    def diff(self, old: Files, new: Files, *options: str) -> bytes:
        """What `git diff-tree -p` prints between two trees."""
        source = MemorySource()
        trees = [source.add_tree(old), source.add_tree(new)]
        self._write_objects(source)
        return self._run("diff-tree", "-p", "-r", *options, *trees).stdout

    def patch_ids(self, text: bytes) -> list[str]:
        """The ids that `git patch-id --stable` prints for `text`."""
        lines = self._run("patch-id", "--stable", text=text).stdout.decode().splitlines()
        return [line.split()[0] for line in lines]

    def _run(self, *arguments: str, text: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        command = ["git", *_PROTECTED, *arguments]
        return subprocess.run(command, input=text, capture_output=True, env=self._environment, timeout=60)

    def _write_objects(self, source: MemorySource) -> None:
        objects = self._directory / "objects"
        shutil.rmtree(objects, ignore_errors=True)
        for oid, (kind, content) in source.objects.items():
            path = objects / oid[:2] / oid[2:]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(zlib.compress(b"%s %d\0" % (kind, len(content)) + content, 1))
        objects.mkdir(exist_ok=True)


def _index(files: Files) -> bytes:
    """A git index, version 2, that holds `files`."""
    data = pack(">4sII", b"DIRC", 2, len(files))
    for path in sorted(files):
        mode, content = files[path]
        oid = content.decode() if mode == 0o160000 else object_id(b"blob", content)
        entry = bytes(24) + pack(">IIII", mode, 0, 0, 0) + bytes.fromhex(oid) + pack(">H", min(len(path), 0xFFF)) + path
        data += entry + bytes(8 - len(entry) % 8)
    return data + hashlib.sha1(data, usedforsecurity=False).digest()
