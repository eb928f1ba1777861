"""Agreed ends of embargoes at the desk, in words: what differs from a date, and what follows a date that moves."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import reverse

from advisories.calendar import words
from advisories.embargo.one_date import Bound
from advisories.models import Batch
from releases.desk.values import Offer


def differs(bound: Bound) -> str:
    """That a date isn't the agreed one."""
    return (
        f"{bound.advisory.label}: the end of its embargo is agreed for {words.instant(bound.end_at)}, "
        "and nothing goes out before the two are one date."
    )


def following(bound: Sequence[Bound]) -> list[str]:
    """What becomes of agreed ends when the release moves."""
    found = []
    for one in bound:
        asked = f"; {_people(one.asked_again)} consented to it and will be asked again" if one.asked_again else ""
        found.append(
            f"The end of the embargo on {one.advisory.label} moves with it, from {words.instant(one.end_at)}{asked}."
        )
    return found


def warnings(batch: Batch, bound: Sequence[Bound]) -> list[str]:
    """The ends that differ from the date as it is."""
    return [
        f"{one.advisory.label} is under embargo until {words.instant(one.end_at)}, not the date of the release."
        for one in bound
        if one.end_at != batch.planned_at
    ]


def offers(batch: Batch, bound: Sequence[Bound]) -> tuple[Offer, ...]:
    """The dates that there are, to choose one from, where they differ."""
    differing = sorted({one.end_at for one in bound} - {batch.planned_at})
    if not differing:
        return ()
    address = reverse("releases:move_batch", args=[batch.pk])
    dates = [("the release's date", batch.planned_at), *(("the agreed end", at) for at in differing)]
    return tuple(
        Offer(f"Take {name}, {words.instant(at)}", f"{address}?{urlencode({'at': at.isoformat()})}")
        for name, at in dates
    )


def _people(count: int) -> str:
    return "one participant" if count == 1 else f"{count} participants"
