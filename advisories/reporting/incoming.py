"""Letters from outside: kept byte for byte, put into their thread, and never answered where a machine wrote them."""

import hashlib
import os
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction

from advisories import bells
from advisories.models import (
    Delivery,
    DoorKind,
    Fate,
    IncomingMail,
    Message,
    Notification,
    Opening,
    OutgoingMail,
    Report,
)
from advisories.predisclosure import returning
from advisories.reporting import intake, letters
from advisories.reporting.letters import Letter, Mark

_NO_SUBJECT = "Without a subject"


class OnAnotherMachine(FileNotFoundError):
    """A large letter lies in a folder that this machine doesn't have; the message names its file."""


def receive(raw: bytes, *, recipient: str = "") -> IncomingMail:
    """Keep a letter and do what it is for. The same bytes again change nothing: mail servers try twice.

    `recipient`: the address it was delivered to, where the mail server says so.
    """
    digest = hashlib.sha256(raw).hexdigest()
    letter = letters.read(raw, cap=settings.MAIL_CAP_BYTES, recipient=recipient)
    file_name = "" if len(raw) <= settings.MAIL_CAP_BYTES else _keep_large(raw, digest)
    _to_the_disk()
    with transaction.atomic():
        known = IncomingMail.objects.filter(sha256=digest).first()
        if known is not None:
            return known
        delivery = returning.delivery_of(letter)
        fate, report = _fate(letter, delivery), _report_of(letter)
        message, marks = None, set(letter.marks)
        if fate is Fate.MESSAGE:
            message = _take(letter, report, marks)
            report = message.report
        is_closed = message is not None and Mark.ENCRYPTED in marks
        kept = IncomingMail.objects.create(
            sha256=digest,
            size=len(raw),
            content=b"" if file_name else raw,
            file_name=file_name,
            header_id=letter.message_id,
            fate=fate,
            marks=sorted(mark.value for mark in marks),
            report=report,
            delivery=delivery,
            message=message,
            opening=Opening.WAITING if is_closed else Opening.NONE,
        )
        if is_closed:
            bells.ring_for_opening(kept.pk)
        if delivery is not None and fate is Fate.BOUNCE:
            returning.note_return(delivery, letter)
        if delivery is not None and fate is Fate.ANSWER:
            returning.note_answer(delivery)
        return kept


def is_ours(address: str) -> bool:
    """Whether letters to this address come to us: with anything behind a plus, or under another name we have."""
    local, _, domain = address.lower().rpartition("@")
    ours = {one.lower() for one in (settings.MAIL_ADDRESS, *settings.MAIL_ALIASES)}
    return f"{local.partition('+')[0]}@{domain}" in ours


def with_return_path(raw: bytes, sender: str) -> bytes:
    """A letter under the address that the mail server gives as its sender: none where a machine returns mail."""
    if raw[:12].lower() == b"return-path:":
        return raw
    return b"Return-Path: <" + sender.encode("utf-8", "replace") + b">\r\n" + raw


def original(letter: IncomingMail) -> bytes:
    """The letter byte for byte. Raises `OnAnotherMachine`."""
    if not letter.file_name:
        return bytes(letter.content)
    file: Path = settings.LARGE_MAIL_DIR / letter.file_name
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise OnAnotherMachine(letter.file_name) from None


def _fate(letter: Letter, delivery: Delivery | None) -> Fate:
    if _is_own(letter.message_id) or is_ours(letter.sender):
        return Fate.LOOP
    if Mark.BOUNCE in letter.marks:
        return Fate.BOUNCE
    if Mark.AUTOMATIC in letter.marks:
        return Fate.AUTOMATIC
    return Fate.ANSWER if delivery is not None else Fate.MESSAGE


def _is_own(message_id: str) -> bool:
    """Whether a letter with this id is one that we sent."""
    kinds = (OutgoingMail, Delivery, Notification)
    return bool(message_id) and any(kind.objects.filter(header_id=message_id).exists() for kind in kinds)


def _report_of(letter: Letter) -> Report | None:
    """By the token in an address, then by the letters it refers to. Those are claims: they let write, never read."""
    for token in letter.tokens:
        found = Report.objects.behind(token, DoorKind.ADDRESS).first()
        if found is not None:
            return found
    if not letter.references:
        return None
    answered = OutgoingMail.objects.filter(header_id__in=letter.references).select_related("report").last()
    if answered is not None:
        return answered.report
    earlier = IncomingMail.objects.filter(header_id__in=letter.references, fate=Fate.MESSAGE)
    followed = earlier.select_related("report").first()
    return followed.report if followed is not None else None


def _take(letter: Letter, report: Report | None, marks: set[Mark]) -> Message:
    files = _files(letter, marks)
    if report is not None:
        if letter.sender.lower() != report.finder.address.lower():
            marks.add(Mark.OTHER_SENDER)
        return intake.continue_thread(report, letter.text, files, marks=_words(marks))
    told = intake.Told(
        title=letter.subject or _NO_SUBJECT,
        text=letter.text,
        name=letter.sender_name,
        address=_sound(letter.sender),
    )
    # A list hands on what anybody sends to it, and an answer would go to who knows whom.
    is_suspect = Mark.LIST in marks
    return intake.open_report(told, files, is_suspect=is_suspect, marks=_words(marks)).messages.get()


def _files(letter: Letter, marks: set[Mark]) -> list[tuple[str, bytes]]:
    """The attachments within the limits of a report; the others stay in the original, and the thread says so."""
    fitting = [(name, content) for name, content in letter.attachments if len(content) <= settings.REPORT_FILE_BYTES]
    if len(fitting[: settings.REPORT_FILES]) < len(letter.attachments):
        marks.add(Mark.ATTACHMENTS_LEFT)
    return fitting[: settings.REPORT_FILES]


def _words(marks: set[Mark]) -> list[str]:
    return [mark.value for mark in marks]


def _sound(address: str) -> str:
    """An address that a letter can be sent to, or none."""
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address if len(address) <= 254 else ""


def _keep_large(raw: bytes, digest: str) -> str:
    """Write a letter beside the database, whole or not at all, before the row that names it."""
    folder: Path = settings.LARGE_MAIL_DIR
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{digest}.eml"
    half = folder / f"{name}.half"
    with half.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    half.replace(folder / name)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return name


def _to_the_disk() -> None:
    """Have SQLite wait for the disk: whoever hands a letter over forgets it once we say that it is kept."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")
