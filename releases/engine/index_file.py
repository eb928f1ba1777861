"""Git's index as a file, so that no git is started to fill one: version 2 of its format, entries without stat data."""

import hashlib
from collections.abc import Mapping
from struct import pack

from releases.engine.trees import Entry

_LONGEST_NAME_TOLD = 0xFFF


def index_file(files: Mapping[bytes, Entry], digits: int) -> bytes:
    """An index that holds these files and no others; `digits` are those of an object id, 40 or 64.

    Source: gitformat-index(5).
    """
    rows = [pack(">4sII", b"DIRC", 2, len(files))]
    for path, entry in sorted(files.items()):
        stat = pack(">24xI12x", entry.mode)
        row = stat + bytes.fromhex(entry.oid) + pack(">H", min(len(path), _LONGEST_NAME_TOLD)) + path
        rows.append(row + bytes(8 - len(row) % 8))
    body = b"".join(rows)
    return body + (hashlib.sha1(body, usedforsecurity=False) if digits == 40 else hashlib.sha256(body)).digest()
