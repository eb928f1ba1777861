"""Reading how ready members are: for the team by advisory and batch, for a contact their own and what others share."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from accounts.access import Viewer
from advisories.models import Advisory, Ask, Delivery, NoteAudience, Organisation, Product, Readiness, ReadinessStatus

SILENT = "Silent"
"""Nothing was said, which is not the same as not being affected."""


@dataclass(frozen=True, slots=True)
class Line:
    """One product of one member, with its answer if there is one."""

    product: Product | None
    """None for a member who has named no product."""
    said: Readiness | None

    @property
    def is_silent(self) -> bool:
        """Whether nothing was said."""
        return self.said is None


@dataclass(frozen=True, slots=True)
class Of:
    """How far one member is."""

    organisation: Organisation
    lines: tuple[Line, ...]
    asked: Ask | None = None

    @property
    def is_silent(self) -> bool:
        """Whether it has said nothing of any product."""
        return all(line.is_silent for line in self.lines)


@dataclass(frozen=True, slots=True)
class Count:
    """How many members stand where; each counts once, where the least ready of its products is."""

    word: str
    number: int
    tone: str


@dataclass(frozen=True, slots=True)
class Glance:
    """An advisory, or several, in a few numbers."""

    counts: tuple[Count, ...]
    asks: tuple[Ask, ...] = field(default=())

    @property
    def members(self) -> int:
        """How many members were told."""
        return sum(one.number for one in self.counts)


_ORDER = (
    ReadinessStatus.AFFECTED,
    ReadinessStatus.PREPARED,
    ReadinessStatus.TESTED,
    ReadinessStatus.DEPLOYED,
    ReadinessStatus.NOT_AFFECTED,
)
"""From the least ready on."""

_TONES = {
    ReadinessStatus.AFFECTED: "bad",
    ReadinessStatus.PREPARED: "warn",
    ReadinessStatus.TESTED: "good",
    ReadinessStatus.DEPLOYED: "good",
    ReadinessStatus.NOT_AFFECTED: "outline",
}


def by_member(advisory: Advisory, viewer: Viewer) -> tuple[Of, ...]:
    """For the team: every member that was told of the advisory, the silent ones among them."""
    told = Delivery.objects.visible_to(viewer).filter(tiding__advisory=advisory, tiding__revision__isnull=False)
    organisations = Organisation.objects.visible_to(viewer).filter(
        pk__in=told.values("membership__organisation"), merged_into__isnull=True
    )
    asks = {one.organisation_id: one for one in Ask.objects.visible_to(viewer).filter(advisory=advisory)}
    return _lines(advisory.pk, organisations, viewer, asks)


def own(advisory_id: int, organisations: Iterable[Organisation], viewer: Viewer) -> tuple[Of, ...]:
    """For a contact: the products of their organisations, with what was last said and asked."""
    mine = Ask.objects.visible_to(viewer).filter(advisory=advisory_id, organisation__in=organisations)
    asks = {one.organisation_id: one for one in mine}
    return _lines(advisory_id, organisations, viewer, asks)


@dataclass(frozen=True, slots=True)
class Mine:
    """How far a contact's own products are with one advisory."""

    label: str
    number: int
    said: int
    of: int
    counts: tuple[Count, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every product has an answer."""
        return self.said == self.of and self.of > 0


def mine(viewer: Viewer, advisories: Sequence[tuple[int, str]]) -> tuple[Mine, ...]:
    """For a contact's desk: each advisory (number and label) with how many of their products have an answer."""
    organisations = Organisation.objects.spoken_for_by(viewer).filter(merged_into__isnull=True)
    products = set(
        Product.objects.visible_to(viewer).current().filter(organisation__in=organisations).values_list("pk", flat=True)
    )
    standing = Readiness.objects.visible_to(viewer).standing().filter(product__in=products)
    said: dict[int, list[str]] = defaultdict(list)
    numbers = [number for number, _ in advisories]
    for number, status in standing.filter(advisory__number__in=numbers).values_list("advisory__number", "status"):
        said[number].append(status)
    return tuple(
        Mine(label, number, len(said[number]), len(products), _counted(said[number])) for number, label in advisories
    )


def shared(advisory_id: int, viewer: Viewer) -> tuple[Readiness, ...]:
    """What other members said to all who hold the advisory."""
    said = Readiness.objects.visible_to(viewer).standing().filter(advisory=advisory_id, told_to=NoteAudience.MEMBERS)
    others = said.exclude(product__organisation__in=Organisation.objects.spoken_for_by(viewer))
    return tuple(others.select_related("product__organisation").order_by("-said_at"))


def glance(advisories: Sequence[int], viewer: Viewer) -> dict[int, Glance]:
    """For the desk: each advisory's members counted by how ready they are. Three queries, however many there are."""
    told: dict[int, set[int]] = defaultdict(set)
    deliveries = Delivery.objects.visible_to(viewer).filter(
        tiding__advisory__in=advisories, tiding__revision__isnull=False, membership__organisation__merged_into=None
    )
    for advisory, organisation in deliveries.values_list("tiding__advisory", "membership__organisation").distinct():
        told[advisory].add(organisation)
    said: dict[tuple[int, int], list[str]] = defaultdict(list)
    standing = Readiness.objects.visible_to(viewer).standing().filter(advisory__in=advisories)
    current = standing.filter(product__retired_at__isnull=True)
    for advisory, organisation, status in current.values_list("advisory", "product__organisation", "status"):
        said[advisory, organisation].append(status)
    asks: dict[int, list[Ask]] = defaultdict(list)
    for one in Ask.objects.visible_to(viewer).open().filter(advisory__in=advisories).select_related("organisation"):
        asks[one.advisory_id].append(one)
    return {pk: Glance(_counts(pk, told[pk], said), tuple(asks[pk])) for pk in advisories}


def _counts(advisory: int, members: set[int], said: dict[tuple[int, int], list[str]]) -> tuple[Count, ...]:
    if not members:
        return ()
    least = [
        next((status for status in _ORDER if status in said[advisory, one]), None)
        for one in members
        if (advisory, one) in said
    ]
    return (Count(SILENT, len(members) - len(least), "outline"), *_counted(least))


def _counted(statuses: Sequence[str | None]) -> tuple[Count, ...]:
    return tuple(Count(one.label, statuses.count(one), _TONES[one]) for one in _ORDER if one in statuses)


def _lines(
    advisory_id: int, organisations: Iterable[Organisation], viewer: Viewer, asks: dict[int, Ask]
) -> tuple[Of, ...]:
    told = list(organisations)
    said = {
        one.product_id: one
        for one in Readiness.objects.visible_to(viewer)
        .standing()
        .filter(advisory=advisory_id, product__organisation__in=told)
        .select_related("said_by")
    }
    products: dict[int, list[Product]] = defaultdict(list)
    for product in Product.objects.visible_to(viewer).current().filter(organisation__in=told):
        products[product.organisation_id].append(product)
    return tuple(
        Of(
            one,
            tuple(Line(product, said.get(product.pk)) for product in products[one.pk]) or (Line(None, None),),
            asks.get(one.pk),
        )
        for one in told
    )
