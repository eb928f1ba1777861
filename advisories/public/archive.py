"""The list of everything that is public: filtered, searched and sorted by the database, a page at a time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, overload

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Lower

from advisories.lifecycle import State
from advisories.listing import branches_in
from advisories.models import Publication, PublicEntry
from advisories.public.asking import SORTS, UNSCORED, Asked, Choices, Stands
from advisories.public.in_hand import once
from advisories.versions import MAIN_NAMES

PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One advisory on the list."""

    number: int
    title: str
    version: int
    rating: str
    score: Decimal | None
    identifiers: tuple[str, ...]
    branches: tuple[str, ...]
    """Those there are patches for, the newest first; with the tree's name where it isn't the main one."""
    first_at: datetime
    updated_at: datetime
    is_withdrawn: bool

    @property
    def label(self) -> str:
        """The number as people write it."""
        return f"{settings.ADVISORY_PREFIX}-{self.number}"


@dataclass(frozen=True, slots=True)
class Standing:
    """How the archive stands as a whole: what a cached list or feed depends on."""

    count: int = 0
    """Of public revisions."""
    newest_at: datetime | None = None
    withdrawn_at: datetime | None = None
    """When something was withdrawn last."""
    last: int = 0
    """The largest key."""
    first_year: int = 0
    """Of the earliest revision; 0 where nothing is public."""
    withdrawn: int = 0
    superseded: int = 0
    """By others that are public."""

    @property
    def told_at(self) -> datetime | None:
        """When readers were told something last, by publishing or by withdrawing."""
        return max(filter(None, (self.newest_at, self.withdrawn_at)), default=None)

    @property
    def changed_at(self) -> datetime | None:
        """When the list became what it is; None where that isn't known, since something was withdrawn or superseded."""
        return None if self.withdrawn or self.superseded else self.newest_at


def standing() -> Standing:
    """One query; another answer as soon as anything that is listed is another."""
    return once("standing", lambda: _standing(Publication.objects.live()))


def standing_of(asked: Asked) -> Standing:
    """How stands what was asked for, so that a part of the archive stays the same when another part changes: one query.

    What leaves it leaves no date: it is another one, and its `changed_at` may lie before that.
    """
    return once(("standing", asked), lambda: _standing(_asked_for(asked))) if asked.is_narrowed else standing()


def _standing(rows: QuerySet[Publication]) -> Standing:
    found = rows.aggregate(
        count=Count("pk"),
        oldest=Min("public_at"),
        newest=Max("public_at"),
        withdrawn_at=Max("advisory__withdrawn_at"),
        last=Max("pk"),
        withdrawn=Count("pk", filter=_standing_as(Stands.WITHDRAWN)),
        superseded=Count("pk", filter=_standing_as(Stands.SUPERSEDED)),
    )
    return Standing(
        found["count"],
        found["newest"],
        found["withdrawn_at"],
        found["last"] or 0,
        found["oldest"].year if found["oldest"] else 0,
        found["withdrawn"],
        found["superseded"],
    )


def page_of(asked: Asked, number: int | str | None) -> Page[Row]:
    """One page of what was asked for: two queries."""
    found = _asked_for(asked)
    # Databases differ in whether capitals come first: a reader looks for a letter.
    order = Lower("title") if asked.sort == "title" else F(SORTS[asked.sort])
    ordered = order.desc(nulls_last=True) if asked.descending else order.asc(nulls_last=True)
    rows = _Rows(found.order_by(ordered, "-number"), lambda: once(("count", asked), found.count))
    paginator = Paginator(rows, PAGE, allow_empty_first_page=True)
    return paginator.get_page(number)


def latest(count: int) -> list[Row]:
    """The advisories that came out last, the newest first: one query."""
    return _rows(_marked(Publication.objects.current()).order_by("-first_at", "-number")[:count])


def newest_changes(count: int, asked: Asked) -> list[Row]:
    """The advisories that changed last of those asked for, the newest change first: one query."""
    return _rows(_asked_for(asked).order_by("-updated_at", "-number")[:count])


def tags() -> list[tuple[str, int]]:
    """Every published tag with how many advisories have it: one query."""
    current = Publication.objects.current()
    found = current.filter(tags__isnull=False).values("tags__word").order_by("tags__word").annotate(count=Count("pk"))
    return [(one["tags__word"], one["count"]) for one in found]


