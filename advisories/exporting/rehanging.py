"""PURE: links of an exported page that lead to what only the portal has."""

import re
from collections.abc import Callable
from enum import Enum

_TAG = re.compile(rb"""<[a-zA-Z][^"'<>]*(?:"[^"]*"[^"'<>]*)*>""")
"""A tag of a page of ours, whose attributes stand in double quotes; in text there is no bare `<`."""
_ADDRESS = re.compile(rb'\s(href|action)="(/[^"]*)"')


class LiveLinks(Enum):
    """What becomes of links to pages that are not exported."""

    KEEP = "keep"
    """They stay: the same host hands what is no file on to the portal."""
    PORTAL = "portal"
    """They lead to the portal's own address."""
    DROP = "drop"
    """Readers cannot reach the portal: words stay, links and forms go."""


def rehung(page: bytes, kind: LiveLinks, portal: str, is_exported: Callable[[str], bool]) -> bytes:
    """The page with its links as `kind` wants them; `is_exported` tells for a path whether there is a file."""
    if kind is LiveLinks.KEEP:
        return page

    def tag(found: re.Match[bytes]) -> bytes:
        return _ADDRESS.sub(address, found[0])

    def address(found: re.Match[bytes]) -> bytes:
        name, told = found[1], found[2].decode()
        path, mark, rest = told.partition("?")
        is_form = name == b"action"
        if not mark and not is_form and is_exported(path.partition("#")[0]):
            return found[0]
        if kind is LiveLinks.PORTAL:
            return b' %s="%s"' % (name, (portal + path + mark + rest).encode())
        return b" hidden" if is_form else b""

    return _TAG.sub(tag, page)
