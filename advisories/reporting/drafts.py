"""Files that came with a form which could not be taken yet: kept for a week, so that nobody chooses them twice."""

import re
import secrets
from collections.abc import Collection

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max

from advisories.models import DraftFile, ReportDoor

Files = list[tuple[str, bytes]]

TOKEN = re.compile(r"[0-9a-f]{40}")
"""The form of a token, as `new_token` makes it."""


def new_token() -> str:
    """A name for one form that nobody guesses; the form carries it, the database only its digest."""
    return secrets.token_hex(20)


def kept(token: str) -> list[DraftFile]:
    """What is kept for a form, without the bytes."""
    return list(DraftFile.objects.of(ReportDoor.digest_of(token)).defer("content"))


@transaction.atomic
def keep(token: str, files: Files, *, leave_out: Collection[str] = ()) -> None:
    """Add `files` to what is kept for a form, up to the limit of one report, and let go of what was struck out."""
    digest = ReportDoor.digest_of(token)
    _strike(digest, leave_out)
    there = DraftFile.objects.of(digest).aggregate(count=Count("pk"), last=Max("position"))
    DraftFile.objects.bulk_create(
        DraftFile(draft_sha256=digest, **DraftFile.values_of(name, content, position))
        for position, (name, content) in enumerate(
            files[: max(0, settings.REPORT_FILES - there["count"])], start=(there["last"] or 0) + 1
        )
    )


@transaction.atomic
def take(token: str, *, leave_out: Collection[str] = ()) -> Files:
    """Hand over what was kept for a form, and forget it; inside the transaction that keeps it for good."""
    digest = ReportDoor.digest_of(token)
    _strike(digest, leave_out)
    rows = DraftFile.objects.of(digest)
    found = [(row.file_name, bytes(row.content)) for row in rows]
    rows.delete()
    return found


def _strike(digest: str, leave_out: Collection[str]) -> None:
    places = [int(told) for told in leave_out if told.isdecimal() and len(told) < 9]
    DraftFile.objects.of(digest).filter(position__in=places).delete()
