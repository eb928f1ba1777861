"""Small upstreams with fixed dates, written by real git."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_WHEN = 1_700_000_000
_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": "/nonexistent",
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "Ada Sluice",
    "GIT_AUTHOR_EMAIL": "ada@sluice.example",
    "GIT_COMMITTER_NAME": "Ada Sluice",
    "GIT_COMMITTER_EMAIL": "ada@sluice.example",
}


@dataclass
class Upstream:
    """A bare repository; every commit is one minute younger than the one before."""

    path: Path
    clock: int = field(default=_WHEN)

    @classmethod
    def make(cls, path: Path) -> "Upstream":
        upstream = cls(path)
        path.mkdir(parents=True)
        upstream.git("init", "--bare", "--quiet", "--initial-branch=master")
        return upstream

    @property
    def url(self) -> str:
        return str(self.path)

    def git(self, *arguments: str, stdin: bytes = b"") -> str:
        """Run git in the upstream; its output without the last newline."""
        when = f"{self.clock} +0000"
        dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            env=_ENVIRONMENT | dates,
            input=stdin,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")

    def commit(self, branch: str, files: Mapping[str, bytes | None], subject: str = "Change something") -> str:
        """Commit `files` (None removes one) on top of `branch`, which is made where it isn't there; the commit's id."""
        self.clock += 60
        message = subject.encode()
        who = b"Ada Sluice <ada@sluice.example> %d +0000" % self.clock
        lines = [b"commit refs/heads/%s" % branch.encode(), b"author " + who, b"committer " + who]
        lines += [b"data %d" % len(message), message]
        if self.has(branch):
            lines.append(b"from refs/heads/%s^0" % branch.encode())
        for name, content in files.items():
            if content is None:
                lines.append(b"D " + name.encode())
            else:
                lines += [b"M 100644 inline " + name.encode(), b"data %d" % len(content), content]
        self.git("fast-import", "--quiet", "--force", stdin=b"\n".join(lines) + b"\n")
        return self.git("rev-parse", f"refs/heads/{branch}")

    def has(self, branch: str) -> bool:
        return self.git("for-each-ref", f"refs/heads/{branch}") != ""

    def branch(self, name: str, start: str) -> None:
        """Point branch `name` at `start`, wherever it was before."""
        self.git("update-ref", f"refs/heads/{name}", self.git("rev-parse", f"{start}^{{commit}}"))

    def tag(self, name: str, start: str, *, annotated: bool = True) -> None:
        if annotated:
            self.git("tag", "--force", "-a", "-m", name, name, start)
        else:
            self.git("tag", "--force", name, start)

    def drop(self, ref: str) -> None:
        self.git("update-ref", "-d", ref)

    def patch(self, commit: str) -> bytes:
        """The commit as `git format-patch` mails it."""
        return (self.git("format-patch", "--stdout", "-1", commit) + "\n").encode("utf-8", "surrogateescape")


def numbered(name: str, count: int = 40, **changed: str) -> bytes:
    """A file of `count` lines, "NAME line 7" and so on, some replaced: `numbered("a", l7="other")`."""
    lines = [changed.get(f"l{number}", f"{name} line {number}") for number in range(1, count + 1)]
    return "".join(f"{line}\n" for line in lines).encode()
