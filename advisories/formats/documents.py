"""What lies in an archive that a project brings: single documents, told apart by what is in them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from advisories.formats import archives
from advisories.formats.clearsign import BEGIN
from advisories.formats.dialect import Dialect
from advisories.formats.doubts import Doubt, Refused

_HEADER = re.compile(rb"\A(?:[A-Za-z][A-Za-z0-9-]{0,60}:[ \t]?[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){2}")
_PATCH = re.compile(r"\.(?:patch|diff)[\w.-]{0,40}\Z", re.IGNORECASE)
_FIRST_LINES = 4_096
"""Bytes in which an unsigned advisory must say what it is."""


class Kind(StrEnum):
    """What a document is."""

    MAIL = "mail"
    TEXT = "text"
    RECIPE = "recipe"
    PATCH = "patch"
    INDEX = "index"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Document:
    """A file or a mail as it was found."""

    where: str
    """For people: the file's name, and the line for one of several mails in it."""
    content: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.where.rpartition("/")[2]


def opened(documents: Iterable[Document]) -> Iterator[Document | Doubt]:
    """Every single document: packed ones unpacked, archives of mails taken apart. What can't be is a doubt."""
    for document in documents:
        try:
            content = archives.unpacked(document.content, document.where)
            name = document.where.removesuffix(".gz") if content is not document.content else document.where
            # What `git format-patch` writes begins like an archive of mails.
            if not archives.is_mbox(content) or _PATCH.search(name):
                yield Document(name, content)
                continue
            for found in archives.split_mbox(content, name):
                yield Document(f"{found.where}:{found.line}", found.content)
        except Refused as refusal:
            yield refusal.doubt


def kind_of(document: Document, dialect: Dialect) -> Kind:
    """Tell what a document is; a name decides only where content could be anything."""
    content = document.content
    if _PATCH.search(document.name):
        return Kind.PATCH
    if document.name.lower().endswith(".meta"):
        return Kind.RECIPE
    if content.lstrip()[: len(BEGIN)] == BEGIN:
        return Kind.TEXT
    if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"[", b"{"):
        return Kind.INDEX
    if _HEADER.match(content):
        return Kind.MAIL
    return Kind.TEXT if dialect.title.lower().encode() in content[:_FIRST_LINES].lower() else Kind.OTHER
