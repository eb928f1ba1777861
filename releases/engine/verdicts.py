"""Verdicts and their evidence as values, to and from plain JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

ENGINE_VERSION = "1"
"""Part of every verdict's key: raise it when the same inputs may give another verdict."""


class Kind(StrEnum):
    """What a series does on a baseline (the table of terms in docs/engine.md)."""

    APPLIES = "applies"
    NEEDS_PREREQUISITES = "needs prerequisites"
    CONFLICTS = "conflicts"
    MERGED = "merged"
    INVALID = "invalid"
    ERROR = "error"


class Outcome(StrEnum):
    """What became of one patch of the series."""

    APPLIED = "applied"
    CONTAINED = "contained"
    FAILED = "failed"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one hunk went: `line` is 1-based in the file as it then stood, `offset` counts from where it said."""

    path: str
    hunk: int
    line: int
    offset: int


@dataclass(frozen=True, slots=True)
class PatchOutcome:
    """One patch of the series, in order."""

    sha256: str
    outcome: Outcome
    places: tuple[Place, ...] = ()
    contained_in: str = ""
    """The commit whose patch id is the same, where one is known."""


@dataclass(frozen=True, slots=True)
class FailedHunk:
    """The first hunk (or file) that stood in the way."""

    patch: int
    """0-based place of the patch in the series."""
    path: str
    hunk: int | None
    """0-based place of the hunk in its file; None where the file itself is the trouble."""
    patch_line: int
    """1-based line of the hunk's header in the patch text."""
    reason: str
    expected: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    found_at: int = 0
    """1-based line at which `found` begins in the file."""


@dataclass(frozen=True, slots=True)
class CommitLine:
    """A commit as people name it."""

    commit: str
    author: str
    subject: str
    authored_on: str = ""
    """ISO date."""


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """One element of the ordered list: an upstream commit, or another series as a whole (`series` is its key)."""

    commit: CommitLine | None = None
    series: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found, with what shows it."""

    kind: Kind
    reason: str = ""
    """One sentence for a person; holds paths at most, so it is as secret as the series."""
    patches: tuple[PatchOutcome, ...] = ()
    failed: FailedHunk | None = None
    in_the_way: tuple[CommitLine, ...] = ()
    """For a conflict: commits since the fork that changed the lines the hunk expected, newest first."""
    prerequisites: tuple[Prerequisite, ...] = ()
    """In the order in which they are applied."""
    never_counted_but_needed: tuple[str, ...] = ()
    """Commits of the list that the tree says are never prerequisites, but without which it doesn't apply."""
    verified_tree: str = ""
    """The tree that real git reached with the same list; empty where there was nothing to verify."""

    def to_json(self) -> dict[str, Any]:
        """Plain values that any database's JSON takes."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Verdict":
        """The verdict that `to_json` wrote."""
        return cls(
            kind=Kind(data["kind"]),
            reason=data["reason"],
            patches=tuple(
                PatchOutcome(
                    sha256=patch["sha256"],
                    outcome=Outcome(patch["outcome"]),
                    places=tuple(Place(**place) for place in patch["places"]),
                    contained_in=patch["contained_in"],
                )
                for patch in data["patches"]
            ),
            failed=failed_hunk(data["failed"]),
            in_the_way=tuple(CommitLine(**line) for line in data["in_the_way"]),
            prerequisites=tuple(
                Prerequisite(
                    commit=CommitLine(**element["commit"]) if element["commit"] else None, series=element["series"]
                )
                for element in data["prerequisites"]
            ),
            never_counted_but_needed=tuple(data["never_counted_but_needed"]),
            verified_tree=data["verified_tree"],
        )


def shown(raw: bytes) -> str:
    """Bytes as text that any database keeps and any page shows: what isn't UTF-8, and NUL, becomes \\xNN."""
    return raw.decode("utf-8", "backslashreplace").replace("\0", "\\x00")


def failed_hunk(data: Mapping[str, Any] | None) -> FailedHunk | None:
    """What stood in the way, of the plain values that a verdict was kept as."""
    if data is None:
        return None
    lines = {name: tuple(data[name]) for name in ("expected", "found")}
    return FailedHunk(**{**data, **lines})
