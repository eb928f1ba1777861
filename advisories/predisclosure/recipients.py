"""Who a release goes to, as approvals name it: lists in the open, and the members that are told before.

Before pre-disclosure those are the members that would be told; afterwards those that hold it. A member who joins
meanwhile and is told nothing changes no release, one who leaves or is kept from something changes the ones it knew of.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.conf import settings
from django.db.models import F

from advisories.models import Advisory, Batch, Delivery, KeptFrom, Membership, Organisation


def of_batches(
    members: Mapping[Batch, Sequence[Advisory]], told: Mapping[int, frozenset[int]] | None = None
) -> dict[int, frozenset[str]]:
    """Batch -> where it goes, each as one text; as many queries for many as for one. `told` where it was read."""
    told = organisations_told(members) if told is None else told
    pks = frozenset().union(*told.values())
    names = dict(Organisation.objects.filter(pk__in=pks).values_list("pk", "name")) if pks else {}
    lists = [f"list {address}" for address in settings.ANNOUNCE_TO]
    return {
        batch.pk: frozenset([*lists, *_said([(one.label, told[one.pk]) for one in inside], names)])
        for batch, inside in members.items()
    }


def organisations_told(members: Mapping[Batch, Sequence[Advisory]]) -> dict[int, frozenset[int]]:
    """Advisory -> the organisations that hold it, or will once it is pre-disclosed."""
    everyone = [advisory.pk for inside in members.values() for advisory in inside]
    active = frozenset(Membership.objects.active().values_list("organisation", flat=True)) if everyone else frozenset()
    kept: dict[int, set[int]] = defaultdict(set)
    for advisory, organisation in KeptFrom.objects.filter(advisory__in=everyone).values_list(
        "advisory", "organisation"
    ):
        kept[advisory].add(organisation)
    is_out = [one.pk for batch, inside in members.items() if batch.was_predisclosed for one in inside]
    held: dict[int, set[int]] = defaultdict(set)
    if is_out:
        rows = Delivery.objects.filter(tiding__advisory__in=is_out, tiding__revision__isnull=False)
        found = rows.order_by().values_list("tiding__advisory", "membership__organisation").distinct()
        for advisory, organisation in found:
            held[advisory].add(organisation)
        merged = rows.filter(membership__organisation__merged_into__isnull=False).order_by()
        for advisory, into in merged.values_list("tiding__advisory", F("membership__organisation__merged_into")):
            if into is not None:
                held[advisory].add(into)
    told = {}
    for batch, inside in members.items():
        for one in inside:
            whole = held[one.pk] if batch.was_predisclosed else set() if batch.is_at_once else active
            told[one.pk] = frozenset((whole & active) - kept[one.pk])
    return told


def _said(told: Sequence[tuple[str, frozenset[int]]], names: Mapping[int, str]) -> list[str]:
    """One text for each organisation: which of the advisories it is told of."""
    labels: dict[int, list[str]] = defaultdict(list)
    for label, organisations in told:
        for organisation in organisations:
            labels[organisation].append(label)
    return [f"member {names[pk]} ({', '.join(sorted(found))})" for pk, found in labels.items()]
