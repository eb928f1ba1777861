"""A publication as a mail: to the lists that the settings name, each once in effect, and as a file for everyone."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings

from advisories import texts
from advisories.formats import mail_form
from advisories.formats.doubts import NotWritable
from advisories.formats.mail import Attachment
from advisories.models import Origin, Publication, RevisionPatch, SignedText
from advisories.openpgp.prepared import PreparedLetter
from advisories.release import sealing


class NotSealed(Exception):
    """The text is not signed yet; the announcement waits for it."""


def written(publication: Publication, *recipients: str) -> bytes:
    """The announcement to these lists, the same bytes whenever it is written. Raises `NotSealed`, `NotWritable`."""
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
        recipients=recipients,
        message_id=message_id(publication.number, publication.version),
        sent_at=publication.public_at,
        in_reply_to=_earlier(publication),
    )
    files = [*_recipe(publication), *(Attachment(one.file_name, bytes(one.content)) for one in patches)]
    return mail_form.write(
        mail_form.subject(record, texts.dialect_for(publication.content)), bytes(sealed.text), files, envelope
    )


def as_file(publication: Publication) -> bytes:
    """What readers download: the announcement to every list, or to ourselves where there is none, as RFC 5322 has it.

    Raises `NotSealed`, `NotWritable`.
    """
    return on_the_wire(written(publication, *readers()))


def readers() -> Sequence[str]:
    """To whom the file says that it went."""
    return settings.ANNOUNCE_TO or [settings.MAIL_ADDRESS]


def is_writable(content: Mapping[str, Any], version: int) -> bool:
    """Whether there is such a mail: a title that nobody would read back as one has none."""
    try:
        return bool(mail_form.subject(texts.record_of(content, version, files={}), texts.dialect_for(content)))
    except NotWritable:
        return False


def on_the_wire(raw: bytes) -> bytes:
    """With the line ends that a mail has while it travels."""
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def send(publication: Publication, recipient: str) -> None:
    """Hand it to the mail server; a list that got it twice knows it by its id. Raises `OSError`, `SMTPException`."""
    PreparedLetter(on_the_wire(written(publication, recipient)), settings.MAIL_ADDRESS, [recipient]).send()


def message_id(number: int, version: int) -> str:
    """The same for the same revision, wherever and however often it is sent."""
    domain = settings.MAIL_ADDRESS.rpartition("@")[2]
    return f"<{settings.ADVISORY_PREFIX.lower()}-{number}.v{version}@{domain}>"


def _recipe(publication: Publication) -> Iterable[Attachment]:
    """The recipe file that came with what was announced before this portal was: its text lists the digest."""
    origin = Origin.objects.filter(revision=publication.revision_id).exclude(recipe_sha256="").first()
    if origin is not None:
        name = f"{texts.dialect_for(publication.content).file_stem(publication.number)}.meta"
        yield Attachment(name, bytes(origin.recipe))


def _earlier(publication: Publication) -> str:
    earlier: Iterable[int] = (
        Publication.objects.live()
        .filter(advisory=publication.advisory_id, version__lt=publication.version)
        .order_by("-version")
        .values_list("version", flat=True)[:1]
    )
    return next((message_id(publication.number, version) for version in earlier), "")
