"""`/.well-known/security.txt` (RFC 9116): where to report, until when that holds, and where the rest is."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from advisories.formats import clearsign
from advisories.formats.doubts import NotWritable
from advisories.formats.strict import instant, is_address

PATH = "/.well-known/security.txt"
MEDIA_TYPE = "text/plain; charset=utf-8"
LONGEST_LIFE = timedelta(days=366)
"""Section 2.5.5 recommends less than a year, so that nobody trusts a stale file."""
_CONTACT = re.compile(r"mailto:[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,250}|tel:\+[0-9-]{3,30}")
_KEY = re.compile(r"openpgp4fpr:[0-9A-Fa-f]{40,64}|dns:[A-Za-z0-9._-]{1,250}(?:\?[A-Za-z=]{1,40})?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class SecurityTxt:
    """The fields; addresses begin with https://."""

    contacts: tuple[str, ...]
    """`https://`, `mailto:` or `tel:`, the preferred one first."""
    expires_at: datetime
    canonical: tuple[str, ...] = ()
    """Where this very file is. A signed file should say so, or it could be copied elsewhere."""
    policy: str = ""
    acknowledgments: str = ""
    encryption: tuple[str, ...] = ()
    """`https://` or `openpgp4fpr:`."""
    languages: tuple[str, ...] = ()
    hiring: str = ""
    csaf: str = ""
    """Address of the provider's metadata (registered by CSAF 2.0, section 7.1.8)."""


def write(fields: SecurityTxt, *, now: datetime) -> bytes:
    """The file, unsigned, lines ended by LF. `now` is held against the end of its life. Raises `NotWritable`."""
    expires = instant(fields.expires_at)
    if not timedelta(0) < fields.expires_at - now <= LONGEST_LIFE:
        raise NotWritable("the file expires after now and within a year")
    if not fields.contacts:
        raise NotWritable("there is no contact")
    for contact in fields.contacts:
        if not _CONTACT.fullmatch(contact):
            _secure(contact)
    for key in fields.encryption:
        if not _KEY.fullmatch(key):
            _secure(key)
    for address in (*fields.canonical, fields.policy, fields.acknowledgments, fields.hiring, fields.csaf):
        if address:
            _secure(address)
    if not all(_LANGUAGE.fullmatch(language) for language in fields.languages):
        raise NotWritable("languages are given by their tags: en, de, pt-BR")
    lines = [f"Contact: {contact}" for contact in fields.contacts]
    lines.append(f"Expires: {expires}")
    lines += [f"Encryption: {key}" for key in fields.encryption]
    lines += [f"Acknowledgments: {fields.acknowledgments}"] if fields.acknowledgments else []
    lines += [f"Preferred-Languages: {', '.join(fields.languages)}"] if fields.languages else []
    lines += [f"Canonical: {address}" for address in fields.canonical]
    lines += [f"Policy: {fields.policy}"] if fields.policy else []
    lines += [f"Hiring: {fields.hiring}"] if fields.hiring else []
    lines += [f"CSAF: {fields.csaf}"] if fields.csaf else []
    return ("\n".join(lines) + "\n").encode()


def write_signed(fields: SecurityTxt, sign: clearsign.Sign, *, now: datetime) -> bytes:
    """The file clear-signed, as section 2.3 recommends. Raises `NotWritable`, also without a canonical address."""
    if not fields.canonical:
        raise NotWritable("a signed file says where it belongs")
    return clearsign.signed(write(fields, now=now), sign)


def _secure(address: str) -> None:
    if not address.startswith("https://") or not is_address(address):
        raise NotWritable(f"not an address that begins with https://: {address[:80]!r}")
