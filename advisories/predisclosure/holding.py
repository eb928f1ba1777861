"""What a contact holds, as the desk, feeds and the API show it: read through deliveries alone, in four questions.

Dates are those that were told with the deliveries, never those of the batch: a move that nobody was told of yet shows
nowhere.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models.fields.json import KeyTextTransform
from django.utils.crypto import salted_hmac

from accounts.access import Viewer
from advisories.models import Delivery, Looked, Publication, What

_WORDS = {
    What.PREDISCLOSED: "given to you",
    What.REVISED: "another revision",
    What.DATE_MOVED: "the date moved",
    What.CANCELLED: "the date was given up",
    What.ENDED_EARLY: "the embargo ended early",
    What.HELD: "held back",
    What.PUBLISHED: "published",
    What.REISSUED: "issued again",
}

_HAS_NO_DATE = (What.CANCELLED, What.HELD)
"""What was told with these holds no more."""


@dataclass(frozen=True, slots=True)
class News:
    """One thing that was told."""

    what: str
    """In a few words."""
    kind: str
    at: datetime
    version: int | None
    """Of the revision that came with it."""
    changes: str
    """What that revision changed, in its author's words."""
    planned_at: datetime | None
    is_new: bool
    """It came after the reader last looked."""


@dataclass(frozen=True, slots=True)
class Held:
    """One advisory of which somebody holds a revision."""

    number: int
    title: str
    version: int
    """The newest revision that they hold."""
    versions: tuple[int, ...]
    planned_at: datetime | None
    """When it is to become public, as it was told last."""
    was_planned_at: datetime | None
    """What was told before, where the reader has not looked since it moved."""
    public_at: datetime | None
    """Since when everybody may read it; None while it is secret."""
    batch: str
    """Names what comes out together with it; empty where it stands alone."""
    news: tuple[News, ...]
    """Everything that was told, the latest first."""
    is_acknowledged: bool
    changed_at: datetime

    @property
    def label(self) -> str:
        """As people write it: `XSA-12`."""
        return f"{settings.ADVISORY_PREFIX}-{self.number}"

    @property
    def is_public(self) -> bool:
        """Whether there is nothing left to keep."""
        return self.public_at is not None

    @property
    def new(self) -> tuple[News, ...]:
        """What the reader has not seen."""
        return tuple(one for one in self.news if one.is_new)


def held_by(viewer: Viewer, *, number: int | None = None) -> list[Held]:
    """Every advisory of which `viewer` holds a revision, by number; of one where `number` names it."""
    rows = Delivery.objects.held_by(viewer).filter(tiding__advisory__number__isnull=False)
    if number is not None:
        rows = rows.filter(tiding__advisory__number=number)
    rows = rows.select_related("tiding__advisory", "tiding__revision").annotate(
        title=KeyTextTransform("title", "tiding__revision__content")
    )
    rows = rows.only(
        *("acknowledged_at", "made_at", "tiding__what", "tiding__planned_at", "tiding__made_at", "tiding__batch_id"),
        *("tiding__advisory__number", "tiding__revision__number", "tiding__revision__changes"),
    )
    told: dict[int, list[Delivery]] = defaultdict(list)
    for one in rows.order_by("tiding", "pk"):
        told[one.tiding.advisory_id].append(one)
    told = {key: found for key, found in told.items() if any(one.tiding.revision_id for one in found)}
    looked = dict(Looked.objects.of(viewer).filter(advisory__in=told).values_list("advisory", "at"))
    live = Publication.objects.live().filter(advisory__in=told).order_by("-version")
    public = dict(live.values_list("advisory", "public_at"))
    made = [_held(found, looked.get(key), public.get(key)) for key, found in told.items()]
    return sorted(made, key=lambda one: one.number)


def batch_key(pk: int | None) -> str:
    """What members call a batch. Not its id: gaps in a row of ids tell how much is kept back."""
    return salted_hmac("members' batch", str(pk), algorithm="sha256").hexdigest()[:16] if pk else ""


def releases(held: Iterable[Held]) -> list[tuple[datetime | None, str, list[Held]]]:
    """What is secret still, by what comes out together: instant, name of the batch, advisories; the nearest first."""
    found: dict[tuple[datetime | None, str], list[Held]] = defaultdict(list)
    for one in held:
        if not one.is_public:
            found[one.planned_at, one.batch or f"alone-{one.number}"].append(one)
    ordered = sorted(found.items(), key=lambda each: (each[0][0] is None, each[0][0] or each[1][0].changed_at))
    return [(at, each[0].batch, each) for (at, _), each in ordered]


def _held(rows: Sequence[Delivery], looked_at: datetime | None, public_at: datetime | None) -> Held:
    """`rows` in the order in which they were told; two organisations of one person may have been told the same."""
    once = list({row.tiding_id: row for row in rows}.values())
    revisions = [row for row in once if row.tiding.revision is not None]
    newest = max(revisions, key=_version)
    last = once[-1]
    dates = [None if row.tiding.what in _HAS_NO_DATE else row.tiding.planned_at for row in once]
    seen = [date for row, date in zip(once, dates, strict=True) if looked_at and row.made_at <= looked_at]
    is_moved = bool(seen) and seen[-1] != dates[-1]
    return Held(
        number=last.tiding.advisory.number,
        title=getattr(newest, "title", "") or "",
        version=_version(newest),
        versions=tuple(sorted({_version(row) for row in revisions})),
        planned_at=dates[-1],
        was_planned_at=seen[-1] if is_moved else None,
        public_at=public_at,
        batch=batch_key(last.tiding.batch_id),
        news=tuple(_news(row, date, looked_at) for row, date in zip(once, dates, strict=True))[::-1],
        is_acknowledged=all(row.acknowledged_at is not None for row in rows),
        changed_at=max(row.made_at for row in once),
    )


def _version(row: Delivery) -> int:
    return row.tiding.revision.number if row.tiding.revision else 0


def _news(row: Delivery, planned_at: datetime | None, looked_at: datetime | None) -> News:
    revision = row.tiding.revision
    return News(
        what=_WORDS[What(row.tiding.what)],
        kind=row.tiding.what,
        at=row.made_at,
        version=revision.number if revision else None,
        changes=revision.changes if revision else "",
        planned_at=planned_at,
        is_new=looked_at is None or row.made_at > looked_at,
    )
