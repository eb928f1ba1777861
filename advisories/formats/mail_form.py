"""An announcement as a mail: the text for reading, recipe and patches attached, in the layout that the field uses."""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr

from advisories.formats.dialect import Dialect
from advisories.formats.doubts import NotWritable
from advisories.formats.mail import Attachment, read_subject
from advisories.formats.record import Record
from advisories.formats.tables import FILE_NAME

_WIDTH = 76
_LONGEST_LINE = 998
"""Bytes in a line of a mail (RFC 5322, section 2.1.1)."""
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,250}")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,200}@[A-Za-z0-9.-]{1,250}>")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is said of the mail itself; nothing of it is drawn or looked up here."""

    sender: str
    """A mail address."""
    sender_name: str
    recipients: tuple[str, ...]
    message_id: str
    """With its angle brackets."""
    sent_at: datetime
    in_reply_to: str = ""
    """The message id of the revision before, so that readers' programs show them together."""


def subject(record: Record, dialect: Dialect) -> str:
    """`Sluice Security Advisory 12 v3 (CVE-2026-0012) - gate may stay open`.

    Raises `NotWritable` where it would not be read back as the same.
    """
    names = ",".join(identifier.value for identifier in record.identifiers)
    text = f"{dialect.title} {record.number} v{record.version}{f' ({names})' if names else ''} - {record.title}"
    said = read_subject(text, dialect)
    wanted = tuple(identifier.value for identifier in record.identifiers)
    if said is None or (said.number, said.version, said.identifiers, said.title) != (
        record.number,
        record.version,
        wanted,
        record.title,
    ):
        raise NotWritable("the subject would not be read as that of this advisory")
    return text


def write(subject_line: str, text: bytes, attachments: Sequence[Attachment], envelope: Envelope) -> bytes:
    """The mail, lines ended by LF: whoever sends it makes CRLF of them. The same arguments give the same bytes.

    Raises `NotWritable` for an envelope or a file's name that a mail cannot carry.
    """
    _check(attachments, envelope)
    if not subject_line.isprintable() or b"\r" in text or b"\0" in text:
        raise NotWritable("a subject is one line, and the lines of a text end in LF")
    parts = [_text_part(text), *(_attached(attachment) for attachment in attachments)]
    boundary = _boundary(parts)
    head = [
        f"From: {formataddr((envelope.sender_name, envelope.sender))}",
        "To: " + ",\n ".join(envelope.recipients),
        f"Date: {format_datetime(envelope.sent_at)}",
        f"Message-ID: {envelope.message_id}",
        *([f"In-Reply-To: {envelope.in_reply_to}"] if envelope.in_reply_to else []),
        f"Subject: {_subject(subject_line)}",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/mixed; boundary="{boundary}"',
        "",
        "",
    ]
    line = f"--{boundary}".encode()
    body = b"".join(line + b"\n" + part + b"\n" for part in parts)
    return "\n".join(head).encode() + body + line + b"--\n"


def _check(attachments: Sequence[Attachment], envelope: Envelope) -> None:
    for address in (envelope.sender, *envelope.recipients):
        if not _ADDRESS.fullmatch(address):
            raise NotWritable(f"not a mail address: {address[:80]!r}")
    for identifier in (envelope.message_id, *([envelope.in_reply_to] if envelope.in_reply_to else [])):
        if not _MESSAGE_ID.fullmatch(identifier):
            raise NotWritable(f"not a message id: {identifier[:80]!r}")
    if not envelope.recipients or not envelope.sender_name or not envelope.sender_name.isprintable():
        raise NotWritable("a mail has recipients, and its sender a name of printable characters")
    if envelope.sent_at.utcoffset() is None:
        raise NotWritable("an instant without a time zone is no instant")
    names = [attachment.name for attachment in attachments]
    if len(names) != len(set(names)) or not all(FILE_NAME.fullmatch(name) and "/" not in name for name in names):
        raise NotWritable("attached files have names that files may have, each its own")


def _text_part(text: bytes) -> bytes:
    """The text as it is where a mail can carry that; encoded where a line is too long for one."""
    head = [b'Content-Type: text/plain; charset="utf-8"', b"Content-Disposition: inline"]
    if max(len(line) for line in text.split(b"\n")) > _LONGEST_LINE:
        encoded = binascii.b2a_qp(text, istext=True)
        return b"\n".join([*head, b"Content-Transfer-Encoding: quoted-printable", b"", encoded])
    kind = b"7bit" if text.isascii() else b"8bit"
    return b"\n".join([*head, b"Content-Transfer-Encoding: " + kind, b"", text])


def _attached(attachment: Attachment) -> bytes:
    encoded = base64.b64encode(attachment.content)
    lines = [encoded[at : at + _WIDTH] for at in range(0, len(encoded), _WIDTH)]
    head = [
        f'Content-Type: application/octet-stream; name="{attachment.name}"'.encode(),
        f'Content-Disposition: attachment; filename="{attachment.name}"'.encode(),
        b"Content-Transfer-Encoding: base64",
    ]
    return b"\n".join([*head, b"", *lines, b""])


def _boundary(parts: list[bytes]) -> str:
    """A line that is in none of the parts, drawn from them instead of from chance."""
    digest = hashlib.sha256(b"\0".join(parts)).hexdigest()
    for at in range(0, 40, 8):
        boundary = f"=separator-{digest[at : at + 16]}"
        if not any(f"--{boundary}".encode() in part for part in parts):
            return boundary
    raise NotWritable("no line could be found that parts the mail")


def _subject(text: str) -> str:
    """Folded, and encoded as RFC 2047 has it where it isn't ASCII or could be taken for something encoded."""
    charset = "us-ascii" if text.isascii() and "=?" not in text else "utf-8"
    return Header(text, charset, maxlinelen=_WIDTH, header_name="Subject").encode()
