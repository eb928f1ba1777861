"""The tree of files that makes a project a CSAF provider (section 7 of the standard): metadata, lists, feed, digests.

Where the files lie, below `Edition.records`: `2026/ssa-12.json` with its `.sha256`, `.sha512` and `.asc`, `index.txt`,
`changes.csv`, `feed.json`, `service.json` and `category.json`; the metadata lies at
`/.well-known/csaf/provider-metadata.json`.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from advisories.formats import csaf
from advisories.formats.csaf import Profile
from advisories.formats.doubts import NotWritable
from advisories.formats.edition import Edition, Publisher
from advisories.formats.record import Record
from advisories.formats.strict import document, instant, is_address, one_line

FEED = "feed.json"
SERVICE = "service.json"
CATEGORY = "category.json"
_SCHEMA = "https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json"
_KIND = {"scheme": "urn:ietf:params:rolie:category:information-type", "term": "csaf"}


@dataclass(frozen=True, slots=True)
class Listed:
    """One document of the provider."""

    path: str
    """Below the address of records: `2026/ssa-12.json`."""
    id: str
    title: str
    published_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, record: Record, edition: Edition, profile: Profile) -> "Listed":
        """The entry for a document that `csaf.write` makes of the same three."""
        return cls(
            csaf.path(record, edition, profile),
            csaf.tracking_id(record, profile),
            one_line(record.title),
            edition.first.at,
            edition.changed_at,
        )


@dataclass(frozen=True, slots=True)
class Provider:
    """What the provider says of itself."""

    publisher: Publisher
    metadata: str
    """Web address of the metadata; its last part is `provider-metadata.json`."""
    records: str
    """Web address under which the documents lie, ending in a slash."""
    key: str = ""
    """Web address of the public OpenPGP key that signs the documents."""
    fingerprint: str = ""
    is_trusted: bool = False
    """Whether documents come with digests and signatures, which makes a trusted provider of a provider."""


def metadata(provider: Provider, *, updated_at: datetime) -> bytes:
    """`provider-metadata.json`. Raises `NotWritable`."""
    if not provider.metadata.endswith("/provider-metadata.json"):
        raise NotWritable("the metadata is called provider-metadata.json")
    for address in (provider.metadata, provider.records, *([provider.key] if provider.key else [])):
        if not is_address(address) or not address.startswith("https://"):
            raise NotWritable(f"a provider's addresses begin with https://: {address[:100]!r}")
    if provider.is_trusted and not provider.key:
        raise NotWritable("a trusted provider publishes the key that signs its documents")
    value: dict[str, object] = {
        "canonical_url": provider.metadata,
        "distributions": [
            {"directory_url": provider.records},
            {
                "rolie": {
                    "categories": [provider.records + CATEGORY],
                    "feeds": [
                        {
                            "summary": f"All advisories of {one_line(provider.publisher.name)}, TLP:WHITE",
                            "tlp_label": "WHITE",
                            "url": provider.records + FEED,
                        }
                    ],
                    "services": [provider.records + SERVICE],
                }
            },
        ],
        "last_updated": instant(updated_at),
        "list_on_CSAF_aggregators": True,
        "metadata_version": "2.0",
        "mirror_on_CSAF_aggregators": True,
        "publisher": csaf.publisher_of(provider.publisher),
        "role": "csaf_trusted_provider" if provider.is_trusted else "csaf_provider",
    }
    if provider.key:
        key = {"url": provider.key}
        if provider.fingerprint:
            key["fingerprint"] = provider.fingerprint
        value["public_openpgp_keys"] = [key]
    return document(value)


def index(listed: Iterable[Listed]) -> bytes:
    """`index.txt`: every document's path, one on a line, sorted."""
    return "".join(f"{one.path}\n" for one in sorted(listed, key=lambda one: one.path)).encode()


def changes(listed: Iterable[Listed]) -> bytes:
    """`changes.csv`: path and instant of the last change, the newest first; lines end as RFC 4180 has them."""
    return "".join(f'"{one.path}","{instant(one.updated_at)}"\r\n' for one in _newest_first(listed)).encode()


def feed(provider: Provider, listed: Iterable[Listed], *, updated_at: datetime) -> bytes:
    """The ROLIE feed (RFC 8322 in JSON, section 7.1.15 of the standard), the newest change first.

    `updated_at` is that of the newest change; an empty feed has one too.
    """
    own = provider.records + FEED
    entries = [_entry(provider, one) for one in _newest_first(listed)]
    value = {
        "feed": {
            "id": "csaf-feed-tlp-white",
            "title": f"Security advisories of {one_line(provider.publisher.vendor)}, TLP:WHITE",
            "link": [{"rel": "self", "href": own}, {"rel": "service", "href": provider.records + SERVICE}],
            "category": [_KIND],
            "updated": instant(updated_at),
            "entry": entries,
        }
    }
    return document(value)


def _entry(provider: Provider, one: Listed) -> dict[str, object]:
    address = provider.records + one.path
    links = [{"rel": "self", "href": address}]
    if provider.is_trusted:
        links += [
            {"rel": "hash", "href": f"{address}.sha512"},
            {"rel": "hash", "href": f"{address}.sha256"},
            {"rel": "signature", "href": f"{address}.asc"},
        ]
    return {
        "id": one.id,
        "title": f"{one.id}: {one.title}",
        "link": links,
        "published": instant(one.published_at),
        "updated": instant(one.updated_at),
        "content": {"type": "application/json", "src": address},
        "format": {"schema": _SCHEMA, "version": "2.0"},
    }


def service(provider: Provider) -> bytes:
    """The ROLIE service document, which names the feed."""
    collection = {
        "title": f"Security advisories of {one_line(provider.publisher.vendor)}, TLP:WHITE",
        "href": provider.records + FEED,
        "categories": {"category": [_KIND]},
    }
    return document({"service": {"workspace": [{"title": "Public CSAF feed", "collection": [collection]}]}})


def categories(trees: Iterable[str]) -> bytes:
    """The ROLIE category document: the products that advisories are about, sorted."""
    terms = [{"scheme": "urn:ietf:params:rolie:category:local:product", "term": name} for name in sorted(set(trees))]
    return document({"categories": {"category": terms}})


def sha256_file(name: str, content: bytes) -> bytes:
    """The file with the SHA-256 of `content`, as `sha256sum` prints it."""
    return f"{hashlib.sha256(content).hexdigest()}  {name}\n".encode()


def sha512_file(name: str, content: bytes) -> bytes:
    """The file with the SHA-512 of `content`, as `sha512sum` prints it."""
    return f"{hashlib.sha512(content).hexdigest()}  {name}\n".encode()


def _newest_first(listed: Iterable[Listed]) -> list[Listed]:
    return sorted(sorted(listed, key=lambda one: one.path), key=lambda one: one.updated_at, reverse=True)
