"""Real gpg in a throw-away home: its agent is told to end with it."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

PASSPHRASE = "a passphrase for tests"


@dataclass(frozen=True, slots=True)
class Gpg:
    """One home. Addresses name keys."""

    home: Path

    @classmethod
    @contextlib.contextmanager
    def in_a_new_home(cls) -> Iterator[Self]:
        """Not under pytest's own folder: the path of the agent's socket has to be short."""
        assert shutil.which("gpg"), "there is no gpg on this machine"
        with tempfile.TemporaryDirectory(prefix="gpg-") as name:
            one = cls(Path(name))
            one.home.chmod(0o700)
            try:
                yield one
            finally:
                subprocess.run(
                    ["gpgconf", "--homedir", name, "--kill", "all"], env=_ENVIRONMENT, timeout=30, check=True
                )

    def run(self, *arguments: str, given: bytes = b"", expected: int = 0) -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run(
            ["gpg", "--homedir", str(self.home), "--batch", "--no-tty", "--status-fd", "2", "--trust-model", "always",
             "--pinentry-mode", "loopback", *arguments],
            input=given, capture_output=True, env=_ENVIRONMENT, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == expected, done.stderr.decode("utf-8", "replace")
        return done

    def make(self, address: str, *, algorithm: str = "future-default", ends: str = "1y", passphrase: str = "") -> str:
        """A new key; its fingerprint."""
        self.run("--passphrase", passphrase, "--quick-gen-key", f"Somebody <{address}>", algorithm, "default", ends)
        return self.fingerprint(address)

    def locked(self, passphrase: str, *, algorithm: str = "future-default") -> tuple[str, bytes]:
        """Fingerprint and secret part of a new key behind a passphrase.

        gpg 2.2 now and then can't read what it has locked itself ("Corrupted protection"), so there are three tries.
        """
        for number in range(3):
            made = self.make(f"locked{number}-{algorithm}@member.example", algorithm=algorithm, passphrase=passphrase)
            with contextlib.suppress(AssertionError):
                return made, self.secret(made, passphrase)
        raise AssertionError("gpg gives out none of three keys that it has locked")

    def add(self, fingerprint: str, *, algorithm: str, use: str, ends: str) -> None:
        self.run("--passphrase", "", "--quick-add-key", fingerprint, algorithm, use, ends)

    def fingerprint(self, address: str) -> str:
        lines = self.run("--list-keys", "--with-colons", address).stdout.decode().splitlines()
        return next(line.split(":")[9] for line in lines if line.startswith("fpr"))

    def take(self, key: bytes) -> None:
        self.run("--import", given=key)

    def public(self, address: str) -> bytes:
        return self.run("--armor", "--export", address).stdout

    def secret(self, address: str, passphrase: str = "") -> bytes:
        return self.run("--passphrase", passphrase, "--armor", "--export-secret-keys", address).stdout

    def says_good(self, said: subprocess.CompletedProcess[bytes], fingerprint: str) -> bool:
        """Whether gpg saw a good signature by this primary key."""
        valid = [
            line for line in said.stderr.decode("utf-8", "replace").splitlines() if line.startswith("[GNUPG:] VALIDSIG")
        ]
        return len(valid) == 1 and valid[0].split()[-1] == fingerprint


_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "HOME": "/nonexistent"}
