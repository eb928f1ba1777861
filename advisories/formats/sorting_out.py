"""Documents of an archive on one desk: files and indexes laid out, each text read with the files that it lists.

Nothing is put in order here, and which of two copies counts is not decided: see `understanding.py`.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from advisories.formats import announcement, index, mail, xsa_text
from advisories.formats.announcement import Announcement
from advisories.formats.clearsign import BEGIN
from advisories.formats.clearsign import read as read_signed
from advisories.formats.dialect import Dialect
from advisories.formats.documents import Document, Kind, kind_of, opened
from advisories.formats.doubts import Doubt, Refused, Severity
from advisories.formats.openpgp import Verified, Verifier

NOT_OURS = frozenset({"not-an-advisory", "not-signed"})
"""Refusals that only say that a mail is about something else, or quotes an advisory, as most mails of a list do."""

_ANSWER = re.compile(r"(?:^|\])\s*(?:re|fwd?)\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Understood:
    """One document that was understood, in a sentence."""

    where: str
    message: str


@dataclass(slots=True)
class Desk:
    """Everything that was read so far."""

    dialect: Dialect
    verifier: Verifier
    files: dict[str, bytes] = field(default_factory=dict)
    """Recipes and patches by their SHA-256, attached or lying about."""
    names: dict[str, bytes] = field(default_factory=dict)
    """Those lying about by their names."""
    loose: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each file lying about to where it lies."""
    read: list[tuple[str, Announcement]] = field(default_factory=list)
    indexes: list[tuple[str, index.IndexReading]] = field(default_factory=list)
    understood: list[Understood] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    passed_over: int = 0


def sorted_out(documents: Iterable[Document], desk: Desk) -> list[tuple[Kind, Document]]:
    """Put files and indexes on the desk; give back what holds texts, in an order of its own."""
    texts: dict[tuple[str, str], tuple[Kind, Document]] = {}
    for one in opened(documents):
        if isinstance(one, Doubt):
            desk.doubts.append(one)
            continue
        kind = kind_of(one, desk.dialect)
        if kind in (Kind.MAIL, Kind.TEXT):
            texts[one.where, _digest(one)] = kind, one
        elif kind is Kind.INDEX:
            _take_index(one, desk)
        elif kind is Kind.OTHER:
            desk.doubts.append(
                Doubt(Severity.REFUSED, "not-understood", 0, "neither mail, text, recipe, patch nor index", one.where)
            )
        else:
            digest = _digest(one)
            desk.files[digest] = desk.names[one.name] = one.content
            desk.loose[digest] = one.where
    for kind, document in texts.values():
        if kind is Kind.MAIL:
            _take_attachments(document, desk)
    desk.indexes.sort(key=lambda one: one[0])
    return [texts[key] for key in sorted(texts)]


def _digest(document: Document) -> str:
    return hashlib.sha256(document.content).hexdigest()


def _take_index(document: Document, desk: Desk) -> None:
    try:
        reading = index.read(document.content, desk.dialect)
    except Refused as refusal:
        desk.doubts.append(replace(refusal.doubt, where=document.where))
        return
    desk.indexes.append((document.where, reading))
    desk.doubts += (replace(doubt, where=document.where) for doubt in reading.doubts)
    desk.understood.append(Understood(document.where, f"an index of {len(reading.entries)} numbers"))


def _take_attachments(document: Document, desk: Desk) -> None:
    """Keep what came with any mail: another revision may list the same file and have come without it."""
    try:
        attached = mail.read(document.content).attachments
    except Refused:
        return  # Read again with its text, where the refusal is reported.
    for attachment in attached:
        desk.files.setdefault(hashlib.sha256(attachment.content).hexdigest(), attachment.content)


def take_text(kind: Kind, document: Document, desk: Desk) -> None:
    """Read one mail or text, and what it is worth; a refusal becomes a line of the report."""
    try:
        if kind is Kind.MAIL:
            letter = mail.read(document.content)
            beside = _wanted(letter.text, desk)
            found = announcement.read_mail(document.content, desk.dialect, desk.verifier, beside=beside)
        else:
            beside = _wanted(document.content, desk)
            found = announcement.read_text(document.content, beside, desk.dialect, desk.verifier)
    except Refused as refusal:
        if kind is Kind.MAIL and refusal.doubt.kind in NOT_OURS:
            desk.passed_over += 1
            desk.doubts += _announced_in_vain(document, desk)
        else:
            # What is wrong with a signature's frame stands on a line of the mail's text, not of the file.
            where = refusal.doubt.where or ("body" if kind is Kind.MAIL else "")
            desk.doubts.append(_within(replace(refusal.doubt, where=where), document.where))
        return
    record = found.record
    desk.read.append((document.where, found))
    desk.doubts += (_within(doubt, document.where) for doubt in found.doubts)
    signed = (
        f"signed by {found.verdict.fingerprint}" if isinstance(found.verdict, Verified) else "signature not verified"
    )
    message = f"{record.name} version {record.version}, {len(record.patches)} patches, {signed}"
    desk.understood.append(Understood(document.where, message))


def _announced_in_vain(document: Document, desk: Desk) -> Iterator[Doubt]:
    """What to say of a mail that nobody would miss, did its subject not announce an advisory; answers quote theirs."""
    try:
        subject = mail.read(document.content).subject
    except Refused:
        return
    said = mail.read_subject(subject, desk.dialect)
    if said and not _ANSWER.search(subject):
        message = (
            f"the subject announces {desk.dialect.prefix}-{said.number}, and no signed text of it was found inside"
        )
        yield Doubt(Severity.DOUBT, "no-text", 0, message, document.where)


def _wanted(text: bytes, desk: Desk) -> dict[str, bytes]:
    """The files that a text lists, by their digests from wherever they lie; one of the name where no digest fits."""
    reading = xsa_text.read(read_signed(text).text if BEGIN in text else text, desk.dialect)
    listed = {patch.name: patch.sha256 for patch in reading.record.patches}
    if reading.meta_name:
        listed[reading.meta_name] = reading.meta_sha256
    found = {name: desk.files.get(digest, desk.names.get(name)) for name, digest in listed.items()}
    return {name: content for name, content in found.items() if content is not None}


def _within(doubt: Doubt, where: str) -> Doubt:
    return replace(doubt, where=f"{where} {doubt.where}".strip() if doubt.where != where else where)
