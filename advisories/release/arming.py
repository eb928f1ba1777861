"""PURE: what exactly is approved for release, as one digest, and when enough people have approved exactly that."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from advisories.canonical import digest, instant_text

DOMAIN = "penstock arming 1"


@dataclass(frozen=True, slots=True)
class ArmedPatch:
    """A patch by its name and the SHA-256 (hex) of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ArmedAdvisory:
    """One revision that would go out: the digest of all that it says, and its patches in order."""

    number: int
    revision: int
    content_sha256: str
    patches: tuple[ArmedPatch, ...] = ()


@dataclass(frozen=True, slots=True)
class Armament:
    """Everything that an approval approves. Only the order of patches means anything."""

    advisories: frozenset[ArmedAdvisory]
    recipients: frozenset[str]
    """Where it will be sent, each as one text of the caller's making. Letters are for the keys of their day."""
    public_at: datetime

    def digest(self) -> str:
        """Give the SHA-256 (hex) that is approved: the same for the same release, another after any change."""
        return digest(
            DOMAIN,
            {
                "advisories": [
                    {
                        "number": advisory.number,
                        "revision": advisory.revision,
                        "content": advisory.content_sha256,
                        "patches": [[patch.name, patch.sha256] for patch in advisory.patches],
                    }
                    for advisory in sorted(self.advisories, key=_place)
                ],
                "recipients": sorted(self.recipients),
                "public_at": instant_text(self.public_at),
            },
        )


@dataclass(frozen=True, slots=True)
class Approval:
    """One team member's approval of one digest."""

    by: int
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Quorum:
    """What a release's approvals amount to."""

    counted: frozenset[int]
    """Who has approved exactly this."""
    void: frozenset[int]
    """Who has approved something else, and must look again."""
    missing: str = ""
    """One sentence, empty where nothing is."""

    @property
    def is_met(self) -> bool:
        """Say whether enough people have approved."""
        return not self.missing


def quorum(
    approvals: Iterable[Approval], armed: str, *, authors: frozenset[int], team: frozenset[int], needed: int
) -> Quorum:
    """Say whether enough people have approved the digest `armed`: `needed` of the `team`, never its authors alone.

    Approvals of other digests, of people no longer on the team and second ones of the same person don't count.
    """
    given = list(approvals)
    counted = frozenset(one.by for one in given if one.digest == armed and one.by in team)
    void = frozenset(one.by for one in given if one.digest != armed and one.by in team) - counted
    short = needed - len(counted)
    if short > 0:
        missing = f"{short} more approval{'' if short == 1 else 's'} of exactly this needed."
    elif counted <= authors:
        missing = "Only its authors have approved it; somebody else must look at it too."
    else:
        missing = ""
    return Quorum(counted, void, missing)


def _place(advisory: ArmedAdvisory) -> tuple[int, int, str, tuple[tuple[str, str], ...]]:
    patches = tuple((patch.name, patch.sha256) for patch in advisory.patches)
    return advisory.number, advisory.revision, advisory.content_sha256, patches
