"""What pages of the desk are given. Nothing here can be asked for more."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from advisories.calendar import Slot
from advisories.content import FrozenPatch
from advisories.models import Advisory, Batch, BatchMove, Revision
from advisories.models.arming import Arming
from advisories.predisclosure.readiness import Glance
from advisories.release.batching import BatchState
from advisories.timeline import Moment


@dataclass(frozen=True, slots=True)
class Lacks:
    """What is missing of one kind, and where it is mended."""

    kind: str
    sentences: tuple[str, ...]
    url: str
    action: str
    """What its link says; empty where no page of ours mends it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A link that fills a form in."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One advisory of a batch."""

    advisory: Advisory
    rating: str
    revision: Revision | None
    is_current: bool
    lacks: tuple[Lacks, ...]
    """But approvals, which are the batch's."""
    before_members: tuple[Lacks, ...]
    """Besides, where members are to be told first."""
    patches: tuple[FrozenPatch, ...]
    branches: tuple[str, ...]
    """Of which a verdict or a series is missing and may be overridden."""
    overrides: tuple[tuple[str, str], ...]
    """Branch and recorded reason."""
    glance: Glance
    """How ready members are, and what they ask of the date."""

    @property
    def count(self) -> int:
        """How many things are missing."""
        return sum(len(one.sentences) for one in self.lacks)


@dataclass(frozen=True, slots=True)
class Given:
    """Somebody's approval."""

    by: User
    at: datetime
    void_because: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the sequence from open to released."""

    name: str
    standing: str
    """`done`, `here`, `skipped` or `ahead`."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A batch for those who release."""

    batch: Batch
    zone: str
    entries: tuple[Entry, ...]
    given: tuple[Given, ...]
    needed: int
    approvals_missing: str
    digest: str
    recipients: tuple[str, ...]
    held_because: str
    """Why what was armed is void and nothing has been armed since."""
    over_cap: str
    clocks: tuple[str, ...]
    """Outside clocks that are near, past, or broken by the date."""
    is_overdue: bool
    is_out: bool
    """Readers have it since its instant, and no worker has written that down yet."""

    @property
    def missing(self) -> int:
        """How many things are missing, approvals aside."""
        return sum(entry.count for entry in self.entries)

    @property
    def counted(self) -> int:
        """How many approvals count."""
        return sum(not one.void_because for one in self.given)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The sequence, with where it stands."""
        return steps_of(self.batch)


@dataclass(frozen=True, slots=True)
class Loose:
    """An advisory that is in no batch, and the dates that would do."""

    advisory: Advisory
    slots: tuple[Slot, ...]
    """None where an end is agreed, which is the date then."""
    agreed_at: datetime | None = None
    is_reissue: bool = False


@dataclass(frozen=True, slots=True)
class Released:
    """A release that is out."""

    batch: Batch
    open_steps: int
    """How much of what follows is not done."""
    has_failed: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What a release manager knows of a batch: when, and which numbers."""

    at: datetime
    state: str
    labels: tuple[str, ...]
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that is coming, the nearest first."""

    zone: str
    coming: tuple[Shown, ...]
    loose: tuple[Loose, ...]
    released: tuple[Released, ...]

    @property
    def overdue(self) -> int:
        """How many dates have passed with nothing out."""
        return sum(one.is_overdue for one in self.coming)

    @property
    def held(self) -> int:
        """How many were armed and are held back."""
        return sum(bool(one.held_because) for one in self.coming)


@dataclass(frozen=True, slots=True)
class History:
    """What has happened to a batch."""

    moves: tuple[BatchMove, ...]
    armings: tuple[Arming, ...]
    moments: tuple[Moment, ...]


_SEQUENCE = (BatchState.OPEN, BatchState.FROZEN, BatchState.PREDISCLOSED, BatchState.ARMED, BatchState.RELEASED)


def steps_of(batch: Batch) -> tuple[Step, ...]:
    """From open to released; pre-disclosure is skipped where members never got it."""
    state = BatchState(batch.state)
    if state is BatchState.CANCELLED:
        return ()
    here = _SEQUENCE.index(state)
    found = []
    for place, one in enumerate(_SEQUENCE):
        is_left_out = one is BatchState.PREDISCLOSED and not batch.was_predisclosed and here > place
        standing = "here" if place == here else "skipped" if is_left_out else "done" if place < here else "ahead"
        found.append(Step(one.value.capitalize(), standing))
    return tuple(found)
