"""One announcement as it reaches people: signed text, recipe and patches held together.

Read with every doubt about them, written so that reading leaves none.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from advisories.formats import clearsign, mail, mail_form, meta, reconcile, xsa_text
from advisories.formats.dialect import Dialect
from advisories.formats.doubts import Doubt, Doubts, NotWritable, Refused
from advisories.formats.openpgp import NotVerified, Verified, Verifier
from advisories.formats.record import PatchFile, Record


@dataclass(frozen=True, slots=True)
class Announcement:
    """What was announced, and what it rests on."""

    record: Record
    text: bytes = field(repr=False)
    """The clear-signed message byte for byte as it came; the plain text where there was no signature."""
    signed: bytes = field(repr=False)
    """The bytes under the signature, canonical; the plain text where there was no signature."""
    signature: bytes = field(repr=False)
    """Armoured; empty where there was none."""
    verdict: Verified | NotVerified
    sent_at: datetime | None
    """From the mail's Date header: a claim."""
    message_id: str
    subject: str
    meta: bytes | None = field(repr=False)
    """The recipe file as attached, if its digest is the one in the text."""
    doubts: tuple[Doubt, ...]


def read_mail(
    raw: bytes, dialect: Dialect, verifier: Verifier, *, beside: Mapping[str, bytes] | None = None
) -> Announcement:
    """Read an announcement mail. Raises `Refused` where it is none; a bad signature is a verdict and not a refusal.

    Files that lie `beside` it, by name, stand in for those that did not come with it.
    """
    letter = mail.read(raw)
    files = dict(beside or {}) | {file.name: file.content for file in letter.attachments}
    found = read_text(letter.text, files, dialect, verifier)
    return replace(
        found,
        sent_at=letter.sent_at,
        message_id=letter.message_id,
        subject=letter.subject,
        doubts=(*letter.doubts, *_subject_doubts(letter.subject, found.record, dialect), *found.doubts),
    )


def read_text(text: bytes, files: dict[str, bytes], dialect: Dialect, verifier: Verifier) -> Announcement:
    """Read a text, clear-signed or not, with the files that came with it. Raises `Refused`.

    Only files whose SHA-256 the text lists are taken over: the text is what was signed.
    """
    doubts = Doubts("text")
    found = _signature(text, verifier, doubts)
    reading = xsa_text.read(found.plain, dialect)
    patches, attached = _checked(reading, files, doubts)
    record = replace(reading.record, patches=patches)
    more: tuple[Doubt, ...] = ()
    if attached is not None:
        try:
            recipes = meta.read(attached, dialect, where=reading.meta_name)
            record, differences = reconcile.with_recipes(record, recipes, where=reading.meta_name)
            more = (*recipes.doubts, *differences)
        except Refused as refusal:
            more = (refusal.doubt,)
    return Announcement(
        record=record,
        text=found.message,
        signed=found.signed,
        signature=found.signature,
        verdict=found.verdict,
        sent_at=None,
        message_id="",
        subject="",
        meta=attached,
        doubts=(*doubts, *reading.doubts, *more),
    )


@dataclass(frozen=True, slots=True)
class _Signed:
    """A text with what is signed of it."""

    message: bytes
    signed: bytes
    signature: bytes
    verdict: Verified | NotVerified
    plain: bytes
    """What is read."""


def _signature(text: bytes, verifier: Verifier, doubts: Doubts) -> _Signed:
    """What is signed, the signature, its worth, and the text to read. Never anything from outside the signed part."""
    if clearsign.BEGIN not in text:
        doubts.doubt("not-signed", 0, "the text is not signed")
        return _Signed(text, text, b"", NotVerified("the text is not signed"), text)
    message = clearsign.read(text)
    verdict = verifier.verify(message.signed, message.signature)
    if isinstance(verdict, NotVerified):
        doubts.refuse("not-verified", 0, verdict.reason)
    elif verdict.weak:
        doubts.note("weak-signature", 0, "signed with a hash that new signatures should not use")
    if message.around:
        doubts.note("around-signature", 0, "there is text outside the signed part; it is not read")
    return _Signed(message.message, message.signed, message.signature, verdict, message.text)


def _checked(
    reading: xsa_text.TextReading, files: dict[str, bytes], doubts: Doubts
) -> tuple[tuple[PatchFile, ...], bytes | None]:
    """The listed patches with their contents, and the recipe file: as far as the digests are right."""
    good: dict[str, bytes] = {}
    listed = [(patch.name, patch.sha256) for patch in reading.record.patches]
    if reading.meta_name:
        listed.append((reading.meta_name, reading.meta_sha256))
    for name, sha256 in listed:
        line = reading.sum_lines[name]
        if name not in files:
            doubts.doubt("file-missing", line, f"{name} is listed and did not come with the text")
        elif hashlib.sha256(files[name]).hexdigest() != sha256:
            doubts.refuse("sum-differs", line, f"{name} is not the file whose digest the text lists")
        else:
            good[name] = files[name]
    names = {name for name, _ in listed}
    for name in files:
        if name not in names:
            doubts.refuse("file-not-listed", 0, f"{name} came with the text, which does not list it")
    patches = tuple(replace(patch, content=good.get(patch.name)) for patch in reading.record.patches)
    return patches, good.get(reading.meta_name)


def _subject_doubts(subject: str, record: Record, dialect: Dialect) -> Iterable[Doubt]:
    """Where the subject says something else than the text. The text counts: nobody signed the subject."""
    doubts = Doubts("mail")
    said = mail.read_subject(subject, dialect)
    if said is None:
        doubts.note("subject-odd", 0, f"the subject is not that of an announcement: {subject[:120]!r}")
        return doubts
    if said.number != record.number:
        doubts.doubt("subject-differs", 0, f"the subject is about {record.prefix}-{said.number}")
    if said.version not in (None, record.version):
        doubts.doubt("subject-differs", 0, f"the subject says version {said.version}")
    if set(said.identifiers) != {identifier.value for identifier in record.identifiers}:
        doubts.doubt("subject-differs", 0, f"the subject names {', '.join(said.identifiers) or 'no identifiers'}")
    if said.title != record.title:
        doubts.note("subject-differs", 0, f"the subject has another title: {said.title}")
    return doubts


def write_text(record: Record, dialect: Dialect, sign: clearsign.Sign) -> tuple[bytes, bytes | None]:
    """The clear-signed text, and the recipe file that its list of digests names where the record has recipes.

    Raises `NotWritable`.
    """
    recipe = meta.write(record) if record.recipes else None
    text = xsa_text.write(record, dialect, meta_sha256=hashlib.sha256(recipe).hexdigest() if recipe else "")
    return clearsign.signed(text, sign), recipe


def write_mail(record: Record, dialect: Dialect, sign: clearsign.Sign, envelope: mail_form.Envelope) -> bytes:
    """The announcement mail: the signed text, then the recipe file and the patches as the text lists them.

    Raises `NotWritable`, also where a patch is known by its digest alone.
    """
    text, recipe = write_text(record, dialect, sign)
    files = [mail.Attachment(f"{dialect.file_stem(record.number)}.meta", recipe)] if recipe is not None else []
    for patch in record.patches:
        if patch.content is None or PatchFile.of(patch.name, patch.content) != patch:
            raise NotWritable(f"{patch.name} is not at hand with the digest that the text lists")
        files.append(mail.Attachment(patch.name, patch.content))
    return mail_form.write(mail_form.subject(record, dialect), text, files, envelope)