def choices(standing: Standing) -> Choices:
    """What there is to filter by: one query."""
    return once(("choices", standing), lambda: _choices(standing))


def _choices(standing: Standing) -> Choices:
    if standing.newest_at is None:
        return Choices()
    years = tuple(range(standing.newest_at.year, standing.first_year - 1, -1))
    live = Publication.objects.live()
    rows = PublicEntry.objects.filter(publication__in=live).values_list("places", flat=True).distinct()
    places = {place for one in rows for place in one.split()}
    return Choices(years, tuple(sorted(places, key=_newest_first)))


def _newest_first(place: str) -> tuple[Any, ...]:
    tree, _, branch = place.partition("/")
    numbers = [-int(part) if part.isdigit() else 0 for part in branch.replace("-", ".").split(".")]
    return tree, bool(branch), branch not in MAIN_NAMES, numbers, branch


def _asked_for(asked: Asked) -> QuerySet[Any]:
    found = _marked(Publication.objects.current())
    if asked.words:
        found = found.filter(entry__in=PublicEntry.objects.holding_all(asked.words))
    if asked.year:
        found = found.filter(first_at__year=int(asked.year))
    if asked.rating:
        found = found.filter(entry__rating="" if asked.rating == UNSCORED else asked.rating)
    if asked.place:
        found = found.filter(entry__places__contains=f"\n{asked.place}\n")
    if asked.tag:
        found = found.filter(tags__word=asked.tag)
    return found.filter(_standing_as(Stands(asked.stands))) if asked.stands else found


def _standing_as(stands: Stands) -> Q:
    """A condition on current publications. Superseded is only what a published one took the place of."""
    withdrawn = Q(advisory__state=State.WITHDRAWN)
    taken = Q(Exists(Publication.objects.live().filter(advisory=OuterRef("advisory__superseded_by"))))
    if stands is Stands.IN_FORCE:
        return ~withdrawn & ~taken
    if stands is Stands.REISSUED:
        earlier = Publication.objects.live().filter(advisory=OuterRef("advisory"), version__lt=OuterRef("version"))
        return Q(Exists(earlier))
    return withdrawn if stands is Stands.WITHDRAWN else taken


def _marked(found: QuerySet[Publication]) -> QuerySet[Any]:
    first = Publication.objects.live().filter(advisory=OuterRef("advisory")).order_by("version")
    told = found.select_related("entry", "advisory").only(
        *("number", "title", "version", "public_at", "advisory__state"),
        *(f"entry__{name}" for name in ("rating", "score", "identifiers", "places")),
    )
    return told.annotate(
        first_at=Subquery(first.values("public_at")[:1]), updated_at=Coalesce("advisory__withdrawn_at", "public_at")
    )


class _Rows(Sequence[Row]):
    """A query as a paginator takes it, whose pages are frozen rows."""

    def __init__(self, found: QuerySet[Any], count: Callable[[], int]) -> None:
        self._found, self._count = found, count

    def __len__(self) -> int:
        return self._count()

    @overload
    def __getitem__(self, part: int) -> Row: ...
    @overload
    def __getitem__(self, part: slice) -> list[Row]: ...
    def __getitem__(self, part: int | slice) -> Row | list[Row]:
        return _rows(self._found[part]) if isinstance(part, slice) else _rows([self._found[part]])[0]


def _rows(found: Iterable[Any]) -> list[Row]:
    return [
        Row(
            number=one.number,
            title=one.title,
            version=one.version,
            rating=one.entry.rating,
            score=one.entry.score,
            identifiers=tuple(one.entry.identifiers.split()),
            branches=tuple(_branches(one.entry.places)),
            first_at=one.first_at,
            updated_at=one.updated_at,
            is_withdrawn=one.advisory.state == State.WITHDRAWN,
        )
        for one in found
    ]


def _branches(places: str) -> Iterable[str]:
    found = sorted(branches_in(places), key=lambda one: _newest_first("/".join(one)))
    return (branch if tree == settings.MAIN_TREE else f"{tree} {branch}" for tree, branch in found)
