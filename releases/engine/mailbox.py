"""What people upload (an mbox, patch files, a quilt series) as an ordered list of patches, and the way back."""

import base64
import binascii
import hashlib
import posixpath
import quopri
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from releases.engine.heads import PatchHead, describe, diff_of, split_head
from releases.engine.limits import Limits
from releases.engine.outgoing import MailDefaults, as_mbox
from releases.engine.quilt import UploadRefused, in_series_order, is_archive, read_archive

__all__ = [
    "MailDefaults",
    "PatchFile",
    "PatchHead",
    "UploadRefused",
    "as_mbox",
    "describe",
    "patch_text",
    "read_upload",
    "split_mbox",
]

_SEPARATOR = re.compile(rb"(?m)^From [^\n]*[0-9][^\n][0-9]{2}:[0-9]{2}[^\n:]*\n")
_YEAR = re.compile(rb":[0-9]{2}\s+([0-9]{1,9})[^:]*\Z")
_OLDEST_YEAR = 90
_COVER = re.compile(r"\[[^\]]*\b0+/[0-9]+[^\]]*\]")
_BOUNDARY = re.compile(rb'boundary="?([^";\s]{1,70})"?', re.IGNORECASE)
_FILENAME = re.compile(rb'(?:file)?name="?([^";\r\n]{1,200})"?', re.IGNORECASE)
_PATCH_NAME = re.compile(r"\.(?:patch|diff)(?:\.txt)?\Z", re.IGNORECASE)
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class PatchFile:
    """One patch of a series, byte for byte as it stood in the upload."""

    name: str
    content: bytes
    sha256: str
    """Of the content, lower-case hexadecimal."""


def read_upload(files: Sequence[tuple[str, bytes]], *, limits: Limits | None = None) -> tuple[PatchFile, ...]:
    """The patches in `files` (name and content), in order: an mbox is split, an archive and a mail's patches unpacked.

    A file called `series` among several puts the others in its order. Raises `UploadRefused` with a sentence for
    people, and `OverLimit`. Whether a patch is one is for `parse_patch` to say.
    """
    limits = limits or Limits()
    limits.check("upload_members", len(files))
    limits.check("upload_bytes", sum(len(content) for _, content in files))
    series = [content for name, content in files if posixpath.basename(name) == "series"]
    if series and len(files) > 1:
        named = {posixpath.basename(name): content for name, content in files}
        files = in_series_order("series", series[0], named)
    patches: list[PatchFile] = []
    for name, content in files:
        for patch_name, patch in _patches_in(name, content, limits):
            limits.check("patch_bytes", len(patch))
            patches.append(PatchFile(_shown_name(patch_name), patch, hashlib.sha256(patch).hexdigest()))
            limits.check("patches_per_series", len(patches))
    if not patches:
        raise UploadRefused(files[0][0] if files else "upload", "there is no patch in it")
    return tuple(patches)


def patch_text(content: bytes) -> bytes:
    """The text of a patch that `parse_patch` is to read: a mail's text with its transfer encoding undone."""
    headers, body = split_head(content)
    encoding = headers.get(b"content-transfer-encoding", b"").strip().lower()
    return _undone(body, encoding) if encoding in (b"base64", b"quoted-printable") else content


def split_mbox(content: bytes) -> list[bytes]:
    """The mails of an mbox, each with its separator line; a text that isn't an mbox is one mail."""
    if not content.startswith(b"From "):
        return [content]
    starts = [match.start() for match in _SEPARATOR.finditer(content) if _is_separator(match.group())]
    if not starts or starts[0] != 0:
        return [content]
    return [content[start:end] for start, end in zip(starts, [*starts[1:], len(content)], strict=True)]


def _is_separator(line: bytes) -> bool:
    """Git's own test: a time and a year after 1990, so that prose that begins with `From` is left alone."""
    year = _YEAR.search(line)
    return year is not None and int(year.group(1)) > _OLDEST_YEAR


def _patches_in(name: str, content: bytes, limits: Limits) -> Iterator[tuple[str, bytes]]:
    if is_archive(name, content):
        for path, data in read_archive(name, content, limits):
            yield from _patches_in_mails(path, data)
    else:
        yield from _patches_in_mails(name, content)


def _patches_in_mails(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    mails = split_mbox(content)
    for number, mail in enumerate(mails, start=1):
        label = name if len(mails) == 1 else f"{number:04d}-{_slug(describe(mail).subject)}.patch"
        attached = list(_attached(mail))
        if attached:
            yield from attached
        elif not (len(mails) > 1 and _is_cover(mail)):
            yield label, mail


def _is_cover(mail: bytes) -> bool:
    """A cover letter `[PATCH 0/3]` belongs to the series and has nothing to apply."""
    headers, body = split_head(mail)
    return _COVER.search(headers.get(b"subject", b"").decode("latin-1")) is not None and not diff_of(body)


def _attached(mail: bytes, depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """Name and content of the patches attached to a mail."""
    headers, body = split_head(mail)
    kind = headers.get(b"content-type", b"")
    boundary = _BOUNDARY.search(kind)
    if boundary is None or not kind.lower().startswith(b"multipart/") or depth > _DEEPEST:
        return
    fence = b"--" + boundary.group(1)
    parts = re.split(rb"(?m)^" + re.escape(fence) + rb"(?:--)?[ \t]*\r?\n?", body)
    for part in parts[1:]:
        inner, content = split_head(part)
        if inner.get(b"content-type", b"").lower().startswith(b"multipart/"):
            yield from _attached(part, depth + 1)
            continue
        named = _FILENAME.search(inner.get(b"content-disposition", b"")) or _FILENAME.search(
            inner.get(b"content-type", b"")
        )
        name = named.group(1).decode("utf-8", "replace") if named else ""
        if _PATCH_NAME.search(name):
            encoding = inner.get(b"content-transfer-encoding", b"").strip().lower()
            # The line end before the boundary belongs to the boundary.
            plain = content[:-2] if content.endswith(b"\r\n") else content.removesuffix(b"\n")
            yield name, _undone(content, encoding) if encoding in (b"base64", b"quoted-printable") else plain


def _undone(body: bytes, encoding: bytes) -> bytes:
    if encoding == b"quoted-printable":
        return quopri.decodestring(body)
    try:
        return base64.b64decode(body)
    except binascii.Error:
        return body


def _slug(subject: str) -> str:
    return re.sub(r"[^A-Za-z0-9._]+", "-", subject).strip("-.")[:52] or "patch"


def _shown_name(name: str) -> str:
    """The last component of a name, printable and of a length that fits a table."""
    base = posixpath.basename(name.replace("\\", "/"))
    return "".join(char if char.isprintable() else "�" for char in base)[:120] or "patch"
