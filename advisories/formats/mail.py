"""A mail as bytes, taken apart: its text, its attachments, and what its headers claim.

The standard library's parser recurses into nested parts and headers and raises whatever it stumbles over, so
everything is bounded before it starts and every access is guarded: a hostile mail is refused or survived.
"""

import email.errors
import email.header
import email.utils
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from advisories.formats.clearsign import BEGIN
from advisories.formats.dialect import Dialect
from advisories.formats.doubts import Doubt, Doubts, Refused
from advisories.formats.tables import FILE_NAME

MOST_BYTES = 10 * 1024 * 1024
"""The largest real announcement has a fiftieth of this."""
MOST_BOUNDARIES = 5_000
"""Lines that begin with two dashes: a hundred thousand parts would take the parser seconds."""
MOST_PARTS = 200
DEEPEST = 8

# What the parser and the decoders are known to raise on what strangers send.
TROUBLE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
    OverflowError,
    AssertionError,
    email.errors.MessageError,
)

_FOOTER = re.compile(rb"\A\s*_{20,}\s*\r?\n")
"""How Mailman begins what it adds below a mail, as a part of its own or as text."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail. The name is safe: see `tables.FILE_NAME`."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail's parts. Headers are claims of whoever sent it."""

    subject: str
    """One line, decoded; empty where there is none or it cannot be decoded."""
    message_id: str
    sent_at: datetime | None
    """The Date header in UTC."""
    text: bytes = field(repr=False)
    """The first part with a clear-signed message, else the first text part; as it was transferred, decoded."""
    attachments: tuple[Attachment, ...]
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """What an announcement's subject says."""

    number: int
    version: int | None
    identifiers: tuple[str, ...]
    title: str


def read(raw: bytes) -> Mail:
    """Take a mail apart. Raises `Refused`: too large, too many parts, nested too deeply, or not readable as a mail."""
    if len(raw) > MOST_BYTES:
        raise Refused("too-large", f"the mail has more than {MOST_BYTES:,} bytes", where="mail")
    if raw.count(b"\n--") > MOST_BOUNDARIES:
        raise Refused(
            "too-many-parts", f"the mail has more than {MOST_BOUNDARIES:,} lines that could part it", where="mail"
        )
    if raw.count(b"\r\n") == raw.count(b"\n"):
        # As a mail travels. Whoever signed a text wrote its lines with LF, and so do files that hold mails.
        raw = raw.replace(b"\r\n", b"\n")
    doubts = Doubts("mail")
    texts: list[bytes] = []
    attachments: dict[str, Attachment] = {}
    try:
        message = BytesParser(policy=compat32).parsebytes(raw)
        parts = list(_leaves(message))
    except TROUBLE as error:
        raise Refused("not-a-mail", "the mail cannot be taken apart", where="mail") from error
    for part in parts:
        _take(part, texts, attachments, doubts)
    return Mail(
        subject=_header(message, "Subject"),
        message_id=_header(message, "Message-ID"),
        sent_at=_date(message),
        text=_text(texts),
        attachments=tuple(attachments.values()),
        doubts=tuple(doubts),
    )


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something, in order; without recursion."""
    waiting: list[tuple[Message, int]] = [(message, 0)]
    seen = 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if seen > MOST_PARTS or depth > DEEPEST:
            raise Refused("too-many-parts", "the mail has too many parts, or they are nested too deeply", where="mail")
        payload = part.get_payload()
        if isinstance(payload, list):
            waiting += ((inner, depth + 1) for inner in reversed(payload) if isinstance(inner, Message))
        else:
            yield part


def _take(part: Message, texts: list[bytes], attachments: dict[str, Attachment], doubts: Doubts) -> None:
    try:
        content = part.get_payload(decode=True)
        name = part.get_filename() or ""
        is_text = part.get_content_type() == "text/plain"
    except TROUBLE:
        doubts.refuse("part-unreadable", 0, "a part of the mail cannot be decoded")
        return
    if not isinstance(content, bytes):
        return
    if not name:
        if is_text and not _FOOTER.match(content):
            texts.append(content)
        return
    name = one_line(name)
    if not FILE_NAME.fullmatch(name) or "/" in name:
        doubts.refuse("file-name", 0, f"an attachment is called {name[:80]!r}, which is no name that a file may have")
    elif name in attachments:
        doubts.refuse("file-twice", 0, f"a second attachment called {name}; the first one counts")
    else:
        attachments[name] = Attachment(name, content)


def _text(texts: list[bytes]) -> bytes:
    signed = (text for text in texts if BEGIN in text)
    return next(signed, texts[0] if texts else b"")


def _header(message: Message, name: str) -> str:
    """One header as one line of text; empty where it is missing or malformed."""
    try:
        raw = message.get(name, "")
        pieces = email.header.decode_header(str(raw))
        text = "".join(
            piece.decode(charset or "ascii", "replace") if isinstance(piece, bytes) else piece
            for piece, charset in pieces
        )
    except TROUBLE:
        return ""
    return one_line(text)


def _date(message: Message) -> datetime | None:
    try:
        sent_at = email.utils.parsedate_to_datetime(str(message.get("Date", "")))
        return (sent_at if sent_at.tzinfo else sent_at.replace(tzinfo=UTC)).astimezone(UTC)
    except TROUBLE:
        return None


def one_line(text: str) -> str:
    """`text` without control characters, runs of blanks as one: a decoded header can hold line breaks."""
    printable = "".join(char if char.isprintable() else " " for char in text[:2_000])
    return " ".join(printable.split())


def read_subject(subject: str, dialect: Dialect) -> Subject | None:
    """What an announcement's subject says, or None where it is none.

    The list's name in front, the version and the identifiers may be missing.
    """
    found = re.fullmatch(
        rf"(?:\[[\w .-]{{1,60}}\]\s*|(?:re|fwd?)\s*:\s*){{0,5}}{re.escape(dialect.title)}\s+"
        rf"(?:{re.escape(dialect.prefix)}-)?(?P<number>0{{0,3}}[1-9]\d{{0,5}})(?:\s+v(?P<version>\d{{1,6}}))?"
        r"(?:\s+\((?P<ids>[^()]{0,800})\))?\s+-+\s+(?P<title>\S.{0,1000})",
        subject,
        re.IGNORECASE,
    )
    if found is None:
        return None
    return Subject(
        number=int(found["number"]),
        version=int(found["version"]) if found["version"] else None,
        identifiers=tuple(word for word in re.split(r"[\s,]+", found["ids"] or "") if word),
        title=" ".join(found["title"].split()),
    )
