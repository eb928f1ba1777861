"""Source lines as HTML: Pygments' short classes, no styles, and nothing that could deceive a reviewer's eye."""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import PurePosixPath

from django.utils.html import escape
from django.utils.safestring import SafeString
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class_for_filename

MOST_CHARACTERS = 60_000
"""Past this a hunk is shown plainly: a lexer's time is not bounded by its input's length alone."""

LONGEST_LINE = 400
"""Some lexers take quadratic time on one long line."""

LANGUAGES = frozenset(
    (
        *("bash", "c", "cpp", "diff", "gas", "go", "haskell", "ini", "javascript", "json", "kconfig", "make"),
        *("markdown", "nasm", "ocaml", "perl", "python", "restructuredtext", "rust", "toml", "yaml"),
    )
)
"""By Pygments' first name for each: those whose lexers were tried with lines made to keep them busy. Some others take
seconds for sixty lines, and what a file is called is up to whoever wrote the patch."""

UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""Control characters and those that change the order in which text is shown (CVE-2021-42574)."""

_formatter = HtmlFormatter(nowrap=True)


def visible(text: str) -> str:
    """`text` with every character that can't be seen written out, as in <U+202E>."""
    return UNSEEN.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)


def highlighted(path: str, lines: Sequence[str]) -> list[SafeString]:
    """One piece of HTML per line, in the language that `path` ends like; plain where it is unknown or too large."""
    shown = [visible(line.rstrip("\r\n")) for line in lines]
    lexer = _lexer(PurePosixPath(path).name)
    if lexer is None or sum(map(len, shown)) > MOST_CHARACTERS or any(len(line) > LONGEST_LINE for line in shown):
        return [escape(line) for line in shown]
    pieces = _formatted(lexer, "".join(f"{line}\n" for line in shown))
    # A lexer that swallowed a line would put every following one beside the wrong number.
    return pieces if len(pieces) == len(shown) else [escape(line) for line in shown]


def _formatted(lexer: Lexer, text: str) -> list[SafeString]:
    # Pygments escapes what it was given and closes its spans at every line's end.
    return [SafeString(line) for line in highlight(text, lexer, _formatter).removesuffix("\n").split("\n")]


@lru_cache(maxsize=1_000)
def _lexer(name: str) -> Lexer | None:
    # Assembly with a preprocessor, as kernels and hypervisors have it, and not the language of statisticians.
    found = find_lexer_class_for_filename(f"{name[:-2]}.s" if name.endswith(".S") else name)
    is_known = found is not None and not LANGUAGES.isdisjoint(found.aliases[:1])
    return found(stripnl=False, ensurenl=False) if found and is_known else None
