"""What a finder's page of the fix is made of: values that a template shows and cannot ask more of."""

from dataclasses import dataclass
from datetime import datetime

from advisories.writing.differences import PatchDifference
from releases.evidence.showing import PatchShown
from releases.models.check import Kind

_SAYS = {
    Kind.APPLIES: "Applies to {base}.",
    Kind.NEEDS_PREREQUISITES: "Applies to {base} with {first}.",
    Kind.CONFLICTS: "Does not apply to {base}.",
    Kind.MERGED: "{base} holds it already.",
    Kind.INVALID: "Could not be tried on {base}.",
    Kind.ERROR: "Could not be tried on {base}.",
}


@dataclass(frozen=True, slots=True)
class Before:
    """Something that comes first: a commit of everyone's, or another fix that may be named."""

    title: str
    commit: str = ""


@dataclass(frozen=True, slots=True)
class ToldVerdict:
    """How a series fares on one commit of a branch."""

    kind: str
    base_name: str
    before: tuple[Before, ...] = ()

    @property
    def says(self) -> str:
        """The verdict in plain words."""
        count = len(self.before)
        return _SAYS[Kind(self.kind)].format(
            base=self.base_name, first=f"{count} prerequisite{'s' if count != 1 else ''}"
        )

    @property
    def commits(self) -> str:
        """The commits, for a shell; empty where something else comes first too."""
        if not self.before or not all(one.commit for one in self.before):
            return ""
        return "\n".join(f"git cherry-pick -x {one.commit}" for one in self.before)


@dataclass(frozen=True, slots=True)
class ToldBranch:
    """A branch that a series is for; None where there is no verdict, or none that may be told."""

    name: str
    release: ToldVerdict | None
    tip: ToldVerdict | None


@dataclass(frozen=True, slots=True)
class Said:
    """What the finder said, and of which revision."""

    found: str
    words: str
    comment: str
    revision: str
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ToldSeries:
    """One series of the fix, as it is now."""

    key: str
    """Opaque: it counts nothing."""
    tree: str
    branches: tuple[ToldBranch, ...]
    revision: str
    digest: str
    uploaded_at: datetime
    patches: tuple[PatchShown, ...]
    mbox_name: str
    mbox_sha256: str
    since: str = ""
    """The revision that the finder saw last; empty where this is the first, or they have seen none other."""
    changes: tuple[PatchDifference, ...] = ()
    said: Said | None = None
    """Of this revision."""
    said_before: tuple[Said, ...] = ()
    """Of earlier ones, the newest first."""

    @property
    def title(self) -> str:
        """The tree and the branches that it is for."""
        return f"{self.tree} {', '.join(branch.name for branch in self.branches)}".strip()


@dataclass(frozen=True, slots=True)
class ToldFix:
    """All of it."""

    shared_at: datetime
    series: tuple[ToldSeries, ...]


@dataclass(frozen=True, slots=True)
class Glance:
    """What the page of the thread says of it."""

    series: int
    waits: int
    """Of how many series the finder has said nothing as they are now."""
