"""Patches as one mbox that `git am` takes, whatever form they came in."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from releases.engine.heads import describe, diff_of, split_head

_SEPARATOR = b"From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\n"
_LOOKS_LIKE_SEPARATOR = re.compile(rb"(?m)^From (?=[^\n]*[0-9][^\n][0-9]{2}:[0-9]{2})")
_SAFE_SUBJECT = re.compile(rb"\A[ -~]*\Z")


@dataclass(frozen=True, slots=True)
class MailDefaults:
    """What stands in a mail where a patch doesn't say."""

    name: str = "Penstock"
    email: str = "penstock@localhost.invalid"
    date: datetime = datetime(2001, 9, 17, tzinfo=UTC)
    subject: str = "Apply a patch"


def as_mbox(contents: Sequence[bytes], defaults: MailDefaults | None = None) -> bytes:
    """One mbox with a mail for each patch, in order. A mail stays as it is; a bare or quilt patch gets headers."""
    defaults = defaults or MailDefaults()
    return b"".join(_mail(content, defaults) for content in contents)


def _mail(content: bytes, defaults: MailDefaults) -> bytes:
    headers, body = split_head(content)
    if headers.keys() >= {b"from", b"subject", b"date"}:
        mail = content if content.startswith(b"From ") else _SEPARATOR + content
        first, newline, rest = mail.partition(b"\n")
        mail = first + newline + _LOOKS_LIKE_SEPARATOR.sub(b">From ", rest)
        return _ended(mail)
    head = describe(content)
    name = head.author_name or head.author_email or defaults.name
    lines = [
        _SEPARATOR,
        b"From: %s <%s>\n" % (_word(name), _plain(head.author_email or defaults.email)),
        b"Date: %s\n" % format_datetime(head.date or defaults.date).encode(),
        b"Subject: [PATCH] %s\n" % _word(head.subject or defaults.subject),
        b"MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n",
    ]
    message = head.message.encode("utf-8", "replace")
    text = message + b"\n---\n\n" + diff_of(body) if message else b"---\n\n" + diff_of(body)
    if b"\r" in text or b"\0" in text:
        # Git takes the CR off the lines of a mail, unless the text is encoded.
        return b"".join(lines) + b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(text) + b"\n"
    text = _LOOKS_LIKE_SEPARATOR.sub(b">From ", text)
    return _ended(b"".join(lines) + b"Content-Transfer-Encoding: 8bit\n\n" + text)


def _ended(mail: bytes) -> bytes:
    """With an empty line between this mail and the next."""
    return mail + (b"\n" if mail.endswith(b"\n") else b"\n\n")


def _word(text: str) -> bytes:
    """A header's text, as an encoded word where it isn't plain ASCII."""
    raw = text.encode("utf-8", "replace")
    if _SAFE_SUBJECT.match(raw) and b"=?" not in raw:
        return raw
    return b"=?UTF-8?B?%s?=" % base64.b64encode(raw)


def _plain(address: str) -> bytes:
    return re.sub(rb"[^!-;=?-~]", b"", address.encode("ascii", "ignore")) or b"unknown@localhost.invalid"
