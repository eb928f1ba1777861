"""PURE: an Atom feed (RFC 4287) of published advisories."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree

from advisories.formats.strict import instant, one_line

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
_SPACE = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class Entry:
    """One advisory, as its newest revision has it."""

    address: str
    """Its page, which is its id as well: it stays."""
    title: str
    published_at: datetime
    updated_at: datetime
    summary: str
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """The feed as a whole."""

    address: str
    page: str
    title: str
    author: str
    licence: str
    updated_at: datetime


def write(feed: Feed, entries: Iterable[Entry]) -> bytes:
    """The feed as XML, entries in the order given. Raises `NotWritable` for an instant without a zone."""
    root = ElementTree.Element("feed", {"xmlns": _SPACE})
    _put(root, "id", feed.address)
    _put(root, "title", feed.title)
    _put(root, "updated", instant(feed.updated_at))
    _put(root, "rights", feed.licence)
    ElementTree.SubElement(root, "link", {"rel": "self", "href": feed.address})
    ElementTree.SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": feed.page})
    _put(ElementTree.SubElement(root, "author"), "name", feed.author)
    for entry in entries:
        found = ElementTree.SubElement(root, "entry")
        _put(found, "id", entry.address)
        _put(found, "title", entry.title)
        _put(found, "published", instant(entry.published_at))
        _put(found, "updated", instant(entry.updated_at))
        ElementTree.SubElement(found, "link", {"rel": "alternate", "type": "text/html", "href": entry.address})
        for term in entry.categories:
            ElementTree.SubElement(found, "category", {"term": one_line(term)})
        _put(found, "summary", entry.summary)
    ElementTree.indent(root)
    text: str = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _put(under: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(under, name).text = one_line(text)
