"""What was read once and holds for a while: whoever renders many pages in a row need not ask for each of them."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Found = TypeVar("Found")

_kept: ContextVar[dict[Hashable, Any] | None] = ContextVar("kept", default=None)


@contextmanager
def in_hand() -> Iterator[None]:
    """Let answers of the archive hold while this lasts. Whoever uses it looks afterwards whether they still do."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def once(key: Hashable, read: Callable[[], Found]) -> Found:
    """What `read` gives: read once where answers hold, and each time elsewhere."""
    kept = _kept.get()
    if kept is None:
        return read()
    if key not in kept:
        kept[key] = read()
    found: Found = kept[key]
    return found
