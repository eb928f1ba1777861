"""The demonstration's advisories, their series, and the verdict each series is to get on every baseline.

Plain values. Texts lie in `sources/advisories/`; `scenario_patches.py` makes the patches from the upstream. What is
expected is declared here, so that the tests hold both git and the engine to the same promises.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from demo.upstream_text import SOURCES

TREE = "sluice"
"""The name of the one source tree."""

NEVER_PREREQUISITE = r"^update Sluice version to "
"""Subjects of commits that are never prerequisites, as a regular expression."""

RELEASE_TAG = r"RELEASE-(\d+\.\d+)\.(\d+)"
"""Matches whole tags of point releases, with groups for the series and the point number."""


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


APPLIES = Expected("applies")
AT_OFFSET = Expected("applies", at_offset=True)
MERGED = Expected("merged")
CONFLICTS = Expected("conflicts")
INVALID = Expected("invalid")

GRANT_NAMES = "grant: name the entry accessors after what they return"
GRANT_LOCK = "grant: make the table's lock a reader-writer lock"
GRANT_OWNER = "grant: pass the owner to grant_release_map()"
SCHED_LOCK = "sched: take a unit's queue through one helper"
SCHED_TIME = "sched: tell the accounting what time it is"
SCHED_WEIGHT = "sched: don't divide by the weight of an empty queue"
DOMCTL_VCPU = "domctl: look a virtual processor up in one place"
P2M_PUT = "p2m: give the old page back before the lock is dropped"


def needs(*subjects: str, after: tuple[int, ...] = ()) -> Expected:
    """Applies once these commits, and the fixes of these advisories, have been applied."""
    return Expected("needs prerequisites", witness=subjects, after=after)


def everywhere(expected: Expected, *branches: str) -> dict[str, tuple[Expected, Expected, Expected]]:
    """The same on all three baselines of these branches."""
    return {branch: (expected, expected, expected) for branch in branches}


ALL = ("1.6", "1.7", "1.8", "1.9")

SCENARIO = Scenario(
    (
        Advisory(41, "public", "critical", (
            Series("41", ALL, everywhere(MERGED, *ALL), ("copy-bounds",), "RELEASE-1.6.2"),
        )),
        Advisory(42, "public", "important", (
            Series("42", ("1.6", "1.7"), everywhere(MERGED, "1.6", "1.7"), ("close-lock",), "RELEASE-1.6.2"),
        )),
        Advisory(43, "public", "moderate", (
            Series(
                "43a", ("1.6", "1.7", "1.8"),
                {**everywhere(AT_OFFSET, "1.6"), "1.7": (APPLIES, APPLIES, MERGED), "1.8": (APPLIES, APPLIES, MERGED)},
                ("short-fetch",), "RELEASE-1.8.2",
            ),
            Series("43b", ("1.9",), {"1.9": (APPLIES, MERGED, MERGED)}, ("short-fetch",), "RELEASE-1.9.1"),
        )),
        Advisory(44, "pre-disclosed", "moderate", (
            Series("44a", ("1.6", "1.7"), everywhere(APPLIES, "1.6", "1.7"), ("range-wrap-old",), "stable-1.7"),
            Series("44b", ("1.8", "1.9"), everywhere(APPLIES, "1.8", "1.9"), ("range-wrap",), "staging-1.9"),
        )),
        Advisory(45, "pre-disclosed", "critical", (
            Series(
                "45", ("1.7", "1.8", "1.9"),
                {"1.7": (needs(GRANT_NAMES, GRANT_LOCK), needs(GRANT_NAMES, GRANT_LOCK), AT_OFFSET),
                 "1.8": (needs(GRANT_NAMES, GRANT_LOCK), needs(GRANT_NAMES, GRANT_LOCK), APPLIES),
                 "1.9": (needs(GRANT_NAMES, GRANT_LOCK), needs(GRANT_LOCK), APPLIES)},
                ("pin-once",), "staging-1.9",
            ),
        )),
        Advisory(46, "pre-disclosed", "important", (
            Series(
                "46", ("1.8", "1.9"),
                {"1.8": (needs(GRANT_NAMES, GRANT_LOCK, after=(45,)), needs(GRANT_NAMES, GRANT_LOCK, after=(45,)),
                         needs(after=(45,))),
                 "1.9": (needs(GRANT_NAMES, GRANT_LOCK, after=(45,)), needs(GRANT_LOCK, after=(45,)),
                         needs(after=(45,)))},
                ("pin-readonly",), "staging-1.9", written_after=("pin-once",), depends_on=("45",),
            ),
        )),
        Advisory(47, "ready", "important", (
            Series(
                "47", ALL,
                {"1.6": (AT_OFFSET, AT_OFFSET, AT_OFFSET), "1.7": (AT_OFFSET, AT_OFFSET, AT_OFFSET),
                 "1.8": (AT_OFFSET, AT_OFFSET, APPLIES), "1.9": (AT_OFFSET, AT_OFFSET, APPLIES)},
                ("msix-table",), "staging-1.9", style=Style.DIFFS,
            ),
        )),
        Advisory(48, "ready", "low", (
            Series(
                "48", ALL,
                {**everywhere(CONFLICTS, "1.6"), **everywhere(AT_OFFSET, "1.7", "1.8"),
                 "1.9": (AT_OFFSET, AT_OFFSET, APPLIES)},
                ("access-default",), "staging-1.9",
            ),
        )),
        Advisory(49, "drafting", "low", (
            Series(
                "49", ("1.7", "1.8", "1.9"),
                {"1.7": (needs(DOMCTL_VCPU), needs(DOMCTL_VCPU), APPLIES),
                 "1.8": (needs(DOMCTL_VCPU), needs(DOMCTL_VCPU), APPLIES),
                 "1.9": (needs(DOMCTL_VCPU), needs(DOMCTL_VCPU), APPLIES)},
                ("context-clear", "internal-header", "context-document"), "staging-1.8", style=Style.MBOX,
            ),
        )),
        Advisory(50, "pre-disclosed", "important", (
            Series(
                "50", ALL,
                {"1.6": (needs(SCHED_WEIGHT, SCHED_LOCK, SCHED_TIME), needs(SCHED_LOCK, SCHED_TIME), APPLIES),
                 "1.7": (needs(SCHED_LOCK, SCHED_TIME), needs(SCHED_TIME), APPLIES),
                 "1.8": (needs(SCHED_LOCK, SCHED_TIME), needs(SCHED_TIME), APPLIES),
                 "1.9": (needs(SCHED_LOCK, SCHED_TIME), APPLIES, APPLIES)},
                ("account-weight",), "staging-1.8", style=Style.QUILT,
            ),
        )),
        Advisory(51, "ready", "moderate", (
            Series(
                "51a", ("1.7", "1.8"), {**everywhere(CONFLICTS, "1.7"), **everywhere(APPLIES, "1.8")},
                ("platform-info",), "stable-1.8",
            ),
            Series("51b", ("1.9",), everywhere(APPLIES, "1.9"), ("platform-info-new",), "stable-1.9"),
        )),
        Advisory(52, "drafting", "", (
            Series("52a", ("1.9",), everywhere(INVALID, "1.9"), upload="sign-in-page.patch"),
            Series("52b", ("1.8",), everywhere(INVALID, "1.8"), upload="climbing-out.patch"),
            Series("52c", ("1.7",), everywhere(INVALID, "1.7"), upload="everything-reformatted.patch"),
        )),
        Advisory(53, "drafting", "low", (
            Series("53", ("1.8", "1.9"), everywhere(APPLIES, "1.8", "1.9"), ("clean-picture",), "stable-1.9"),
        )),
        Advisory(54, "unused"),
        Advisory(55, "merged", "critical", merged_into=45),
        Advisory(56, "withdrawn"),
        Advisory(57, "ready", "important", (
            Series(
                "57", ("1.8", "1.9"),
                {"1.8": (needs(P2M_PUT), APPLIES, APPLIES), "1.9": (needs(P2M_PUT), needs(P2M_PUT), AT_OFFSET)},
                ("add-page-type",), "staging-1.8",
            ),
        )),
        Advisory(58, "drafting", "moderate", (
            Series("58", ("1.8", "1.9"), everywhere(CONFLICTS, "1.8", "1.9"), upload="private-tree.patch"),
        )),
        Advisory(59, "pre-disclosed", "critical", (
            Series(
                "59", ("1.8", "1.9"),
                {**everywhere(CONFLICTS, "1.8"),
                 "1.9": (needs(GRANT_NAMES, GRANT_LOCK, GRANT_OWNER), needs(GRANT_LOCK, GRANT_OWNER), APPLIES)},
                ("release-marks",), "staging-1.9",
            ),
        )),
        Advisory(60, "reserved"),
    )
)
"""All advisories, by number. Anything from 44 on, but 54 and 56, is embargoed."""
