"""PURE: a letter from outside, taken apart as far as it can be: who wrote, what it says, what came along.

Nothing here refuses a letter. What cannot be read is marked, and the caller keeps the bytes anyway.
"""

import email.utils
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from enum import StrEnum

import nh3

from advisories.formats.mail import DEEPEST, MOST_BOUNDARIES, MOST_PARTS, TROUBLE, one_line

MOST_TEXT = 200_000
"""Characters of a message; the whole letter is kept as it came."""
MOST_HEADER_BYTES = 256 * 1024

_TOKEN = re.compile(r"\+([0-9a-f]{40})@", re.IGNORECASE)
_ID = re.compile(r"<[^<>\s]{1,240}>")
_ID_LINE = re.compile(r"^(?:[A-Za-z-]{0,20}-)?Message-ID:\s{0,4}(<[^<>\s]{1,240}>)", re.IGNORECASE | re.MULTILINE)
_ACTION_LINE = re.compile(r"^Action:[ \t]{0,4}([A-Za-z]{1,20})", re.IGNORECASE | re.MULTILINE)
_STATUS_LINE = re.compile(r"^Status:[ \t]{0,4}([245]\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE)
_RECIPIENTS = ("X-Original-To", "Delivered-To", "Envelope-To", "To", "Cc")
_ARMOUR = "-----BEGIN PGP MESSAGE-----"


class Mark(StrEnum):
    """What to know of a letter, in the words that a person reads."""

    AUTOMATIC = "sent by a machine"
    BOUNCE = "returned mail"
    LIST = "came through a mailing list"
    BROKEN = "damaged: read as far as it could be"
    ENCRYPTED = "encrypted: kept as it came"
    LARGE = "large: only its beginning was read"
    OTHER_SENDER = "from another address than the report"
    ATTACHMENTS_LEFT = "some attachments are only in the original"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter's parts. Headers are claims of whoever sent it."""

    sender: str
    """The bare address; empty where there is none."""
    sender_name: str
    subject: str
    message_id: str
    """With its angle brackets; empty where there is none."""
    references: tuple[str, ...]
    tokens: tuple[str, ...]
    """What stands behind the plus of an address that it was sent to, in lower case."""
    text: str = field(repr=False)
    attachments: tuple[tuple[str, bytes], ...] = field(repr=False)
    marks: frozenset[Mark]
    returned: "Returned | None" = None
    """What came back, where it is returned mail."""


@dataclass(frozen=True, slots=True)
class Returned:
    """What returned mail says of the letter that came back."""

    ids: tuple[str, ...]
    """Message-IDs that stand below its own head."""
    is_final: bool
    """It will not arrive; otherwise it is late, or has arrived."""
    status: str
    """Such as 5.1.1 (RFC 3463); empty where none is given."""


def read(raw: bytes, *, cap: int, recipient: str = "") -> Letter:
    """Take a letter apart; past `cap` bytes only the beginning. `recipient`: whom the mail server says it is for."""
    marks: set[Mark] = set()
    if len(raw) > cap:
        marks.add(Mark.LARGE)
        raw = raw[:cap]
    head, body = _parted(raw)
    if len(head) > MOST_HEADER_BYTES or raw.count(b"\n--") > MOST_BOUNDARIES:
        marks.add(Mark.BROKEN)
        raw = head[:MOST_HEADER_BYTES] + b"\n\n" + body[:MOST_TEXT].replace(b"\n--", b"\n- -")
    try:
        message = BytesParser(policy=compat32).parsebytes(raw)
        parts = list(_leaves(message, marks))
    except TROUBLE:
        marks.add(Mark.BROKEN)
        message, parts = Message(policy=compat32), []
    marks |= _kind(message)
    text, attachments = _contents(parts, marks)
    if not text and Mark.BROKEN in marks:
        text = _tidy(_decoded(raw[:MOST_TEXT], "utf-8"))
    if _ARMOUR in text:
        marks.add(Mark.ENCRYPTED)
    sender_name, sender = _address(message)
    return Letter(
        sender=sender,
        sender_name=sender_name[:120],
        subject=_header(message, "Subject")[:200],
        message_id=_first_id(_header(message, "Message-ID")),
        references=tuple(_ID.findall(f"{_header(message, 'References')} {_header(message, 'In-Reply-To')}"))[-30:],
        tokens=tuple(_tokens(message, recipient)),
        text=text[:MOST_TEXT],
        attachments=tuple(attachments),
        marks=frozenset(marks),
        returned=_returned(raw) if Mark.BOUNCE in marks else None,
    )


def _returned(raw: bytes) -> Returned:
    """From a report for machines (RFC 3464), or from whatever else quotes the head of the letter."""
    _, body = _parted(raw)
    text = body.decode("latin-1")
    actions = {action.lower() for action in _ACTION_LINE.findall(text)}
    status = _STATUS_LINE.search(text)
    return Returned(
        ids=tuple(dict.fromkeys(_ID_LINE.findall(text)))[:30],
        is_final="failed" in actions if actions else True,
        status=status[1] if status else "",
    )


def _parted(raw: bytes) -> tuple[bytes, bytes]:
    gap = re.search(rb"\r?\n\r?\n", raw)
    return (raw[: gap.start()], raw[gap.end() :]) if gap else (raw, b"")


def _leaves(message: Message, marks: set[Mark]) -> Iterator[Message]:
    """The parts that hold something, in order, without recursion."""
    waiting: list[tuple[Message, int]] = [(message, 0)]
    seen = 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if part.defects:
            marks.add(Mark.BROKEN)
        if seen > MOST_PARTS or depth > DEEPEST:
            marks.add(Mark.BROKEN)
            return
        payload = part.get_payload()
        if isinstance(payload, list):
            waiting += ((inner, depth + 1) for inner in reversed(payload) if isinstance(inner, Message))
        else:
            yield part


def _kind(message: Message) -> set[Mark]:
    """What its headers say of how it came about (RFC 3834 and the older habits)."""
    found: set[Mark] = set()
    try:
        content_type = message.get_content_type()
    except TROUBLE:
        content_type = ""
    submitted = _header(message, "Auto-Submitted").lower()
    if submitted and not submitted.startswith("no"):
        found.add(Mark.AUTOMATIC)
    precedence = _header(message, "Precedence").lower()
    if precedence in ("auto_reply", "junk") or _header(message, "X-Autoreply") or _header(message, "X-Autorespond"):
        found.add(Mark.AUTOMATIC)
    if precedence in ("bulk", "list") or _header(message, "List-Id") or _header(message, "List-Post"):
        found.add(Mark.LIST)
    sender = _address(message)[1].lower()
    is_from_a_server = sender.startswith(("mailer-daemon@", "postmaster@"))
    if content_type == "multipart/report" or is_from_a_server or _header(message, "Return-Path") == "<>":
        found.add(Mark.BOUNCE)
    if content_type == "multipart/encrypted":
        found.add(Mark.ENCRYPTED)
    return found


def _contents(parts: list[Message], marks: set[Mark]) -> tuple[str, list[tuple[str, bytes]]]:
    plain: list[str] = []
    markup: list[str] = []
    attachments: list[tuple[str, bytes]] = []
    for number, part in enumerate(parts, start=1):
        try:
            content = part.get_payload(decode=True)
            name = one_line(_words(part.get_filename() or ""))
            content_type = part.get_content_type()
            charset = part.get_content_charset() or "utf-8"
        except TROUBLE:
            marks.add(Mark.BROKEN)
            continue
        if not isinstance(content, bytes):
            continue
        if name or not content_type.startswith("text/"):
            attachments.append((name or f"part-{number}", content))
        elif content_type == "text/html":
            markup.append(_decoded(content, charset))
        else:
            plain.append(_decoded(content, charset))
    if not any(text.strip() for text in plain):
        plain = [html.unescape(nh3.clean(text[:MOST_TEXT], tags=set())) for text in markup]
    return _tidy("\n\n".join(plain)), attachments


def _decoded(content: bytes, charset: str) -> str:
    """As its sender says, else as UTF-8, else byte by byte: something readable comes out of anything."""
    for name in (charset, "utf-8"):
        try:
            return content.decode(name)
        except (LookupError, ValueError):
            continue
    return content.decode("latin-1")


def _tidy(text: str) -> str:
    """`text` as a database keeps it and a page shows it: no NUL, no half characters, plain line ends."""
    whole = text.encode("utf-8", "replace").decode("utf-8").replace("\0", "�")
    return whole.replace("\r\n", "\n").strip("\n")[:MOST_TEXT]


def _words(raw: str) -> str:
    return "".join(
        piece.decode(charset or "ascii", "replace") if isinstance(piece, bytes) else piece
        for piece, charset in decode_header(raw)
    )


def _header(message: Message, name: str) -> str:
    """One header as one printable line: whatever is put behind a line break in it stays part of that line."""
    try:
        return one_line(_tidy(_words(str(message.get(name, "")))))
    except TROUBLE:
        return ""


def _address(message: Message) -> tuple[str, str]:
    try:
        name, address = email.utils.parseaddr(str(message.get("From", "")))
        return one_line(_tidy(_words(name))), one_line(_tidy(address))
    except TROUBLE:
        return "", ""


def _first_id(told: str) -> str:
    found = _ID.search(told)
    return found[0] if found else ""


def _tokens(message: Message, recipient: str) -> Iterator[str]:
    seen: set[str] = set()
    told = [recipient]
    for name in _RECIPIENTS:
        try:
            told += (str(value) for value in message.get_all(name, []))
        except TROUBLE:
            continue
    for text in told:
        for token in _TOKEN.findall(text[:10_000]):
            if token.lower() not in seen:
                seen.add(token.lower())
                yield token.lower()
