"""What can go wrong with git, and its words made fit to show."""

import re

_CREDENTIALS = re.compile(r"([a-z][a-z0-9+.-]*://)[^\s/@'\"]+@", re.IGNORECASE)


class GitTrouble(Exception):
    """Git could not do what it was asked to; carries the verb, the exit status and what it said, made fit to show."""

    def __init__(self, verb: str, said: str, status: int | None = None) -> None:
        super().__init__(f"git {verb}: {said}" if said else f"git {verb} failed with status {status}")
        self.verb = verb
        self.said = said
        self.status = status


class GitTimeout(GitTrouble):
    """Git took longer than it may; it and every process it had started were killed."""

    def __init__(self, verb: str, limit_s: float) -> None:
        super().__init__(verb, f"took longer than {limit_s:g} s and was stopped")
        self.limit_s = limit_s


class GitMissing(GitTrouble):
    """There is no git on this machine, or one that is too old."""


def redacted(stderr: bytes) -> str:
    """What git said, fit to show and log: no credentials of a URL, no control characters, 2,000 characters at most."""
    text = _CREDENTIALS.sub(r"\1", stderr.decode("utf-8", "replace")).strip()
    return "".join(character if character.isprintable() or character == "\n" else "?" for character in text)[:2000]
