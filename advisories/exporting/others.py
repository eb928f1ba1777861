"""Addresses that another app has exported besides, which it plugs in when it is loaded."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class OtherPart:
    """Addresses that change together."""

    name: str
    addresses: Callable[[], Iterable[tuple[str, dict[str, Any]]]]
    """Name and places of each one that may have a file. Takes its time: asked only where the part is."""
    made_of: object = None
    """All that their answers depend on, but for the code and the settings: the same value, and they are not asked
    again within the hour. None where that isn't known."""


@dataclass(frozen=True, slots=True)
class Others:
    """What an app says of its addresses that are open to everyone."""

    exported: Collection[str] = ()
    """Names that files stand for."""
    live_only: Collection[str] = ()
    parts: Callable[[], Iterable[OtherPart]] = lambda: ()
    standing: Callable[[], object] = lambda: None
    """Another value where there is something new in them, and it is worth an export; asked every few seconds."""


_plugged: list[Others] = [Others()]


def plug(others: Others) -> None:
    """Export these as well from now on."""
    _plugged[:] = [others]


def plugged() -> Others:
    """What was plugged in last."""
    return _plugged[0]
