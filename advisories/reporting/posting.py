"""Letters to finders: promised as rows with the change they tell of, sent by a worker, once in effect.

A letter says that there is something to read and where. It never carries a title, a text or the state of a report:
mail is read by every machine on its way. What has become public it may tell, with what changed in it (`published`).
"""

import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts import outbox
from accounts.models import Sending
from advisories import bells
from advisories.models import DoorKind, DraftFile, Knock, Notice, OutgoingMail, Report, ReportDoor
from advisories.reporting import published

_KEEP_DRAFTS = timedelta(days=7)
_MOST_AT_ONCE = 50

_TELLS = {
    Notice.RECEIVED: (
        "your report has arrived, and it is kept exactly as you sent it. A person of the security team reads it and "
        "answers; this letter was written by a machine."
    ),
    Notice.ANSWERED: "the security team has written to you about your report.",
    Notice.DECIDED: "the security team has come to a decision about your report, and says why.",
    Notice.DATES: "there is something new on your report's page, and perhaps something for you to answer.",
    Notice.FIX: "the security team asks you to check something on your report's page, and to say what you found.",
}


def promise(report: Report, kind: Notice, *, key: str, **fields: Any) -> OutgoingMail | None:
    """Queue one letter to the finder, in the transaction of what it tells of; none where there is no address.

    `key` names the reason: promised twice, it is one letter. `fields` are what else stands in its row.
    """
    if not report.finder.address:
        return None
    letter, is_new = OutgoingMail.objects.get_or_create(
        report=report,
        key=key,
        defaults={
            "kind": kind,
            "to_address": report.finder.address,
            "header_id": f"<{secrets.token_hex(12)}@{_domain()}>",
            **fields,
        },
    )
    if is_new:
        bells.ring_for_letter(letter.pk)
    return letter


def send(pk: int) -> bool:
    """Send one letter unless somebody else does or has; whether it went out."""
    rows = OutgoingMail.objects.select_related("report__finder", "publication")
    return outbox.send(rows, pk, _hand_over) is Sending.SENT


def sweep() -> int:
    """Ring for letters that are due and whose bell or worker was lost; forget old drafts. How many rang."""
    waiting = list(OutgoingMail.objects.claimable().values_list("pk", flat=True)[:_MOST_AT_ONCE])
    for pk in waiting:
        bells.ring_for_letter(pk)
    DraftFile.objects.filter(made_at__lt=timezone.now() - _KEEP_DRAFTS).delete()
    Knock.objects.forget_old()
    return len(waiting)


def subject_of(letter: OutgoingMail) -> str:
    """A subject without a secret, such as `[SSA report 7f3a01] We got your report`."""
    return f"[{settings.ADVISORY_PREFIX} report {letter.report.reference}] {Notice(letter.kind).label}"


def _hand_over(letter: OutgoingMail) -> None:
    _message(letter).send()


def _message(letter: OutgoingMail) -> EmailMessage:
    with transaction.atomic():
        page = ReportDoor.open_for(letter.report, DoorKind.PAGE)
        address = ReportDoor.open_for(letter.report, DoorKind.ADDRESS)
    local, _, domain = settings.MAIL_ADDRESS.partition("@")
    link = f"{settings.SITE_URL}{reverse('reports:thread', args=[page])}"
    return EmailMessage(
        subject=subject_of(letter),
        body=(
            f"Hello,\n\n{_tells(letter)}\n\n"
            f"Read it, answer, and choose how you are credited on your private page:\n\n  {link}\n\n"
            "Whoever has this link can read the thread and write in your name: please keep it to yourself.\n"
            "You can also answer this letter; mail is not secret on its way.\n\n"
            f"The security team of {settings.PROJECT_NAME}\n"
        ),
        from_email=f"{settings.PROJECT_NAME} security team <{settings.MAIL_ADDRESS}>",
        to=[letter.to_address],
        reply_to=[f"{local}+{address}@{domain}"],
        headers={
            "Message-ID": letter.header_id,
            # Asks every answering machine to stay silent (RFC 3834).
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )


def _tells(letter: OutgoingMail) -> str:
    return published.tells(letter.publication, letter.report) if letter.publication else _TELLS[Notice(letter.kind)]


def _domain() -> str:
    return settings.MAIL_ADDRESS.rpartition("@")[2]
