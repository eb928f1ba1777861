"""PURE: a version as people type it who ask about theirs: a tag, a name before it, or only the branch.

Lenient where nothing can be meant but one release, and no further: a distributor's number says nothing of what that
package carries besides, so it is refused and not cut to what it begins with.
"""

import re
from collections.abc import Collection
from typing import Final

from advisories.versions import DEPTH, MAIN, MAIN_NAMES, NUMBER, Line, MainLine, NotAVersion, Version

_BEFORE: Final = frozenset({"v", "version", "release", "releases", "rel", "tag", "tags", "refs/tags", "branch"})
"""Words that may stand before a number and mean nothing."""
_SPOKEN: Final = re.compile(
    rf"(?P<before>.*?)[ _/-]*(?P<number>{NUMBER})(?P<line>\.x)?(?:[-~._ ]?rc[-.]?(?P<rc>[0-9]{{1,4}}))?"
)
_APART: Final = re.compile(r"[ _/-]+")

Spoken = Version | Line | MainLine
"""A release, all releases of a line where only the line was named, or the main line."""


def spoken(text: str, names: Collection[str] = ()) -> Spoken:
    """Read `RELEASE-4.17.6`, `v4.17.6`, `xen 4.17.6-rc1`, `4.17`, `4.17.x`, `master`.

    `names` are those of the tree and the project, which people write before a number. Raises `NotAVersion`.
    """
    said = " ".join(text.split()).lower()
    if said in MAIN_NAMES:
        return MAIN
    found = _SPOKEN.fullmatch(said) if len(said) <= 80 else None
    if found is None or not _means_nothing(found["before"], names):
        shown = text if len(text) <= 60 else f"{text[:57]}…"
        raise NotAVersion(
            f"“{shown}” is not a version such as 4.15.2 or 4.15.0-rc3. "
            "Where a distributor's number is longer, ask about the release that it was made from."
        )
    numbers = tuple(int(number) for number in found["number"].split("."))
    if found["rc"] is not None:
        return Version(numbers, int(found["rc"]))
    if len(numbers) < DEPTH or (found["line"] and len(numbers) > DEPTH):
        raise NotAVersion(f"“{said}” names more than one branch, or none. A release is called 4.15.2, a branch 4.15.")
    return Line(numbers) if len(numbers) == DEPTH else Version(numbers)


def _means_nothing(before: str, names: Collection[str]) -> bool:
    """Whether what stands before the number is a word of no meaning, or a name that may stand there, or both."""
    known = {_plain(name) for name in names} | {_plain(word) for word in _BEFORE}
    words = _plain(before).split()
    while words:
        taken = next((count for count in range(len(words), 0, -1) if " ".join(words[:count]) in known), 0)
        if not taken:
            return False
        words = words[taken:]
    return True


def _plain(name: str) -> str:
    return " ".join(_APART.split(name.lower())).strip(" .")
