"""What a reader noticed: values with the line they stand on, collected and never swallowed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Severity(StrEnum):
    """How much a doubt weighs."""

    NOTE = "note"
    """Understood, and worth a look."""
    DOUBT = "doubt"
    """Read one way although it could be meant another; a person should decide."""
    REFUSED = "refused"
    """Not taken over."""


@dataclass(frozen=True, slots=True, order=True)
class Doubt:
    """One thing noticed. `kind` is stable and for machines, `message` is for people."""

    severity: Severity
    kind: str
    line: int
    """Counted from 1 in the document `where`; 0 means the document as a whole."""
    message: str
    where: str = ""
    """The document: `text` (the signed part, counted from its first line), `mail`, or a file's name."""

    def __str__(self) -> str:
        place = ":".join(part for part in (self.where, str(self.line) if self.line else "") if part)
        return f"{self.severity}: {place}: {self.message}" if place else f"{self.severity}: {self.message}"


def counted(text: str) -> tuple[tuple[tuple[str, int], ...], str]:
    """Sort key of what people read down a list: numbers in it count as numbers, so that 101 comes before 1001."""
    parts = re.findall(r"([^0-9]+)|([0-9]{1,18})", text)
    return tuple((word, int(number or 0)) for word, number in parts), text


class Refused(Exception):
    """A document that cannot be read at all; carries the doubt that says why."""

    def __init__(self, kind: str, message: str, *, line: int = 0, where: str = "") -> None:
        super().__init__(message)
        self.doubt = Doubt(Severity.REFUSED, kind, line, message, where)


class NotWritable(Exception):
    """A record that a strict writer will not put down, because it would not be read back the same."""


@dataclass(slots=True)
class Doubts:
    """Collects what is noticed while one document is read."""

    where: str = ""
    found: list[Doubt] = field(default_factory=list)

    def note(self, kind: str, line: int, message: str) -> None:
        """Add a note about `line`."""
        self.found.append(Doubt(Severity.NOTE, kind, line, message, self.where))

    def doubt(self, kind: str, line: int, message: str) -> None:
        """Add a doubt about `line`."""
        self.found.append(Doubt(Severity.DOUBT, kind, line, message, self.where))

    def refuse(self, kind: str, line: int, message: str) -> None:
        """Add something that is not taken over."""
        self.found.append(Doubt(Severity.REFUSED, kind, line, message, self.where))

    def under(self, where: str) -> tuple[Doubt, ...]:
        """What was found so far, said to be in the document `where`."""
        return tuple(replace(doubt, where=where) for doubt in self.found)

    def __iter__(self) -> Iterator[Doubt]:
        return iter(self.found)
