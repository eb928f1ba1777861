"""PURE: one way to write a value as bytes, so that the same value always has the same digest and another never has.

JSON with sorted keys, no spaces and UTF-8. Only what JSON stores and gives back unchanged is taken: an instant or bytes
would read like the text they are written as, a float like another float, a list and a tuple are the same list.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

LARGEST = 2**53 - 1
"""The largest whole number that every reader of JSON gives back unchanged (RFC 8259, section 6)."""


class NotCanonical(Exception):
    """A value cannot be written so that it comes back unchanged; the message says where it is."""

    def __init__(self, path: str, found: str) -> None:
        super().__init__(f"{path or 'the value'} is {found}; only what JSON gives back unchanged can be recorded")
        self.path = path


def canonical(value: object) -> bytes:
    """Write `value` in its one form. Raises `NotCanonical`."""
    _check(value, "")
    text = json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def digest(domain: str, value: object) -> str:
    """Give the SHA-256 (lower-case hex) of `value`; the `domain` keeps two kinds of things from sharing a digest."""
    return hashlib.sha256(domain.encode() + b"\n" + canonical(value)).hexdigest()


def instant_text(at: datetime) -> str:
    """Write an aware instant in UTC to the microsecond: the same text for the same instant in any zone."""
    if at.utcoffset() is None:
        raise ValueError("an instant without a zone is not an instant")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _check(value: object, path: str) -> None:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        _check_text(value, path)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise NotCanonical(path, f"a mapping with a key that is {type(key).__name__}")
            _check_text(key, path)
            _check(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        for number, inner in enumerate(value):
            _check(inner, f"{path}[{number}]")
    elif not isinstance(value, int):
        raise NotCanonical(path, f"a {type(value).__name__}")
    elif abs(value) > LARGEST:
        raise NotCanonical(path, "a number that not every reader of JSON can hold")


def _check_text(text: str, path: str) -> None:
    """Refuse what a database or UTF-8 would not give back: NUL (PostgreSQL) and halves of surrogate pairs."""
    if "\0" in text:
        raise NotCanonical(path, "text with a NUL in it")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NotCanonical(path, "text with half a character in it") from None


def _plain(value: object) -> object:
    """Turn mappings and sequences of any kind into those that `json` writes, and enumerations into their values."""
    if isinstance(value, Mapping):
        return {str.__str__(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Sequence):
        return [_plain(inner) for inner in value]
    return value
