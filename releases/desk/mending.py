"""Where each thing that is missing is mended."""

from django.urls import reverse

from advisories.models import Advisory, Batch
from advisories.release.missing import Lack, Missing
from advisories.release.standing import AdvisoryStanding
from releases.desk.values import Lacks


def lacks_of(one: AdvisoryStanding, batch: Batch) -> tuple[Lacks, ...]:
    """What an advisory lacks before publication, by kind; approvals are the batch's."""
    return grouped(one.missing, one.advisory, batch)


def lacks_before_members(one: AdvisoryStanding, batch: Batch) -> tuple[Lacks, ...]:
    """What it lacks besides before members may be told; nothing where they were told or never will be."""
    if batch.was_predisclosed or batch.is_at_once or batch.is_reissue:
        return ()
    return grouped(tuple(lack for lack in one.missing_before_members if lack not in one.missing), one.advisory, batch)


def grouped(missing: tuple[Missing, ...], advisory: Advisory, batch: Batch) -> tuple[Lacks, ...]:
    """Missing things by kind, in order, each kind with the page that mends it."""
    kinds = dict.fromkeys(lack.kind for lack in missing if lack.kind is not Lack.APPROVAL)
    found = []
    for kind in kinds:
        url, action = _where(kind, advisory, batch)
        found.append(Lacks(kind.value, tuple(str(lack) for lack in missing if lack.kind is kind), url, action))
    return tuple(found)


def _where(kind: Lack, advisory: Advisory, batch: Batch) -> tuple[str, str]:
    number = [advisory.number]
    places = {
        Lack.TEXT: (reverse("advisories:edit", args=number), "Edit the text"),
        Lack.DEPLOYMENT: (reverse("advisories:deployment", args=number), "Say what is permitted"),
        Lack.SERIES: (reverse("releases:upload", args=number), "Upload a series"),
        Lack.VERDICT: (f"{reverse('releases:board')}?flagged=on", "See the board"),
        Lack.EMBARGO: (reverse("advisories:embargo", args=number), "Open the embargo"),
        Lack.RECIPIENTS: (reverse("advisories:seats", args=number), "Give seats"),
        Lack.REVISION: (reverse("releases:freeze_batch", args=[batch.pk]), "Freeze"),
        Lack.DATE: (reverse("releases:move_batch", args=[batch.pk]), "Move the date"),
        Lack.KEY: ("", ""),
    }
    return places.get(kind, (advisory.get_absolute_url(), f"Open {advisory.label}"))
