"""What follows the instant of a release, advisory by advisory, as far as it has come: the pages need none of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models.functions import Now

from accounts.access import Viewer
from accounts.models.outgoing import LEFT, Sending
from advisories.models import CONFIRMED, Batch, PublicationStep, StepKind
from advisories.release import following

_DONE = {
    StepKind.RECORD: "Done",
    **dict.fromkeys(CONFIRMED, "Confirmed"),
    StepKind.EXPORT: "Exported",
    StepKind.MAIL: "Sent",
}
_NOT_DONE = {StepKind.RECORD: "Not done", **dict.fromkeys(CONFIRMED, "Not confirmed"), StepKind.EXPORT: "Not exported"}
_ORDER = list(StepKind)


@dataclass(frozen=True, slots=True)
class Step:
    """One step that follows the instant of a release."""

    pk: int
    what: str
    says: str
    """How it stands, in words."""
    is_done: bool
    is_trouble: bool
    """Whether somebody should look at it."""
    may_try: bool
    """Whether it can be tried again at once."""
    at: datetime | None
    """When it was done, or is tried next; None where it has not been tried."""
    trouble: str


@dataclass(frozen=True, slots=True)
class Followed:
    """The steps of one advisory."""

    label: str
    url: str
    steps: tuple[Step, ...]

    @property
    def done(self) -> int:
        """How many of them are done."""
        return sum(step.is_done for step in self.steps)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left."""
        return self.done == len(self.steps)


@dataclass(frozen=True, slots=True)
class Aftermath:
    """The steps of a whole release."""

    advisories: tuple[Followed, ...]

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(len(one.steps) for one in self.advisories)

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(one.done for one in self.advisories)

    @property
    def troubles(self) -> int:
        """How many somebody should look at."""
        return sum(step.is_trouble for one in self.advisories for step in one.steps)


def of(batch: Batch, viewer: Viewer) -> Aftermath:
    """Everything that follows, as fetched for `viewer`; nothing before the instant."""
    steps = PublicationStep.objects.visible_to(viewer).filter(
        publication__arming__batch=batch, publication__voided_at__isnull=True, publication__public_at__lte=Now()
    )
    found = steps.select_related("publication__advisory").order_by("publication__number", "publication", "pk")
    return Aftermath(tuple(_followed(list(one)) for _, one in groupby(found, key=lambda step: step.publication_id)))


def _followed(rows: list[PublicationStep]) -> Followed:
    publication = rows[0].publication
    return Followed(
        f"{publication.advisory.label} v{publication.version}",
        publication.advisory.get_absolute_url(),
        tuple(_in_order(rows)),
    )


def _in_order(rows: Iterable[PublicationStep]) -> Iterable[Step]:
    for row in sorted(rows, key=lambda row: (_ORDER.index(StepKind(row.kind)), row.target)):
        kind, state = StepKind(row.kind), Sending(row.state)
        is_late = state is Sending.QUEUED and bool(row.trouble)
        # A mail server's bad night passes by itself; that readers lack something doesn't.
        is_trouble = state is Sending.FAILED or (is_late and kind is not StepKind.MAIL)
        yield Step(
            pk=row.pk,
            what=following.called(row.kind, row.target),
            says=_says(kind, state, is_trouble=is_trouble),
            is_done=state in LEFT,
            is_trouble=is_trouble,
            may_try=state is Sending.FAILED or is_late,
            at=row.sent_at or (row.due_at if is_late else None),
            trouble=row.trouble,
        )


def _says(kind: StepKind, state: Sending, *, is_trouble: bool) -> str:
    if state in LEFT:
        return _DONE[kind]
    if is_trouble or state is Sending.STOPPED:
        return _NOT_DONE.get(kind, "Given up")
    return "Under way" if state is Sending.SENDING else "Waiting"
