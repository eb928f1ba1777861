"""Announcing a publication by mail: to the lists that the settings name, each once in effect."""

from collections.abc import Iterable

from django.conf import settings

from advisories import sealing, texts
from advisories.formats import mail_form
from advisories.formats.mail import Attachment
from advisories.models import Publication, RevisionPatch, SignedText
from advisories.openpgp.prepared import PreparedLetter


class NotSealed(Exception):
    """The text is not signed yet; the announcement waits for it."""


def written(publication: Publication, recipient: str) -> bytes:
    """The announcement to one list, the same bytes whenever it is written. Raises `NotSealed`, `NotWritable`."""
    sealed = SignedText.objects.filter(revision=publication.revision_id, made_at__isnull=False).first()
    if sealed is None:
        raise NotSealed(f"{publication} has no signed text yet")
    patches = list(RevisionPatch.objects.filter(revision=publication.revision_id).order_by("position"))
    record = texts.record_of(
        publication.content, publication.version, files={one.file_name: bytes(one.content) for one in patches},
        updates=sealing.updates_for(publication.revision),
    )  # fmt: skip
    envelope = mail_form.Envelope(
        sender=settings.MAIL_ADDRESS,
        sender_name=f"{settings.PROJECT_NAME} security team",
        recipients=(recipient,),
        message_id=message_id(publication.number, publication.version),
        sent_at=publication.public_at,
        in_reply_to=_earlier(publication),
    )
    files = [Attachment(one.file_name, bytes(one.content)) for one in patches]
    return mail_form.write(
        mail_form.subject(record, texts.dialect_for(publication.content)), bytes(sealed.text), files, envelope
    )


def send(publication: Publication, recipient: str) -> None:
    """Hand it to the mail server; a list that got it twice knows it by its id. Raises `OSError`, `SMTPException`."""
    raw = written(publication, recipient).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    PreparedLetter(raw, settings.MAIL_ADDRESS, [recipient]).send()


def message_id(number: int, version: int) -> str:
    """The same for the same revision, wherever and however often it is sent."""
    domain = settings.MAIL_ADDRESS.rpartition("@")[2]
    return f"<{settings.ADVISORY_PREFIX.lower()}-{number}.v{version}@{domain}>"


def _earlier(publication: Publication) -> str:
    earlier: Iterable[int] = (
        Publication.objects.live()
        .filter(advisory=publication.advisory_id, version__lt=publication.version)
        .order_by("-version")
        .values_list("version", flat=True)[:1]
    )
    return next((message_id(publication.number, version) for version in earlier), "")
