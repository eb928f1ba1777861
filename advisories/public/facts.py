"""What is known of trees and their releases, which another app keeps: it plugs its answer in when it is loaded."""

from collections.abc import Callable
from datetime import datetime

from advisories.formats.edition import TreeFacts

Known = Callable[[datetime], tuple[TreeFacts, ...]]
"""Trees with the releases that there were at an instant (aware), in one query."""

_plugged: list[Known] = []


def plug(known: Known) -> None:
    """Let `known` answer from now on."""
    _plugged[:] = [known]


def trees_at(at: datetime) -> tuple[TreeFacts, ...]:
    """Every tree with the releases that there were at that instant; none where nothing is plugged in."""
    return _plugged[0](at) if _plugged else ()
