"""A made-up upstream of any size: the same commit ids in every run.

A few dozen busy files of C-like functions take all the changes, as in real stable branches; the rest of the tree only
lies there. A quarter of the fixes stand on lines that a commit of the window has changed before.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.cases import Case
from bench.git import plain_git

_WHEN = 1_700_000_000
_BUSY = 60
"""Files that change."""
_FUNCTIONS = 24
"""Functions of a busy file at first, of a dozen lines each."""
_STILL_LINES = 30
"""Lines of a file that never changes."""


@dataclass(frozen=True, slots=True)
class Size:
    """One window: how many commits it has, the fixes among them included."""

    commits: int
    fixes: int


class _Dice:
    """Numbers that look random and are the same under every Python."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._thrown = 0

    def below(self, limit: int) -> int:
        self._thrown += 1
        digest = hashlib.sha256(f"{self._seed} {self._thrown}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % limit


@dataclass(slots=True)
class _Tree:
    """The busy files while the window is written."""

    files: dict[str, list[str]]
    touched: list[tuple[str, int]] = field(default_factory=list)
    """Where window commits have changed something: path and line as it was then."""


def build(directory: Path, files: int, sizes: Sequence[Size]) -> list[Case]:
    """Write a bare repository with one tree of `files` files and, for each size, a branch with a window on it."""
    plain_git("init", "--quiet", "--bare", "--template=", "--initial-branch=master", str(directory))
    plain_git("-C", str(directory), "fast-import", "--quiet", "--done", stdin=b"".join(_stream(files, sizes)))
    return [_case(directory, files, number, size) for number, size in enumerate(sizes)]


def _case(directory: Path, files: int, number: int, size: Size) -> Case:
    def git(*arguments: str) -> list[str]:
        return plain_git("-C", str(directory), *arguments).decode().split()

    [base], [tip] = git("rev-parse", "master"), git("rev-parse", f"window-{number}")
    fixes = git("rev-list", "--reverse", "--grep=^This is SYN-", f"{base}..{tip}")
    return Case(f"synthetic, {size.commits} commits", directory, base, tip, tuple(fixes), files)


def _stream(files: int, sizes: Sequence[Size]) -> Iterator[bytes]:
    busy = {f"core/part-{number % 7}/unit-{number}.c": _functions(number) for number in range(min(_BUSY, files))}
    yield from _commit("master", 0, "Begin")
    for path, lines in busy.items():
        yield from _put(path, lines)
    for number in range(files - len(busy)):
        lines = [
            f"row {number:06d}.{line:02d} of a table that nobody has touched for years" for line in range(_STILL_LINES)
        ]
        yield from _put(f"still/{number // 1600:03d}/{number // 40 % 40:02d}/{number:06d}.c", lines)
    for number, size in enumerate(sizes):
        yield b"reset refs/heads/window-%d\nfrom refs/heads/master\n\n" % number
        tree = _Tree({path: list(lines) for path, lines in busy.items()})
        dice = _Dice(f"{size.commits} {size.fixes}")
        for place in range(size.commits):
            is_fix = (place + 1) * size.fixes // size.commits > place * size.fixes // size.commits
            message = f"Change {place}" + (f"\n\nThis is SYN-{place}." if is_fix else "")
            changed = _fix(tree, dice, place) if is_fix else _change(tree, dice, place)
            yield from _commit(f"window-{number}", place + 1, message)
            for path in changed:
                yield from _put(path, tree.files[path])
    yield b"done\n"


def _functions(number: int) -> list[str]:
    lines: list[str] = []
    for function in range(_FUNCTIONS):
        name = f"unit_{number}_{function}"
        lines += [f"static int {name}(struct state *s)", "{", "    int rc = 0;", ""]
        lines += [f"    rc |= {name}_step({step}, s->field[{(function * 7 + step) % 11}]);" for step in range(4)]
        lines += ["    if ( rc )", "        return rc;", "    return 0;", "}", ""]
    return lines


def _change(tree: _Tree, dice: _Dice, place: int) -> set[str]:
    changed: set[str] = set()
    for _ in range(1 + dice.below(3) // 2):
        path = _busy_path(tree, dice)
        line = dice.below(len(tree.files[path]))
        _edit(tree, path, line, dice, place)
        tree.touched.append((path, line))
        changed.add(path)
    if dice.below(8) == 0:
        path = f"core/new/file-{place}.c"
        tree.files[path] = _functions(1000 + place)[: 13 * 8]
        changed.add(path)
    return changed


def _fix(tree: _Tree, dice: _Dice, place: int) -> set[str]:
    if tree.touched and dice.below(4) == 0:
        path, line = tree.touched[dice.below(len(tree.touched))]
        line = min(line, len(tree.files[path]) - 1)
    else:
        path = _busy_path(tree, dice)
        line = dice.below(len(tree.files[path]))
    _edit(tree, path, line, dice, place)
    return {path}


def _busy_path(tree: _Tree, dice: _Dice) -> str:
    """Some files change much more often than others: the smaller of two throws."""
    paths = list(tree.files)
    return paths[min(dice.below(len(paths)), dice.below(len(paths)))]


def _edit(tree: _Tree, path: str, line: int, dice: _Dice, place: int) -> None:
    added = [
        f"    s->seen[{place}] = {path.rpartition('/')[2][:-2].replace('-', '_')}_{place}({n});"
        for n in range(1 + dice.below(3))
    ]
    tree.files[path][line : line + dice.below(2)] = added


def _commit(branch: str, minute: int, message: str) -> Iterator[bytes]:
    who = f"Bench <bench@penstock.example> {_WHEN + 60 * minute} +0000"
    text = message.encode()
    yield f"commit refs/heads/{branch}\nauthor {who}\ncommitter {who}\ndata {len(text)}\n".encode() + text + b"\n"


def _put(path: str, lines: Sequence[str]) -> Iterator[bytes]:
    content = "".join(f"{line}\n" for line in lines).encode()
    yield b"M 100644 inline %s\ndata %d\n" % (path.encode(), len(content)) + content + b"\n"
