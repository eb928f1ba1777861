"""PURE: what people check by hand before a release, for each kind of one; nothing that a machine can see."""

from dataclasses import dataclass
from enum import StrEnum

from advisories.lifecycle import SHOWN_TO_READERS, State


class Kind(StrEnum):
    """What kind of release an advisory heads for."""

    EMBARGOED = "embargoed"
    ALREADY_PUBLIC = "already public"
    REISSUE = "re-issue"


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One thing to be ticked off."""

    key: str
    """Stays the same however the sentence is worded."""
    sentence: str
    kinds: frozenset[Kind]


_ALL = frozenset(Kind)
_FIRST = frozenset({Kind.EMBARGOED, Kind.ALREADY_PUBLIC})
_EMBARGOED = frozenset({Kind.EMBARGOED})
_OUT = frozenset({Kind.ALREADY_PUBLIC})
_REISSUE = frozenset({Kind.REISSUE})

ITEMS = (
    ChecklistItem("reproduced", "Somebody other than the finder has reproduced it.", _FIRST),
    ChecklistItem("oldest-affected", "The oldest affected version has been looked for, not guessed.", _FIRST),
    ChecklistItem("similar-code", "Similar code has been searched for the same mistake.", _FIRST),
    ChecklistItem("outside-owners", "Every other project that shares the code has been told.", _EMBARGOED),
    ChecklistItem("finder-agrees", "The finder agrees with the date and the credit.", _EMBARGOED),
    ChecklistItem("credits-said", "Everybody who found it or helped is credited, or it is said why not.", _FIRST),
    ChecklistItem("finder-checked", "The finder has tried the fix.", _EMBARGOED),
    ChecklistItem("deployment-decided", "It is decided what may be deployed during the embargo.", _EMBARGOED),
    ChecklistItem("cve-asked", "A CVE was asked for, or there is a reason for none.", _FIRST),
    ChecklistItem("public-noted", "Where and since when it is public stands in the text.", _OUT),
    ChecklistItem("fix-reviewed", "A maintainer of the code has reviewed the fix.", _ALL),
    ChecklistItem("text-read", "Somebody who did not write the text has read it.", _ALL),
    ChecklistItem("mitigation-tried", "The mitigation has been tried.", _FIRST),
    ChecklistItem("change-said", "The text says what changed since the last version.", _REISSUE),
    ChecklistItem("patches-compared", "New patches were compared with the ones that are out.", _REISSUE),
)  # fmt: skip


def kind_of(state: State, *, is_already_public: bool) -> Kind:
    """The kind of the next release of an advisory in `state`."""
    if state in SHOWN_TO_READERS:
        return Kind.REISSUE
    return Kind.ALREADY_PUBLIC if is_already_public else Kind.EMBARGOED


def items_for(kind: Kind) -> tuple[ChecklistItem, ...]:
    """What is to be ticked off for a release of this kind, in order."""
    return tuple(item for item in ITEMS if kind in item.kinds)
