"""PURE: what kind of content a file's name says it has. A web server knows nothing else of it."""

import re

TYPES = {
    "html": "text/html; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "css": "text/css",
    "json": "application/json",
    "meta": "application/json",
    "atom": "application/atom+xml; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "patch": "text/x-diff; charset=utf-8",
    "diff": "text/x-diff; charset=utf-8",
    "mbox": "application/mbox",
    "eml": "message/rfc822",
    "tar.gz": "application/gzip",
    "sha256": "text/plain; charset=utf-8",
    "sha512": "text/plain; charset=utf-8",
    "json.asc": "application/pgp-signature",
    "asc": "application/pgp-keys",
}
"""By ending, as `deploy/nginx-static.conf` has them too (a test compares)."""

PATCHES = r"^/?advisories/\d+/v\d+/patches/"
"""Below it a file is a patch, whatever its author called it: `ssa283.patch-withdrawn`."""

_PACKED = ("tar.gz", "gz", "png", "woff2", "ico", "webp")


def type_of(name: str) -> str:
    """The type that a file's place or its longest known ending stands for; empty where none is known."""
    if re.match(PATCHES, name):
        return TYPES["patch"]
    parts = name.rpartition("/")[2].split(".")[1:]
    endings = (".".join(parts[place:]) for place in range(len(parts)))
    return next((TYPES[ending] for ending in endings if ending in TYPES), "")


def is_compressible(name: str) -> bool:
    """Whether a packed copy beside it saves anything."""
    return not name.endswith(_PACKED)


def file_of(path: str) -> str:
    """The file below the site that stands for an address: a page is its folder's index."""
    name = path.lstrip("/")
    return f"{name}index.html" if not name or name.endswith("/") else name
