"""Making deliveries of a tiding, in the transaction it tells of: from then on each member's contacts may fetch it."""

import secrets
from collections.abc import Iterable

from django.conf import settings
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from advisories import bells
from advisories.lifecycle import State
from advisories.models import Delivery, KeptFrom, Membership, Organisation, Tiding, What
from advisories.models.delivery import TO_EVERYONE
from advisories.release.batching import Audience

_WIDENS = frozenset({What.PREDISCLOSED})
"""It takes members into the circle; whatever else is told, is told to those who hold the advisory already."""


def recipients_of(tiding: Tiding) -> QuerySet[Membership]:
    """The active members who hear of it."""
    told = Membership.objects.active()
    if tiding.what in TO_EVERYONE:
        return told
    kept = KeptFrom.objects.filter(advisory=tiding.advisory, organisation=OuterRef("organisation"))
    told = told.filter(~Exists(kept))
    if tiding.what in _WIDENS:
        return told
    held = Delivery.objects.filter(tiding__advisory=tiding.advisory, tiding__revision__isnull=False)
    own = held.filter(membership__organisation=OuterRef("organisation"))
    merged = held.filter(membership__organisation__merged_into=OuterRef("organisation"))
    return told.filter(Q(Exists(own)) | Q(Exists(merged)))


def promise(tiding: Tiding) -> list[Delivery]:
    """One delivery for each recipient. Must run within the transaction of the change."""
    made = _make((tiding, membership) for membership in recipients_of(tiding))
    if made:
        bells.ring_for_members(tiding.pk)
    return made


def catch_up(membership: Membership) -> list[Delivery]:
    """What members hold of everything under embargo now, for one who joins or comes back meanwhile.

    Left out is what is kept from the organisation and what it was told already. Must run within the transaction of
    the step that lets it in.
    """
    had = Delivery.objects.filter(tiding=OuterRef("pk"), membership=membership)
    made = _make((tiding, membership) for tiding in untold(membership.organisation).filter(~Exists(had)))
    for tiding in {one.tiding_id for one in made}:
        bells.ring_for_members(tiding)
    return made


def untold(organisation: Organisation | None) -> QuerySet[Tiding]:
    """The newest tiding of everything under embargo that members hold, but for what is kept from the organisation."""
    told = Tiding.objects.filter(
        audience=Audience.MEMBERS,
        revision__isnull=False,
        advisory__state=State.PREDISCLOSED,
    )
    newest = told.values("advisory").annotate(last=Max("pk")).values("last")
    kept = KeptFrom.objects.filter(advisory=OuterRef("advisory"), organisation=organisation)
    return told.filter(~Exists(kept), pk__in=newest).select_related("advisory").order_by("advisory__number")


def _make(wanted: Iterable[tuple[Tiding, Membership]]) -> list[Delivery]:
    domain = settings.MAIL_ADDRESS.rpartition("@")[2]
    return Delivery.objects.bulk_create(
        Delivery(tiding=tiding, membership=membership, header_id=f"<{secrets.token_hex(12)}@{domain}>")
        for tiding, membership in wanted
    )
