"""Mail of the team as PGP/MIME (RFC 3156): signed so that everyone can check it, encrypted so that one can read it.

What is encrypted is signed first as a part of its own (RFC 3156, section 6.1): one signature serves every recipient,
which matters where a smart card makes it. Encrypt for each recipient by itself: a message to many tells each of them
whose keys the others have, and one bad key would hold up all.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import pysequoia

from advisories.openpgp import certificates
from advisories.openpgp.certificates import Certificate, CertificateRefused
from advisories.openpgp.key_parts import LIBRARY_TROUBLE
from advisories.openpgp.signing import Signer

_NEWLINE = b"\r\n"
_PROTECTED = "v1"
_HASHES = {"SHA256": "sha256", "SHA384": "sha384", "SHA512": "sha512", "SHA224": "sha224", "SHA1": "sha1"}
_headers = HeaderRegistry()


class NotEncrypted(Exception):
    """There is no message; says why in a sentence. Nothing is ever sent in clear instead."""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes along, byte for byte."""

    name: str
    content: bytes = field(repr=False)
    content_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Content:
    """What a letter says."""

    text: str = field(repr=False)
    enclosures: tuple[Enclosure, ...] = ()
    subject: str = field(default="", repr=False)
    """Travels inside, signed and encrypted; mail programs show it in place of the outer one. May hold a secret."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The headers that every machine on the way reads: never a secret in any."""

    sender: str
    """With or without a name."""
    recipients: tuple[str, ...]
    subject: str
    message_id: str
    """With its angle brackets. Empty where only a part is made that many letters carry."""
    date: datetime
    more: Mapping[str, str] = field(default_factory=dict)


def entity(content: Content, envelope: Envelope) -> bytes:
    """The part that gets signed: text and enclosures, with the headers that are to be protected repeated inside.

    Without the recipients, so that it is the same for all of them; without a Message-ID where each gets one of their
    own. Seven bits, lines ended by CRLF, no line that a
    mail server would change on its way. Raises `ValueError` on a line break in a header.
    """
    message = EmailMessage(policy=SMTP)
    message.set_content(content.text, cte="quoted-printable")
    for enclosure in content.enclosures:
        kind, _, subtype = enclosure.content_type.partition("/")
        message.add_attachment(enclosure.content, maintype=kind, subtype=subtype, filename=enclosure.name)
    del message["MIME-Version"]
    message["From"] = envelope.sender
    message["Date"] = format_datetime(envelope.date)
    if envelope.message_id:
        message["Message-ID"] = envelope.message_id
    message["Subject"] = content.subject or envelope.subject
    message.set_param("protected-headers", _PROTECTED)
    # Old mail stores put a ">" before such a line, and the signature would be lost.
    return message.as_bytes().replace(b"\r\nFrom ", b"\r\n=46rom ")


def signed(part: bytes, signer: Signer) -> bytes:
    """A `multipart/signed` part around `part`. Raises `SigningTrouble`."""
    signature = signer.sign_detached(part)
    digest = str(pysequoia.Sig.from_bytes(signature).hash_algorithm).rpartition(".")[2]
    micalg = f"; micalg=pgp-{_HASHES[digest]}" if digest in _HASHES else ""
    boundary = _boundary()
    head = (
        f'Content-Type: multipart/signed; protocol="application/pgp-signature"{micalg};\r\n'
        f' boundary="{boundary}"\r\n\r\n'
    )
    attached = (
        b'Content-Type: application/pgp-signature; name="signature.asc"\r\n'
        b"Content-Description: OpenPGP digital signature\r\n"
        b'Content-Disposition: attachment; filename="signature.asc"\r\n\r\n'
    )
    return head.encode() + _parted(boundary, [part, attached + _crlf(signature)])


def encrypted(part: bytes, recipients: Sequence[Certificate], at: datetime) -> bytes:
    """A `multipart/encrypted` part that holders of these keys can open. `at` is now.

    Raises `NotEncrypted` where one of the keys can't be encrypted to.
    """
    boundary = _boundary()
    head = f'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted";\r\n boundary="{boundary}"\r\n\r\n'
    version = b"Content-Type: application/pgp-encrypted\r\nContent-Description: PGP/MIME version\r\n\r\nVersion: 1\r\n"
    body = (
        b'Content-Type: application/octet-stream; name="encrypted.asc"\r\n'
        b'Content-Disposition: inline; filename="encrypted.asc"\r\n\r\n'
    )
    return head.encode() + _parted(boundary, [version, body + _crlf(_ciphertext(part, recipients, at))])


def letter(part: bytes, envelope: Envelope) -> bytes:
    """A whole message around a part, ready for a mail server. Raises `ValueError` on a line break in a header."""
    return _folded([*headers(envelope), ("MIME-Version", "1.0")]) + part


def headers(envelope: Envelope) -> tuple[tuple[str, str], ...]:
    """What every machine on the way reads: names and values."""
    return (
        ("From", envelope.sender),
        ("To", ", ".join(envelope.recipients)),
        ("Subject", envelope.subject),
        ("Date", format_datetime(envelope.date)),
        ("Message-ID", envelope.message_id),
        *envelope.more.items(),
    )


def _ciphertext(part: bytes, recipients: Sequence[Certificate], at: datetime) -> bytes:
    keys = [_key(certificate, at) for certificate in recipients]
    if not keys:
        raise NotEncrypted("There is no key to encrypt to.")
    try:
        return pysequoia.encrypt(part, recipients=keys)
    except LIBRARY_TROUBLE:
        pass
    raise NotEncrypted("The library could not encrypt to these keys.")


def _key(certificate: Certificate, at: datetime) -> pysequoia.Cert:
    reason = certificate.why_not_encrypted_to(at)
    if reason:
        raise NotEncrypted(f"{certificate.fingerprint}: {reason}")
    try:
        # By the hour, so that it is prepared once and not for every letter.
        return certificates.recipient(certificate, at.replace(minute=0, second=0, microsecond=0))
    except CertificateRefused as refusal:
        raise NotEncrypted(f"{certificate.fingerprint}: {refusal}") from None


def _folded(headers: Iterable[tuple[str, str]]) -> bytes:
    folded = bytearray()
    for name, value in headers:
        if "\r" in value or "\n" in value:
            raise ValueError(f"the header {name} holds a line break")
        folded += _headers(name, value).fold(policy=SMTP).encode("ascii", "surrogateescape")
    return bytes(folded)


def _parted(boundary: str, parts: Iterable[bytes]) -> bytes:
    mark = f"--{boundary}".encode()
    return b"".join(mark + _NEWLINE + part + _NEWLINE for part in parts) + mark + b"--\r\n"


def _crlf(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n").replace(b"\n", _NEWLINE)


def _boundary() -> str:
    """One that no line can be: base64 and quoted-printable have no "=_"."""
    return f"=_{secrets.token_hex(16)}"
