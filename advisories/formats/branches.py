"""The free-text notations for "these branches of that tree", read into stretches and written in one form."""

import re
from dataclasses import dataclass
from typing import TypeVar

from advisories.formats.dialect import MAIN, Dialect
from advisories.formats.record import Row, Stretch, version_key

_VERSION = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6}){0,5}(?:-?(?:rc|beta|alpha)[0-9]{0,3})?")
_REMARK = re.compile(r"\s*\(([^()]{1,300})\)$")
_ITEMS = re.compile(r"\s*(?:,|;|\band\b|&)\s*")
_BETWEEN = re.compile(r"\s*(?:\.{2,4}|…|–|—)\s*|\s+(?:-{1,2}|to|through|thru)\s+")
_OPEN_UP = re.compile(r"\s*(?:\+|\b(?:(?:and|or) )?(?:newer|later|above|up|upwards?|onwards?))$", re.IGNORECASE)
_OPEN_DOWN = re.compile(r"\s*\b(?:(?:and|or) )?(?:older|earlier|below|before)$", re.IGNORECASE)
_LONGEST = 1_000

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Understood:
    """What a notation says: branches of one tree."""

    tree: str
    stretches: tuple[Stretch, ...]
    remark: str = ""
    mixed: bool = False
    """A later item names another tree than the first; it was read as if it did not."""


@dataclass(frozen=True, slots=True)
class _End:
    tree: str | None
    branch: str


def read(text: str, dialect: Dialect) -> Understood | None:
    """What `text` (`xen-unstable, Xen 4.13.x .. Xen 4.8.x`) says, or None where it is not such a notation."""
    if len(text) > _LONGEST:
        return None
    text = " ".join(text.split())
    remark = ""
    if found := _REMARK.search(text):
        remark, text = found[1].strip(), text[: found.start()]
    text = text.strip().rstrip(".,;").strip()
    if not text:
        return None
    tree = dialect.tree_called(text)
    if tree is not None:
        return Understood(tree, (), remark)
    trees: list[str] = []
    stretches: list[Stretch] = []
    # "4.4 and newer" is one item, so the words after "and" are looked at before the list is cut at it.
    for item in _items(text):
        stretch = _stretch(item, dialect, trees)
        if stretch is None:
            return None
        stretches.append(stretch)
    tree = trees[0] if trees else dialect.main_tree
    return Understood(tree, tuple(stretches), remark, mixed=any(other != tree for other in trees))


def _items(text: str) -> list[str]:
    marked = re.sub(
        r"\s+(?:and|or)\s+(?=(?:newer|later|above|up|onward|older|earlier|below|before))", " ", text, flags=re.I
    )
    return [item for item in _ITEMS.split(marked) if item]


def _stretch(item: str, dialect: Dialect, trees: list[str]) -> Stretch | None:
    """One item; notes the trees it names."""
    if opened := _OPEN_UP.search(item):
        end = _end(item[: opened.start()], dialect)
        return _noted(end, Stretch(MAIN, end.branch), trees) if end else None
    if opened := _OPEN_DOWN.search(item):
        end = _end(item[: opened.start()], dialect)
        return _noted(end, Stretch(end.branch, ""), trees) if end else None
    ends = [_end(part, dialect) for part in _BETWEEN.split(item)]
    if len(ends) == 1 and ends[0] is not None:
        return _noted(ends[0], Stretch(ends[0].branch, ends[0].branch), trees)
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return None
    _noted(ends[1], _noted(ends[0], None, trees), trees)
    newest, oldest = sorted((ends[0].branch, ends[1].branch), key=_age, reverse=True)
    return Stretch(newest, oldest)


def _noted(end: _End, answer: Answer, trees: list[str]) -> Answer:
    if end.tree is not None:
        trees.append(end.tree)
    return answer


def _age(branch: str) -> tuple[bool, tuple[tuple[int, int | str], ...]]:
    return branch == MAIN, version_key(branch)


def _end(text: str, dialect: Dialect) -> _End | None:
    """One branch: `Xen 4.10.x`, `4.9`, `xen-unstable`, `Xen unstable`, `stable-4.8`, `Linux 5.19-rc`."""
    text = text.strip()
    if dialect.is_main_line(text):
        # The main line's own name says which tree; the bare word could be any tree's.
        return _End(dialect.main_tree if text.lower() != MAIN else None, MAIN)
    word, _, rest = text.rpartition(" ")
    tree = dialect.tree_called(word) if word else None
    if word and tree is None:
        word = word.removesuffix(" version").removesuffix(" versions")
        tree = dialect.tree_called(word)
        if tree is None:
            return None
    if dialect.is_main_line(rest):
        return _End(tree, MAIN)
    rest = rest.removeprefix("stable-").removeprefix("staging-").removeprefix("v")
    if rest.endswith((".x", ".X", ".y")):
        rest = rest[:-2]
    return _End(tree, rest) if _VERSION.fullmatch(rest) else None


def write(row: Row, dialect: Dialect) -> str:
    """The notation for `row`, in the one form that this project writes: `xen-unstable - Xen 4.17.x`."""
    if row.stretches:
        text = ", ".join(_written(stretch, row.tree, dialect) for stretch in row.stretches)
    else:
        text = dialect.word_for(row.tree)
    return f"{text} ({row.remark})" if row.remark else text


def _written(stretch: Stretch, tree: str, dialect: Dialect) -> str:
    if stretch.oldest == "":
        return f"{_branch_written(stretch.newest, tree, dialect)} and older"
    newest = _branch_written(stretch.newest, tree, dialect)
    if stretch.newest == stretch.oldest:
        return newest
    return f"{newest} - {_branch_written(stretch.oldest, tree, dialect)}"


def _branch_written(branch: str, tree: str, dialect: Dialect) -> str:
    at_home = tree == dialect.main_tree
    if branch == MAIN:
        return dialect.main_line if at_home else f"{dialect.word_for(tree)} {MAIN}"
    return f"{dialect.word_for(tree)} {branch}" + (".x" if at_home and re.fullmatch(r"[0-9.]+", branch) else "")
