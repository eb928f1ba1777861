"""Small upstreams with fixed dates, written by real git."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import unified_diff
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


def make_small_upstream(path: Path) -> Upstream:
    """`queue.c`, `timer.c` and `SUPPORT.md` of 40 lines each; branch 1.0 forks off at once.

    R-1.0.0 is the fork's first commit, stable-1.0 has changed line 30 of timer.c since, and staging-1.0 has then
    changed line 10 of queue.c.
    """
    upstream = Upstream.make(path)
    support = b"Supported-Until: 2027-06-30\nSecurity-Support-Until: 2028-12-31\n"
    upstream.commit(
        "master", {"queue.c": numbered("queue"), "timer.c": numbered("timer"), "SUPPORT.md": support}, "Begin"
    )
    upstream.branch("stable-1.0", "master")
    upstream.commit("master", {"README": b"Sluice\n"}, "Say what it is")
    upstream.commit("stable-1.0", {"version": b"1.0.0\n"}, "Release 1.0.0")
    upstream.tag("R-1.0.0", "stable-1.0")
    upstream.commit("stable-1.0", {"timer.c": numbered("timer", l30="timer is late")}, "Make timers late")
    upstream.branch("staging-1.0", "stable-1.0")
    upstream.commit("staging-1.0", {"queue.c": numbered("queue", l10="queue is long")}, "Lengthen queues")
    return upstream


def fix(old: bytes, new: bytes, path: str = "queue.c", *, subject: str = "Fix an overflow") -> bytes:
    """A mail with the difference between two contents of a file, as `git format-patch` writes it."""
    diff = "".join(
        unified_diff(
            old.decode().splitlines(keepends=True), new.decode().splitlines(keepends=True), f"a/{path}", f"b/{path}"
        )
    )
    head = (
        "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\n"
        "From: Ada Sluice <ada@sluice.example>\nDate: Tue, 14 Nov 2023 22:13:20 +0000\n"
        f"Subject: [PATCH] {subject}\n\nText.\n---\n\n"
    )
    return f"{head}diff --git a/{path} b/{path}\n{diff}-- \n2.39.5\n\n".encode()
