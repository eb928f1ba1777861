"""Which steps follow a publication's instant, and what people call them."""

from collections.abc import Sequence

from django.conf import settings

from advisories.models import CONFIRMED, ExportedSite, Publication, PublicationStep, StepKind

Steps = Sequence[tuple[StepKind, str]]
"""Kinds and targets, in the order in which people read them."""


def promised() -> Steps:
    """What will follow whatever is armed now.

    The exported site is among it where this machine keeps one, or a worker on another has lately.
    """
    kinds = [StepKind.RECORD, *CONFIRMED]
    if settings.EXPORT_DIR is not None or ExportedSite.objects.kept().exists():
        kinds.append(StepKind.EXPORT)
    return [*((kind, "") for kind in kinds), *((StepKind.MAIL, address) for address in sorted(settings.ANNOUNCE_TO))]


def promise(publication: Publication, steps: Steps) -> None:
    """Put down a row for each, in the transaction that makes the publication."""
    PublicationStep.objects.bulk_create(
        PublicationStep(publication=publication, kind=kind, target=target) for kind, target in steps
    )


def called(kind: str, target: str) -> str:
    """What people call a step."""
    return f"Mail to {target}" if kind == StepKind.MAIL else StepKind(kind).label
