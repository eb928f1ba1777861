"""What readers' pages are given: frozen values, so that no page can ask for more."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.safestring import SafeString

from advisories.severity import Severity
from advisories.writing.showing import TreeLines


def stem(number: int) -> str:
    """How the names of an advisory's files begin: `ssa12`."""
    return f"{settings.ADVISORY_PREFIX.lower()}{number}"


def text_stem(number: int, version: int) -> str:
    """What the text of a revision is called, without its ending: `ssa12-v2`."""
    return f"{stem(number)}-v{version}"


@dataclass(frozen=True, slots=True)
class Issue:
    """One public revision."""

    version: int
    at: datetime
    summary: str
    """What it changed, in its author's words; empty for the first."""
    reason: str
    """Why there is another, in a few words; empty for the first."""


@dataclass(frozen=True, slots=True)
class ShownSeverity:
    """A score with whoever gave it."""

    severity: Severity
    source: str


@dataclass(frozen=True, slots=True)
class ShownIdentifier:
    """A name that others gave the flaw."""

    scheme: str
    value: str
    state: str
    """In words, where it is anything but assigned or published."""
    replaced_by: str


@dataclass(frozen=True, slots=True)
class Part:
    """A section as HTML that is safe to show."""

    name: str
    heading: str
    html: SafeString


@dataclass(frozen=True, slots=True)
class ShownPatch:
    """One patch to download."""

    name: str
    sha256: str
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class PatchGroup:
    """The patches of one series, in the order in which they apply, and the branches that they are for."""

    tree: str
    branches: tuple[str, ...]
    """The newest first."""
    patches: tuple[ShownPatch, ...]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a series fares on one point release, as it was checked for this revision."""

    tree: str
    branch: str
    release: str
    """The tag."""
    kind: str
    commits: tuple[str, ...]
    """What has to be picked first, in this order: full commit ids."""
    checked_at: datetime

    @property
    def command(self) -> str:
        """What picks them, for a shell."""
        return "git cherry-pick -x \\\n" + " \\\n".join(f"  {commit}" for commit in self.commits)


@dataclass(frozen=True, slots=True)
class AnnouncedRecipe:
    """How one branch was patched when the advisory was announced, as its recipe says."""

    tree: str
    branch: str
    commit: str
    """What it was tried on: a full commit id."""
    first: tuple[str, ...]
    """Advisories whose fixes come first, in this order."""
    files: tuple[str, ...]
    """Names of the patches, in order; none where the branch needs none."""


@dataclass(frozen=True, slots=True)
class Changed:
    """How one part of an advisory differs from the revision before."""

    heading: str
    rows: tuple[tuple[str, str], ...]
    """Sign (`+`, `-`, a blank, or `…` for what is left out) and line."""


@dataclass(frozen=True, slots=True)
class Differences:
    """What a revision changed."""

    issue: Issue
    before: int
    parts: tuple[Changed, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that everyone may know happened."""

    at: datetime
    sentence: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision about the embargo that readers are told of."""

    heading: str
    words: str


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What readers are told of an embargo that is over."""

    sentences: tuple[str, ...]
    decisions: tuple[Decided, ...]


@dataclass(frozen=True, slots=True)
class Other:
    """Another published advisory that this one leads to."""

    number: int
    title: str

    @property
    def label(self) -> str:
        """The number as people write it."""
        return f"{settings.ADVISORY_PREFIX}-{self.number}"


@dataclass(frozen=True, slots=True)
class AdvisoryPage:
    """One revision of one advisory as its page shows it."""

    number: int
    label: str
    title: str
    version: int
    issues: tuple[Issue, ...]
    """Every public revision, the first first."""
    withdrawn_because: str
    superseded_by: Other | None
    supersedes: Other | None
    severities: tuple[ShownSeverity, ...]
    identifiers: tuple[ShownIdentifier, ...]
    parts: tuple[Part, ...]
    trees: tuple[TreeLines, ...]
    tags: tuple[str, ...]
    finders: tuple[str, ...]
    patches: tuple[PatchGroup, ...]
    recipes: tuple[Recipe, ...]
    announced: tuple[AnnouncedRecipe, ...]
    """Only of what was published before this portal was."""
    differences: tuple[Differences, ...]
    moments: tuple[Moment, ...]
    embargo: Afterwards | None
    text_sha256: str
    """Of the text that goes with it; empty where none was ever written out."""
    fingerprint: str
    """Of the key that signed the text; empty where it is not signed."""

    @property
    def fingerprint_to_compare(self) -> str:
        """As programs show it beside a signature: in fours, with a gap in the middle."""
        fours = [self.fingerprint[at : at + 4] for at in range(0, len(self.fingerprint), 4)]
        half = len(fours) // 2
        return "  ".join(" ".join(part) for part in (fours[:half], fours[half:]) if part)

    @property
    def text_name(self) -> str:
        """What its text is called, without its ending."""
        return text_stem(self.number, self.version)

    @property
    def first(self) -> Issue:
        """How it became public."""
        return self.issues[0]

    @property
    def newest(self) -> Issue:
        """The revision that says most."""
        return self.issues[-1]

    @property
    def shown(self) -> Issue:
        """The revision on the page."""
        return next(issue for issue in self.issues if issue.version == self.version)

    @property
    def is_newest(self) -> bool:
        """Whether nothing newer is public."""
        return self.version == self.newest.version
