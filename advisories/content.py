"""PURE: what a revision freezes: the draft's words and the fixes as they were checked, as plain values with one digest.

The draft's part is made by `drafting.content_of`; the fixes come from whoever keeps patches. Published is only what is
in here, so that what was approved, what was checked and what is read are the same bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from advisories.canonical import digest, instant_text
from advisories.release.missing import BranchFacts

DOMAIN = "penstock revision 1"


@dataclass(frozen=True, slots=True)
class FrozenPatch:
    """A patch of a series as it goes out. `content` is what `sha256` (lower-case hex) is of."""

    file_name: str
    """Unique in the revision; what people save it as."""
    sha256: str
    tree: str
    branches: tuple[str, ...]
    series: str
    """The caller's name for the series it belongs to; patches of one series apply in the order given."""
    series_revision: int
    content: bytes = field(default=b"", repr=False)

    def as_plain(self) -> dict[str, object]:
        """Everything but the bytes."""
        return {
            "name": self.file_name,
            "sha256": self.sha256,
            "tree": self.tree,
            "branches": list(self.branches),
            "series": self.series,
            "series_revision": self.series_revision,
        }


@dataclass(frozen=True, slots=True)
class FrozenVerdict:
    """What the engine said of a series on one baseline, about exactly the patches named."""

    tree: str
    branch: str
    baseline: str
    """`release`, `stable` or `staging`."""
    baseline_name: str
    """The tag or the ref."""
    base_commit: str
    series: str
    kind: str
    prerequisites: tuple[str, ...]
    """Full commit ids, and names of advisories whose fixes come first, in order."""
    patches_sha256: tuple[str, ...]
    checked_at: datetime

    def as_plain(self) -> dict[str, object]:
        """Plain values."""
        return {
            "tree": self.tree,
            "branch": self.branch,
            "baseline": self.baseline,
            "baseline_name": self.baseline_name,
            "base_commit": self.base_commit,
            "series": self.series,
            "kind": self.kind,
            "prerequisites": list(self.prerequisites),
            "patches": list(self.patches_sha256),
            "checked_at": instant_text(self.checked_at),
        }


@dataclass(frozen=True, slots=True)
class Fixes:
    """Everything an advisory brings by way of patches, and how they fare on the branches under security support."""

    patches: tuple[FrozenPatch, ...] = ()
    verdicts: tuple[FrozenVerdict, ...] = ()
    branches: tuple[BranchFacts, ...] = ()
    """What publication asks about each affected branch; not part of what is frozen."""

    @property
    def sha256(self) -> str:
        """SHA-256 (hex) over names and digests of the patches in order: another for other patches."""
        return digest("penstock fixes 1", [patch.as_plain() for patch in self.patches])


def frozen(draft: Mapping[str, Any], fixes: Fixes) -> dict[str, Any]:
    """Put the words of a draft and its fixes together, as a revision keeps them."""
    return {
        **draft,
        "patches": [patch.as_plain() for patch in fixes.patches],
        "verdicts": [verdict.as_plain() for verdict in fixes.verdicts],
    }


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of a revision's content; raises `NotCanonical` for what JSON would not give back."""
    return digest(DOMAIN, content)


def said_by(content: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a frozen content that a person wrote: what a draft is compared with.

    Verdicts are left out: a branch that moves on changes them, and with the same patches they are looked at again when
    the release is armed.
    """
    return {name: value for name, value in content.items() if name != "verdicts"}
