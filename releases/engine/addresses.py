"""Addresses that git may fetch from: which transport each one means, and what of it may be shown."""

import re

PROTOCOLS = ("https", "http", "ssh", "git", "file")
"""Transports that only move objects. Helpers like `ext::` run whatever the address says, so no setting opens those."""

_HELPER = re.compile(r"[A-Za-z0-9][A-Za-z0-9+.-]*::")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(?P<host>[^/?#]*)")
_SCP_LIKE = re.compile(r"(?:[^/:@\s]+@)?(?P<host>[^/:@\s]+|\[[0-9A-Fa-f:.]+\]):(?!:)(?P<path>.+)")
_USER_INFO = re.compile(r"(://)[^/?#\s]*@")
_SAME_AS = {"git+ssh": "ssh", "ssh+git": "ssh"}


class AddressRefused(ValueError):
    """Git is not to fetch from there; says why in one sentence."""


def protocol_of(url: str, allowed: tuple[str, ...] = PROTOCOLS) -> str:
    """The transport that `url` asks for; raises `AddressRefused` unless it is one of `allowed`."""
    if not url.strip():
        raise AddressRefused("the address is empty")
    if url != url.strip() or not url.isprintable():
        raise AddressRefused("an address holds no control characters, and no blanks around it")
    if url.startswith("-"):
        raise AddressRefused("an address does not begin with a dash: git would take it for an option")
    if _HELPER.match(url):
        raise AddressRefused(f"{url.split('::', 1)[0]}:: names a helper program, and none may be run")
    protocol = _transport(url)
    if protocol not in allowed:
        raise AddressRefused(f"{protocol} is not among the transports this installation allows: {', '.join(allowed)}")
    return protocol


def shown_address(url: str) -> str:
    """`url` without user name and password, fit for a page or a log."""
    return _USER_INFO.sub(r"\1", url)


def _transport(url: str) -> str:
    if match := _SCHEME.match(url):
        host = match["host"].rpartition("@")[2]
        scheme = match[1].lower()
        if scheme != "file" and not host:
            raise AddressRefused("the address names no host")
        if host.startswith("-"):
            raise AddressRefused("a host name does not begin with a dash")
        return _SAME_AS.get(scheme, scheme)
    if url.startswith("/"):
        return "file"
    if match := _SCP_LIKE.fullmatch(url):
        if match["host"].startswith("-") or match["path"].startswith("-"):
            raise AddressRefused("neither a host name nor a path begins with a dash")
        return "ssh"
    raise AddressRefused("neither an address such as https://example.org/xen.git nor an absolute path")
