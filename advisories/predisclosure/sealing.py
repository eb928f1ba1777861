"""Writing out what members fetch of a revision, and signing its sums: by a worker, so that web hosts need no key."""

import logging
from collections.abc import Iterable

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from advisories import texts
from advisories.formats import xsa_text
from advisories.formats.doubts import NotWritable
from advisories.formats.record import Section
from advisories.models import MemberText, Revision, RevisionPatch
from advisories.models.signed_text import CLAIM_LASTS
from advisories.openpgp import team
from advisories.openpgp.signing import Signer, SigningTrouble
from advisories.predisclosure.files import Folder, sums_of
from advisories.public.values import text_stem
from advisories.writing import drafting

logger = logging.getLogger(__name__)

_MOST_AT_ONCE = 50
_NOTES = "NOTES FOR MEMBERS"


def seal_waiting() -> int:
    """Make what is missing, as far as this machine may sign; how many there were."""
    if not (team.signs_here() or settings.PUBLISH_UNSIGNED):
        return 0
    bare = Revision.objects.filter(member_text__isnull=True)[:_MOST_AT_ONCE]
    MemberText.objects.bulk_create([MemberText(revision=one) for one in bare], ignore_conflicts=True)
    waiting = list(MemberText.objects.waiting().values_list("pk", flat=True)[:_MOST_AT_ONCE])
    if not waiting:
        return 0
    try:
        signer = team.signer() if team.signs_here() else None
    except SigningTrouble as trouble:
        MemberText.objects.filter(pk__in=waiting).update(trouble=str(trouble)[:300])
        return 0
    return sum(_seal(pk, signer) for pk in waiting)


def folder_of(revision: Revision, kept: MemberText | None, rows: Iterable[RevisionPatch]) -> Folder:
    """The files of a revision with its patches in their order, as a worker sealed them or, until then, unsigned."""
    patches = tuple((one.file_name, bytes(one.content)) for one in rows)
    name = text_stem(revision.advisory.number, revision.number)
    if kept is not None and kept.made_at is not None:
        return Folder(name, bytes(kept.text), patches, bytes(kept.sums), bytes(kept.signature), kept.fingerprint)
    text = text_of(revision)
    return Folder(name, text, patches, sums_of([(f"{name}.txt", text), *patches]), b"")


def text_of(revision: Revision) -> bytes:
    """Everything a revision says to members, in the field's layout, with the sections that are theirs alone."""
    content = revision.content
    record = texts.record_of(drafting.for_readers(content), revision.number, files={}, updates=_updates(revision))
    try:
        written = xsa_text.write(record, texts.dialect_for(content))
    except NotWritable:
        # It could not be published like this; whoever holds it has to be able to read it all the same.
        written = _loosely(record.title, record.sections)
    notes = texts.prose(content["sections"].get("notes", ""))
    return written + (f"\n{_NOTES}\n{'=' * len(_NOTES)}\n\n{notes}\n".encode() if notes else b"")


def _loosely(title: str, sections: tuple[Section, ...]) -> bytes:
    said = [
        f"{one.heading}\n{'=' * len(one.heading)}\n\n" + "\n\n".join(p for p in one.parts if isinstance(p, str))
        for one in sections
    ]
    return ("\n\n".join([title, *said]) + "\n").encode()


def _updates(revision: Revision) -> list[tuple[int, str]]:
    """What every revision from the second on changed: members hold them all."""
    earlier = Revision.objects.filter(advisory=revision.advisory_id, number__lte=revision.number, number__gt=1)
    return [(one.number, one.changes) for one in earlier.order_by("number") if one.changes]


def _seal(pk: int, signer: Signer | None) -> bool:
    """Write out and sign one unless somebody is at it; whether it is made now. Safe to call twice at once."""
    now = timezone.now()
    free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - CLAIM_LASTS)
    mine = MemberText.objects.filter(pk=pk, made_at__isnull=True)
    if not mine.filter(free).update(claimed_at=now):
        return False
    row = MemberText.objects.select_related("revision__advisory").get(pk=pk)
    try:
        folder = folder_of(row.revision, None, row.revision.patches.order_by("position"))
        signature = signer.sign_detached(folder.sums) if signer else b""
    except (SigningTrouble, ValueError) as trouble:
        mine.update(trouble=str(trouble)[:300])
        logger.warning("what members fetch of revision %s was not made: %s", row.revision_id, type(trouble).__name__)
        return False
    made = {"text": folder.text, "sums": folder.sums, "signature": signature, "made_at": Now(), "trouble": ""}
    fingerprint = signer.certificate.fingerprint if signer else ""
    return bool(mine.filter(claimed_at=now).update(**made, fingerprint=fingerprint))
