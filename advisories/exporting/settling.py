"""What a run of the export means: the steps of publications that are in the site now, and why another is not."""

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from django.db.models import Exists
from django.db.models.functions import Now
from django.urls import reverse

from accounts import outbox
from accounts.models import Sending
from accounts.outbox import Unsendable
from advisories.exporting.generations import Generation
from advisories.exporting.types import file_of
from advisories.models import ExportedSite, Publication, PublicationStep, SignedText
from advisories.public.values import text_stem
from advisories.release import publishing

_NOBODY_AFTER = timedelta(days=1)


def awaited() -> frozenset[int]:
    """Steps that wait for the exported site, and it is time to try; by primary key."""
    return frozenset(PublicationStep.objects.to_export().claimable().values_list("pk", flat=True))


def went_well(folder: Path, made: Generation, expected: Iterable[int]) -> None:
    """Settle what waits by what readers of the site get now, also what was put off or given up. Safe to call twice.

    `expected` waited before the run began: what became public during it is no trouble yet.
    """
    ExportedSite.objects.went_well(str(folder))
    names = made.names
    waiting = PublicationStep.objects.to_export().select_related("publication")
    inside = {step.pk for step in waiting if _holds(made, names, step.publication)}
    PublicationStep.objects.filter(pk__in=inside).queue_again(Sending.QUEUED, Sending.FAILED)
    _settle(inside, "")
    _settle(set(expected) - inside, "The exported site does not have it.")


def went_wrong(folder: Path, trouble: str, expected: Iterable[int]) -> None:
    """Write down why the site was left as it was, and tell those who wait for it. Safe to call twice."""
    ExportedSite.objects.went_wrong(str(folder), trouble)
    _settle(expected, trouble)


def nobody_exports() -> int:
    """Stop what waits for a site that no worker keeps any more; how many that were."""
    left = PublicationStep.objects.to_export().filter(publication__public_at__lt=Now() - _NOBODY_AFTER)
    return left.exclude(Exists(ExportedSite.objects.kept())).update(
        state=Sending.STOPPED, lease_until=None, trouble="No worker keeps an exported site any more."
    )


def _settle(steps: Iterable[int], trouble: str) -> None:
    def look(step: PublicationStep) -> None:
        if trouble:
            raise Unsendable(trouble)

    rows = PublicationStep.objects.select_related("publication__advisory")
    for pk in sorted(steps):
        outbox.send(rows, pk, look, tell=publishing.tell_of_trouble)


def _holds(made: Generation, names: set[str], one: Publication) -> bool:
    """Whether a generation has the page of a version, and its text as it was signed."""
    own = (one.number, one.version)
    text = file_of(reverse("advisories:text", args=[*own, text_stem(*own)]))
    sealed = SignedText.objects.filter(revision=one.revision_id, made_at__isnull=False).first()
    if not {file_of(reverse("advisories:public_revision", args=own)), *([text] if sealed else [])} <= names:
        return False
    try:
        return sealed is None or hashlib.sha256((made.folder / text).read_bytes()).hexdigest() == sealed.sha256
    except OSError:
        return False
