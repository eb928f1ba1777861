"""Regular expressions that people enter, searched in time linear in the text whatever they are (RE2).

Python's own may take for ever on a pattern such as `(a+)+` or `.*.*=.*`: no look at the pattern tells all of these.
RE2 takes neither backreferences nor looking ahead and behind, and refuses what would grow past its memory.
"""

from dataclasses import dataclass, field
from typing import Any

import re2


class NotAnExpression(Exception):
    """This text is no regular expression; says why, in RE2's words."""


Groups = tuple[str | None, ...]
"""What was found: the whole at place 0, then each group, None for one that took no part."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression."""

    pattern: str
    groups: int
    """How many it has, besides the whole."""
    _compiled: Any = field(repr=False, compare=False)

    def search(self, text: str) -> Groups | None:
        """The first place in `text` where it matches."""
        return _found(self._compiled.search(_clean(text)))

    def fullmatch(self, text: str) -> Groups | None:
        """The whole of `text`, if it matches."""
        return _found(self._compiled.fullmatch(_clean(text)))


def compiled(pattern: str) -> Expression:
    """Compile `pattern`. Raises `NotAnExpression`."""
    options = re2.Options()
    options.log_errors = False
    try:
        found = re2.compile(pattern, options)
    except (re2.error, UnicodeError) as error:
        said = error.args[0] if error.args else ""
        raise NotAnExpression(said.decode("utf-8", "replace") if isinstance(said, bytes) else str(error)) from error
    return Expression(pattern, int(found.groups), found)


def _clean(text: str) -> str:
    # A name that isn't UTF-8 carries its bytes as lone surrogates, which RE2 has no way to take.
    return text.encode("utf-8", "replace").decode("utf-8")


def _found(match: Any) -> Groups | None:
    return (match[0], *match.groups()) if match else None
