"""Writing a frozen revision out as text and signing it, before anybody can approve it.

The text that readers verify exists before the instant, so that nothing has to run at the instant. A worker signs: web
hosts need no key.
"""

import hashlib
import logging

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from advisories import texts
from advisories.formats import xsa_text
from advisories.formats.doubts import NotWritable
from advisories.models import Publication, Revision, SignedText
from advisories.models.signed_text import CLAIM_LASTS
from advisories.openpgp import team
from advisories.openpgp.signing import SigningTrouble
from advisories.writing import drafting

logger = logging.getLogger(__name__)

_MOST_AT_ONCE = 50


def seal_waiting() -> int:
    """Write out and sign what waits, as far as this machine may sign; how many texts were made."""
    if not (team.signs_here() or settings.PUBLISH_UNSIGNED):
        return 0
    waiting = list(SignedText.objects.waiting().values_list("pk", flat=True)[:_MOST_AT_ONCE])
    return sum(seal(pk) for pk in waiting)


def seal(pk: int) -> bool:
    """Write out and sign one text unless somebody is at it; whether it is made now. Safe to call twice at once."""
    now = timezone.now()
    free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - CLAIM_LASTS)
    mine = SignedText.objects.filter(pk=pk, made_at__isnull=True)
    if not mine.filter(free).update(claimed_at=now):
        return False
    row = SignedText.objects.select_related("revision__advisory").get(pk=pk)
    held = mine.filter(claimed_at=now)
    try:
        text, fingerprint = _signed(plain_text(row.revision))
    except (NotWritable, SigningTrouble, ValueError) as trouble:
        # A text that cannot be written stays so until the draft changes; a key may come back.
        held.update(trouble=str(trouble)[:300])
        logger.warning("text %s was not made: %s", pk, type(trouble).__name__)
        return False
    digest = hashlib.sha256(text).hexdigest()
    return bool(held.update(text=text, sha256=digest, fingerprint=fingerprint, made_at=Now(), trouble=""))


def plain_text(revision: Revision) -> bytes:
    """What readers get of a revision, in the field's layout, unsigned. Raises `NotWritable`."""
    content = drafting.for_readers(revision.content)
    record = texts.record_of(content, revision.number, files={}, updates=updates_for(revision))
    return xsa_text.write(record, texts.dialect_for(content))


def updates_for(revision: Revision) -> list[tuple[int, str]]:
    """What the public revisions up to this one changed: what only members ever held is not told to readers."""
    public = Publication.objects.filter(voided_at__isnull=True, version__lt=revision.number)
    earlier = public.filter(advisory=revision.advisory_id).select_related("revision").order_by("version")
    told = [(one.version, one.revision.changes) for one in earlier if one.version > 1 and one.revision.changes]
    if revision.number == 1:
        return told
    changes = revision.changes if told or earlier else "Public release."
    return [*told, (revision.number, changes)]


def _signed(text: bytes) -> tuple[bytes, str]:
    if not team.signs_here():
        return text, ""
    signer = team.signer()
    return signer.sign_clear(text), signer.certificate.fingerprint
