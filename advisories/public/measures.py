"""What all publications together say of how a project handles its vulnerabilities; nothing embargoed is counted."""

from django.db.models import Min, OuterRef, Subquery

from advisories.models import Publication, Reissue
from advisories.statistics import Measured, Statistics, add_up


def statistics() -> Statistics:
    """Everything that is public, added up: one query."""
    live = Publication.objects.live()
    first = live.filter(advisory=OuterRef("advisory")).values("advisory").annotate(first=Min("version")).values("first")
    rows = live.annotate(first_version=Subquery(first)).values_list(
        "number", "public_at", "version", "first_version", "revision__reason",
        "measure__reported_at", "measure__fixed_at", "measure__tried", "measure__needing",
    )  # fmt: skip
    words = {reason.value: str(reason.label) for reason in Reissue}
    return add_up(
        [
            Measured(number, at, version == first_version, words[reason], reported, fixed, tried or 0, needing or 0)
            for number, at, version, first_version, reason, reported, fixed, tried, needing in rows.iterator()
        ]
    )
