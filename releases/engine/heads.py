"""Who wrote a patch and what it says about itself, from a mail, a quilt header or nothing at all.

The standard library's mail parser isn't used: hostile headers make it raise what nobody expects, or recurse.
"""

import base64
import binascii
import codecs
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

_HEADER = re.compile(rb"([!-9;-~]{1,76})[ \t]*:[ \t]*(.*)")
_HEADERS_OF_MAIL = frozenset(
    b"authentication-results bcc cc content-disposition content-language content-transfer-encoding content-type date "
    b"delivered-to dkim-signature errors-to from in-reply-to mailing-list message-id mime-version precedence received "
    b"references reply-to return-path sender subject thread-index thread-topic to user-agent".split()
)
_FAMILIES_OF_HEADERS = (b"arc-", b"list-", b"resent-", b"x-")
_SEPARATOR = re.compile(rb"From [^\n]*:[^\n]*\n")
_DIFF = re.compile(rb"(?m)^(?:diff -|Index: |--- [^\s]|GIT binary patch)")
_RULE = re.compile(rb"(?m)^---[ \t]*\r?$")
_ENCODED = re.compile(r"=\?([A-Za-z0-9_.:-]{1,40})(?:\*[^?]{0,20})?\?([bBqQ])\?([^?\s]*)\?=")
_BETWEEN_ENCODED = re.compile(r"(\?=)[ \t]+(?==\?)")
_ESCAPED = re.compile(rb"=([0-9A-Fa-f]{2})")
_ADDRESS = re.compile(r"^\s*(.*?)\s*<\s*([^<>\s]{1,254})\s*>")
_BARE_ADDRESS = re.compile(r"^\s*([^<>\s@]{1,64}@[^<>\s@]{1,190})\s*(?:\(([^()]*)\))?\s*$")
_PREFIX = re.compile(r"^(?:\s*\[[^\]]*\]|\s*re:)+\s*", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_CHARSETS = re.compile(
    r"ascii|utf-8|iso8859-(1|2|5|9|15)|cp125[0-2]|koi8-r|gb2312|gbk|gb18030|big5|euc_(jp|kr)|shift_jis|iso2022_jp"
)
_LONGEST_HEADER = 4_000
_LONGEST_HEAD = 200_000
_LONGEST_MESSAGE = 100_000


@dataclass(frozen=True, slots=True)
class PatchHead:
    """What a patch says about itself; an empty text where it doesn't say."""

    subject: str
    """Without `[PATCH 1/3]` and the like."""
    author_name: str
    author_email: str
    date: datetime | None
    """With the zone it was written in."""
    message: str
    """The text between the subject and the diff, or the line of three dashes."""


def describe(content: bytes) -> PatchHead:
    """Read the head of a patch: mail headers, or first line and text as quilt has them. Never raises."""
    headers, body = split_head(content)
    text = readable(message_of(body))
    subject = _subject(headers)
    author, date = headers.get(b"from", b""), headers.get(b"date", b"")
    inner, rest = _inner_headers(text)
    author = inner.get(b"from", author)
    date = inner.get(b"date", date)
    if b"subject" in inner:
        subject = _subject(inner)
    if not subject:
        first, _, rest = rest.lstrip("\n").partition("\n")
        subject = _tidied(_PREFIX.sub("", first))
    name, address = _author(author)
    return PatchHead(subject, name, address, _date(date), rest.strip("\n"))


def split_head(content: bytes) -> tuple[dict[bytes, bytes], bytes]:
    """The mail headers of a patch, lower-case name to unfolded value, and what follows them; none for other texts."""
    separator = _SEPARATOR.match(content)
    position = separator.end() if separator else 0
    headers: dict[bytes, bytes] = {}
    name = b""
    start = position
    while position < min(len(content), _LONGEST_HEAD):
        newline = content.find(b"\n", position)
        end = newline if newline >= 0 else len(content)
        line = content[position:end].rstrip(b"\r")
        if not line:
            return (headers, content[end + 1 :]) if headers else ({}, content[start:])
        if line[:1] in (b" ", b"\t") and name:
            if len(headers[name]) < _LONGEST_HEADER:
                headers[name] = (headers[name] + b" " + line.strip())[:_LONGEST_HEADER]
        else:
            match = _HEADER.match(line)
            name = match.group(1).lower() if match else b""
            known = name in _HEADERS_OF_MAIL or name.startswith(_FAMILIES_OF_HEADERS)
            if match is None or not (headers or known):
                break
            headers.setdefault(name, match.group(2)[:_LONGEST_HEADER])
        position = end + 1
    return (headers, content[position:]) if headers else ({}, content[start:])


def message_of(body: bytes) -> bytes:
    """The part of a body before its diff or its line of three dashes."""
    ends = [match.start() for match in (_DIFF.search(body), _RULE.search(body)) if match is not None]
    return body[: min(ends, default=len(body))]


def diff_of(body: bytes) -> bytes:
    """The part of a body from its first diff line on, empty where there is none."""
    match = _DIFF.search(body)
    return body[match.start() :] if match else b""


def readable(text: bytes) -> str:
    """Text for people: UTF-8 where it is that, Latin-1 else; one kind of line end, no control characters."""
    text = text[:_LONGEST_MESSAGE]
    try:
        decoded = text.decode()
    except UnicodeDecodeError:
        decoded = text.decode("latin-1")
    return _CONTROL.sub("�", decoded.replace("\r\n", "\n"))


def _tidied(text: str) -> str:
    return " ".join(text.split())


def _subject(headers: dict[bytes, bytes]) -> str:
    return _tidied(_PREFIX.sub("", _decoded(headers.get(b"subject", b""))))


def _inner_headers(text: str) -> tuple[dict[bytes, bytes], str]:
    """Headers at the top of a mail's text say who really wrote the patch."""
    headers: dict[bytes, bytes] = {}
    rest = text.lstrip("\n")
    while True:
        line, newline, behind = rest.partition("\n")
        match = _HEADER.match(line.encode())
        if match is None or match.group(1).lower() not in (b"from", b"date", b"subject"):
            break
        headers.setdefault(match.group(1).lower(), match.group(2))
        rest = behind
        if not newline:
            break
    return headers, rest if headers else text


def _decoded(value: bytes) -> str:
    """A header's value with its encoded words (RFC 2047) read."""
    text = _BETWEEN_ENCODED.sub(r"\1", readable(value))
    return _CONTROL.sub("�", _ENCODED.sub(_word, text))


def _word(match: re.Match[str]) -> str:
    charset, encoding, text = match.groups()
    try:
        if encoding in "bB":
            raw = base64.b64decode(text + "=" * (-len(text) % 4))
        else:
            raw = _ESCAPED.sub(lambda code: bytes((int(code.group(1), 16),)), text.replace("_", " ").encode())
        codec = codecs.lookup(charset)
    except (LookupError, ValueError, binascii.Error):
        return match.group()
    # Some codecs of Python's do far more than read letters.
    return raw.decode(codec.name if _CHARSETS.fullmatch(codec.name) else "latin-1", "replace")


def _author(value: bytes) -> tuple[str, str]:
    text = _tidied(_decoded(value))
    match = _ADDRESS.match(text)
    if match is not None:
        return match.group(1).strip('" '), match.group(2)
    match = _BARE_ADDRESS.match(text)
    if match is not None:
        return (match.group(2) or "").strip(), match.group(1)
    return text, ""


def _date(value: bytes) -> datetime | None:
    try:
        date = parsedate_to_datetime(readable(value[:100]))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo is not None else None
