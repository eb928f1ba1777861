"""PURE: a chain of events in which every link carries the hash of the one before, so that a change or a cut is seen.

The chain proves that nothing *inside* it was changed, taken out, put in or reordered. That nothing was cut off at its
end is known only to who kept an earlier head: keep `Head` somewhere else from time to time (print, mail, publish it).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from advisories.canonical import NotCanonical, digest, instant_text

DOMAIN = "penstock event 1"
START = digest("penstock events start 1", None)
"""What the first event carries as the hash before it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What happened, before it has a place in the chain."""

    kind: str
    at: datetime
    by: int | None
    """The id of who acted; None for the machine itself."""
    about: str = ""
    """The thing it happened to, such as `advisory:12`, inside the hash so that an event cannot change its subject."""
    detail: Mapping[str, object] | None = None
    """JSON values only."""


@dataclass(frozen=True, slots=True)
class Event:
    """A link of the chain: what happened, its place from 1 on, the hash before it and its own."""

    sequence: int
    previous: str
    draft: Draft
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The last link's place and hash; 0 and `START` for a chain without links."""

    sequence: int = 0
    hash: str = START


class Fault(StrEnum):
    """What is wrong with a link."""

    OUT_OF_SEQUENCE = "is not where it should be: one was taken out, put in or moved"
    OTHER_PREVIOUS = "does not follow the link before it"
    CHANGED = "was changed after it was written"
    UNREADABLE = "holds something that was never written"
    CUT = "is missing at the end"
    OTHER_HISTORY = "is not the one that was kept"


@dataclass(frozen=True, slots=True)
class Broken:
    """The first broken link: the place where one was expected, and what is wrong there."""

    sequence: int
    fault: Fault

    def __str__(self) -> str:
        return f"event {self.sequence} {self.fault}"


@dataclass(frozen=True, slots=True)
class Verified:
    """A whole chain, and the head to keep."""

    head: Head


def event_hash(sequence: int, previous: str, draft: Draft) -> str:
    """Give the hash of an event at its place. Raises `NotCanonical` for a detail that would not come back unchanged."""
    return digest(
        DOMAIN,
        {
            "sequence": sequence,
            "previous": previous,
            "kind": draft.kind,
            "at": instant_text(draft.at),
            "by": draft.by,
            "about": draft.about,
            "detail": draft.detail or {},
        },
    )


def append(head: Head, draft: Draft) -> Event:
    """Give `draft` the place after `head`."""
    sequence = head.sequence + 1
    return Event(sequence, head.hash, draft, event_hash(sequence, head.hash, draft))


def head_of(event: Event) -> Head:
    """Give the head of a chain that ends with `event`."""
    return Head(event.sequence, event.hash)


def verify(events: Iterable[Event], *, kept: Head | None = None) -> Verified | Broken:
    """Walk a chain from its first event and name the first broken link; a `kept` head must be one of its links.

    Reads one event at a time. Times may run backwards: clocks do, and the order is the sequence.
    """
    head = Head()
    for event in events:
        fault = _fault(head, event)
        if fault is not None:
            return Broken(head.sequence + 1, fault)
        head = head_of(event)
        if kept is not None and kept.sequence == head.sequence and kept.hash != head.hash:
            return Broken(head.sequence, Fault.OTHER_HISTORY)
    if kept is not None and kept.sequence > head.sequence:
        return Broken(head.sequence + 1, Fault.CUT)
    return Verified(head)


def _fault(head: Head, event: Event) -> Fault | None:
    if event.sequence != head.sequence + 1:
        return Fault.OUT_OF_SEQUENCE
    if event.previous != head.hash:
        return Fault.OTHER_PREVIOUS
    try:
        expected = event_hash(event.sequence, event.previous, event.draft)
    except (ValueError, NotCanonical):
        return Fault.UNREADABLE
    return None if expected == event.hash else Fault.CHANGED
