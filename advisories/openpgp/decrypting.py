"""Encrypted mail from outside, opened with the team's key: its cleartext as MIME, and who signed it.

The opening itself happens in a process of its own (`cell.py`), bounded in size, memory and time. Here is what comes
before and after: finding the message in a mail, and judging signatures. A signature tells which key made it; whose key
that is, the caller knows.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from enum import StrEnum
from pathlib import Path

import pysequoia

from advisories.formats.mail import DEEPEST, MOST_BOUNDARIES, MOST_PARTS, TROUBLE
from advisories.openpgp import certificates
from advisories.openpgp.certificates import Certificate, CertificateRefused
from advisories.openpgp.key_parts import LIBRARY_TROUBLE
from advisories.openpgp.running import ProgramFailed, run

_CELL = Path(__file__).with_name("cell.py")
_BEGIN = b"-----BEGIN PGP MESSAGE-----"
_END = b"-----END PGP MESSAGE-----"
_MOST_KEYS = 5
_SENTENCES = {
    "locked": "The team's key for decryption can't be used: its file can't be read, or its passphrase is wrong.",
    "too-large": "What is in it is larger than letters may be.",
    "not-opened": "It can't be opened with the team's key: it is encrypted to another one, or damaged.",
}


class NotOpened(Exception):
    """It stays as it came; says why in a sentence."""


class Seal(StrEnum):
    """What is known of a signature."""

    NONE = "not signed"
    GOOD = "signed"
    UNKNOWN = "signed by a key that we don't have"
    UNCHECKED = "signed, and compressed so that the signature can't be checked here"
    BAD = "with a signature that does not hold"


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one opening."""

    most_bytes: int = 50 * 1024 * 1024
    """Of what is in it."""
    most_memory: int = 1 << 30
    """Address space of the process, in bytes."""
    most_s: int = 30
    """Processor time, in seconds; twice as long by the clock."""


@dataclass(frozen=True, slots=True)
class DecryptionKey:
    """Where the team's key lies; it is read by the process that uses it and by no other."""

    key_file: Path
    passphrase_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """What was in an encrypted mail."""

    mime: bytes = field(repr=False)
    """A MIME entity with its headers; where a part of it was signed, that part."""
    seal: Seal
    signed_by: str = ""
    """Fingerprint of the primary key, or what the signature says of an unknown one; upper-case hex digits."""
    key_came_along: bool = False
    """The key lay in the letter itself: it proves that two letters have one author, and not who that is."""


def is_encrypted(raw: bytes) -> bool:
    """Whether a mail holds an encrypted message anywhere, cheaply."""
    return _BEGIN in raw or b"multipart/encrypted" in raw.lower()


def open_mail(
    raw: bytes, key: DecryptionKey, known: Iterable[Certificate] = (), limits: Limits | None = None
) -> Opened:
    """Open an encrypted mail, PGP/MIME or inline; `known` are the keys that signatures are checked with.

    Raises `NotOpened`. Keys that lie in the letter itself are tried too.
    """
    limits = limits or Limits()
    message, is_mime = _encrypted_part(raw)
    known = tuple(known)
    clear, seal, signed_by = _in_the_cell(message, key, known, limits)
    opened = _judged(clear if is_mime else _as_mime(clear), seal, signed_by, known)
    if opened.seal is not Seal.UNKNOWN:
        return opened
    came_along = tuple(_enclosed_keys(opened.mime))
    if not came_along:
        return opened
    clear, seal, signed_by = _in_the_cell(message, key, came_along, limits)
    again = _judged(clear if is_mime else _as_mime(clear), seal, signed_by, came_along)
    return replace(again, key_came_along=True) if again.seal is Seal.GOOD else opened


def _encrypted_part(raw: bytes) -> tuple[bytes, bool]:
    """The armoured or binary message in a mail, and whether what is in it is MIME."""
    texts: list[bytes] = []
    is_mime = False
    for part in _leaves(raw):
        try:
            content, kind = part.get_payload(decode=True), part.get_content_type()
        except TROUBLE:
            continue
        if kind == "application/pgp-encrypted":
            is_mime = True
        elif isinstance(content, bytes) and is_mime and content.strip():
            return (_cut_out(content) or content), True
        elif isinstance(content, bytes) and _BEGIN in content:
            texts.append(content)
    for text in texts:
        found = _cut_out(text)
        if found:
            return found, False
    raise NotOpened("There is no whole encrypted message in it.")


def _leaves(raw: bytes) -> Iterator[Message]:
    if raw.count(b"\n--") > MOST_BOUNDARIES:
        raise NotOpened("It has too many parts.")
    try:
        waiting: list[tuple[Message, int]] = [(BytesParser(policy=compat32).parsebytes(raw), 0)]
    except TROUBLE:
        raise NotOpened("It can't be taken apart.") from None
    seen = 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if seen > MOST_PARTS or depth > DEEPEST:
            return
        payload = part.get_payload()
        if isinstance(payload, list):
            waiting += ((inner, depth + 1) for inner in reversed(payload) if isinstance(inner, Message))
        else:
            yield part


