"""Encrypted letters, opened by the worker where a key is set. What can't be opened stays as it came, and says why.

Taking mail in never waits for this: the letter is kept first, and the mail server's process needs no key.
"""

import logging

from django.conf import settings
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from advisories import bells
from advisories.models import Event, IncomingMail, OpenedFile, OpenedLetter, Opening, ReportText
from advisories.openpgp import decrypting
from advisories.openpgp.certificates import Certificate
from advisories.openpgp.decrypting import NotOpened, Opened
from advisories.openpgp.signing import SigningTrouble
from advisories.openpgp.team import certificate, decryption_key
from advisories.reporting import incoming, intake, letters
from advisories.reporting.letters import Letter

logger = logging.getLogger(__name__)

_MOST_AT_ONCE = 20


def open_letter(pk: int) -> bool:
    """Open one letter that waits; whether this call did it. Twice does no harm: one of both finds it opened."""
    key = decryption_key()
    letter = IncomingMail.objects.filter(pk=pk, opening=Opening.WAITING, message__isnull=False).first()
    if key is None or letter is None:
        return False
    try:
        opened = decrypting.open_mail(incoming.original(letter), key, _known())
    except (NotOpened, OSError) as refusal:
        told = str(refusal) if isinstance(refusal, NotOpened) else "The original can't be read now."
        waiting = IncomingMail.objects.filter(pk=pk, opening=Opening.WAITING)
        waiting.update(opening=Opening.FAILED, opening_trouble=told[:200])
        logger.warning("letter %s could not be opened", pk)
        return False
    return _keep(letter, opened, letters.read(opened.mime, cap=settings.MAIL_CAP_BYTES))


def open_waiting(*, again: bool) -> tuple[int, int]:
    """Open every letter that waits, with `again` those too that could not be opened before: how many, of how many."""
    if again:
        IncomingMail.objects.filter(opening=Opening.FAILED).update(opening=Opening.WAITING, opening_trouble="")
    waiting = list(IncomingMail.objects.filter(opening=Opening.WAITING).order_by("pk").values_list("pk", flat=True))
    return sum(open_letter(pk) for pk in waiting), len(waiting)


def sweep() -> int:
    """Ring for letters that wait although there is a key; how many."""
    if decryption_key() is None:
        return 0
    found = IncomingMail.objects.filter(opening=Opening.WAITING).order_by("pk").values_list("pk", flat=True)
    waiting = list(found[:_MOST_AT_ONCE])
    for pk in waiting:
        bells.ring_for_opening(pk)
    return len(waiting)


@transaction.atomic
def _keep(letter: IncomingMail, opened: Opened, read: Letter) -> bool:
    if not IncomingMail.objects.filter(pk=letter.pk, opening=Opening.WAITING).update(opening=Opening.OPENED):
        return False
    message = letter.message
    if message is None:
        raise LookupError(f"letter {letter.pk} has no message")
    fitting = [one for one in read.attachments if len(one[1]) <= settings.REPORT_FILE_BYTES][: settings.REPORT_FILES]
    kept = OpenedLetter.objects.create(
        message=message,
        subject=read.subject,
        text=read.text,
        seal=opened.seal.value,
        signed_by=opened.signed_by[:64],
        key_came_along=opened.key_came_along,
        files_left=len(fitting) < len(read.attachments),
    )
    OpenedFile.objects.bulk_create(
        OpenedFile(letter=kept, **OpenedFile.values_of(name, content, position))
        for position, (name, content) in enumerate(fitting, start=1)
    )
    # For the search of the team's pages, like what came in clear.
    longer = Substr(Concat(F("text"), Value(f"\n{read.subject}\n{read.text}")), 1, intake.MOST_SEARCHED)
    ReportText.objects.filter(report=message.report_id).update(text=longer)
    Event.objects.record(message.report, kind="letter-opened", by=None, detail={"message": message.pk})
    return True


def _known() -> list[Certificate]:
    """The keys that signatures are checked with."""
    try:
        own = certificate()
    except SigningTrouble:
        own = None
    return [own] if own is not None else []
