"""Primary keys that others than the team read: in order, and drawn so that gaps count nothing.

Keys given out one by one tell whoever sees some of them how many lie between: after each pass over a branch, how many
embargoed series were tried on it; after each comment on the one advisory that a guest may read, how much was said on
all the others.
"""

import secrets
import threading
import time
from typing import TYPE_CHECKING, Any

from django.db import models

_RANDOM_BITS = 22
_LARGEST = 2**63 - 1
"""Keys are drawn up to it; past that neither database takes it for one."""

if TYPE_CHECKING:
    _Whole = models.BigIntegerField[int, int]
else:
    _Whole = models.BigIntegerField  # not subscriptable at run time

_lock = threading.Lock()
_last = 0


def drawn_key() -> int:
    """The present in milliseconds, followed by random bits: 63 bits, and larger than any this process drew before."""
    global _last
    with _lock:
        now = (time.time_ns() // 1_000_000 << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
        _last = now if now > _last else _last + 1 + secrets.randbelow(1 << _RANDOM_BITS // 2)
        return _last


class DrawnKey(_Whole):
    """The primary key of a model whose rows are named in addresses, forms or answers for others than the team."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"primary_key": True, "default": drawn_key, "editable": False, **options})


def may_be_a_key(told: str) -> bool:
    """Whether what somebody sent can be a key at all."""
    return told.isascii() and told.isdecimal() and len(told) < 20 and int(told) <= _LARGEST