def _cut_out(text: bytes) -> bytes:
    start = text.find(_BEGIN)
    end = text.find(_END, start)
    return text[start : end + len(_END)] + b"\n" if 0 <= start < end else b""


def _as_mime(text: bytes) -> bytes:
    """Inline messages are text; which charset, nobody says."""
    return b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + text


def _in_the_cell(
    message: bytes, key: DecryptionKey, known: tuple[Certificate, ...], limits: Limits
) -> tuple[bytes, Seal, str]:
    order = {
        "key_file": str(key.key_file),
        "passphrase_file": str(key.passphrase_file) if key.passphrase_file is not None else None,
        "certificates": [certificate.binary.hex() for certificate in known],
        "most_bytes": limits.most_bytes,
        "most_memory": limits.most_memory,
        "most_s": limits.most_s,
    }
    given = json.dumps(order).encode() + b"\n" + message
    try:
        answer = run([sys.executable, "-I", str(_CELL)], given, limit_s=2 * limits.most_s)
    except ProgramFailed as failure:
        raise NotOpened(f"The process that opens mail {failure}.") from None
    head, _, clear = answer.partition(b"\n")
    told = json.loads(head)
    if told["outcome"] != "opened":
        raise NotOpened(_SENTENCES[told["outcome"]])
    if told["signed_by"]:
        return clear, Seal.GOOD, told["signed_by"].upper()
    if not told["asked"]:
        return clear, Seal.NONE, ""
    asked = str(told["asked"][0]).upper()
    if not told["was_checked"]:
        return clear, Seal.UNCHECKED, asked
    is_known = any(_is_key_of(certificate, asked) for certificate in known)
    return clear, (Seal.BAD if is_known else Seal.UNKNOWN), asked


def _is_key_of(certificate: Certificate, asked: str) -> bool:
    return any(one.fingerprint.endswith(asked) for one in (certificate.primary, *certificate.subkeys))


def _judged(mime: bytes, seal: Seal, signed_by: str, known: tuple[Certificate, ...]) -> Opened:
    """With the signature inside, where there is one: it is the author's, and says more than one around it."""
    found = _signed_inside(mime)
    if found is None:
        return Opened(mime, seal, signed_by)
    part, signature = found
    try:
        parsed = pysequoia.Sig.from_bytes(signature)
        asked = str(parsed.issuer_fingerprint or parsed.issuer_key_id or "").upper()
    except LIBRARY_TROUBLE:
        return Opened(part, Seal.BAD)
    suspects = [certificate for certificate in known if _is_key_of(certificate, asked)]
    if not suspects:
        return Opened(part, Seal.UNKNOWN, asked)
    try:
        stored = [pysequoia.Cert.from_bytes(certificate.binary) for certificate in suspects]
        verified = pysequoia.verify(bytes=part, store=lambda _: stored, signature=parsed)
    except LIBRARY_TROUBLE:
        return Opened(part, Seal.BAD, asked)
    if not verified.valid_sigs:
        return Opened(part, Seal.BAD, asked)
    return Opened(part, Seal.GOOD, str(verified.valid_sigs[0].certificate).upper())


def _signed_inside(mime: bytes) -> tuple[bytes, bytes] | None:
    """The bytes between the boundaries of a `multipart/signed`, CRLF as they were signed, and the signature."""
    try:
        whole = BytesParser(policy=compat32).parsebytes(mime[:20_000], headersonly=True)
        boundary = whole.get_boundary() if whole.get_content_type() == "multipart/signed" else None
    except TROUBLE:
        return None
    if not boundary:
        return None
    mark = b"--" + boundary.encode("utf-8", "surrogateescape")
    lines = mime.replace(b"\r\n", b"\n").split(b"\n")
    marks = [at for at, line in enumerate(lines) if line.rstrip() in (mark, mark + b"--")]
    if len(marks) < 3:
        return None
    part = b"\r\n".join(lines[marks[0] + 1 : marks[1]])
    signature = BytesParser(policy=compat32).parsebytes(b"\n".join(lines[marks[1] + 1 : marks[2]]))
    content = signature.get_payload(decode=True)
    return (part, content) if isinstance(content, bytes) else None


def _enclosed_keys(mime: bytes) -> Iterator[Certificate]:
    """Certificates that lie in the opened letter, each by itself, at most a handful."""
    taken = 0
    for part in _leaves(mime):
        try:
            is_key = part.get_content_type() == "application/pgp-keys"
            content = part.get_payload(decode=True)
        except TROUBLE:
            continue
        if not isinstance(content, bytes) or not (is_key or b"BEGIN PGP PUBLIC KEY BLOCK" in content[:2000]):
            continue
        taken += 1
        if taken > _MOST_KEYS:
            return
        try:
            yield certificates.read(content)
        except CertificateRefused:
            continue
