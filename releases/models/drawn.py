"""Primary keys that stand in addresses: in order, and drawn so that gaps count nothing.

Keys given out one by one tell whoever sees some of them how many lie between: after each pass over a branch, how many
embargoed series were tried on it.
"""

import secrets
import threading
import time

_RANDOM_BITS = 22
_lock = threading.Lock()
_last = 0


def drawn_key() -> int:
    """The present in milliseconds, followed by random bits: 63 bits, and larger than any this process drew before."""
    global _last
    with _lock:
        now = (time.time_ns() // 1_000_000 << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
        _last = now if now > _last else _last + 1 + secrets.randbelow(1 << _RANDOM_BITS // 2)
        return _last
