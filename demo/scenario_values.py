"""What a demonstration is described in: advisories, series, and the verdicts they are promised."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from demo.upstream_text import SOURCES

TREE = "sluice"
"""The name of the one source tree."""


class Base(StrEnum):
    """The three baselines of a branch."""

    POINT_RELEASE = "point release"
    STABLE = "stable"
    STAGING = "staging"


class Style(StrEnum):
    """How a series is handed in."""

    MAILS = "mails"
    """One file of `git format-patch` for each patch."""
    MBOX = "mbox"
    """All mails in one file."""
    QUILT = "quilt"
    """A tar of a quilt series: no `diff --git` lines, no index lines."""
    DIFFS = "diffs"
    """Bare diffs without a word of explanation."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a series is to get on one baseline."""

    verdict: str
    """The words of the verdict kinds: applies, needs prerequisites, conflicts, merged, invalid."""
    at_offset: bool = False
    """Applies, but some hunk lies elsewhere than it says."""
    witness: tuple[str, ...] = ()
    """Subjects of the window's commits that must come first, in order; none of them can be left out."""
    after: tuple[int, ...] = ()
    """Numbers of the embargoed advisories whose series must come first, behind those commits."""

    @property
    def prerequisites(self) -> int:
        """How many commits of the window are needed."""
        return len(self.witness)


@dataclass(frozen=True, slots=True)
class Series:
    """One series of an advisory."""

    key: str
    """Unique in the scenario: the advisory's number, with a letter where it has several series."""
    branches: tuple[str, ...]
    expected: Mapping[str, tuple[Expected, Expected, Expected]]
    """By branch: on the last point release, on the stable tip, on the staging tip."""
    fixes: tuple[str, ...] = ()
    """Names of entries of `sources/fixes.txt`, in order."""
    written_on: str = ""
    """The branch or tag on which the fixes were written."""
    written_after: tuple[str, ...] = ()
    """Fixes of other advisories that were there when this one was written."""
    upload: str = ""
    """A file of `sources/uploads/` that is handed in as it is, or the name of one that is generated."""
    style: Style = Style.MAILS
    depends_on: tuple[str, ...] = ()
    """Keys of other advisories' series."""
    tree: str = TREE

    def expected_on(self, branch: str, base: Base) -> Expected:
        """The verdict promised for one baseline."""
        return self.expected[branch][list(Base).index(base)]


@dataclass(frozen=True, slots=True)
class Advisory:
    """One advisory. The title and the Markdown sections come from its text."""

    number: int
    state: str
    severity: str = ""
    """One word: low, moderate, important, critical; empty where nobody has judged it."""
    series: tuple[Series, ...] = ()
    merged_into: int | None = None

    @property
    def title(self) -> str:
        """The first heading of the text."""
        return self._text().partition("\n")[0].removeprefix("# ")

    @property
    def sections(self) -> Mapping[str, str]:
        """Markdown by section, in order: description, impact, vulnerable systems, mitigation, resolution, notes."""
        parts = self._text().split("\n## ")[1:]
        return {heading.lower(): body.strip() for heading, _, body in (part.partition("\n") for part in parts)}

    def _text(self) -> str:
        return (SOURCES / "advisories" / f"{self.number}.md").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything the demonstration shows on top of its upstream."""

    advisories: tuple[Advisory, ...]
    by_key: Mapping[str, Series] = field(init=False)

    def __post_init__(self) -> None:
        series = {series.key: series for advisory in self.advisories for series in advisory.series}
        object.__setattr__(self, "by_key", series)

    def advisory(self, number: int) -> Advisory:
        """The advisory with this number; raises KeyError."""
        return {advisory.number: advisory for advisory in self.advisories}[number]
