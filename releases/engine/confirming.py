"""Real git's word on the list of a replayed window: every commit of it, whole and in order, on the window's base."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from releases.engine.git import Git
from releases.engine.lineup import Displaced, LineUp
from releases.engine.rehearsal import Landing, Piece, is_one_text, rehearse
from releases.engine.trees import GITLINK, TYPE_BITS, Entry
from releases.engine.verify import Agreed, verify
from releases.engine.windows import Window


@dataclass(frozen=True, slots=True)
class Word:
    """Git's word on a list."""

    disagreement: str
    """What git made differently, or that it refuses the list; empty where it agrees."""
    files: int
    """How many files the list touches."""
    applied: int
    """On how many of them git has applied the list again."""


def ask_git(
    git: Git, base: str, window: Window, lineup: LineUp, chosen: Collection[int], *, thorough: bool = False
) -> Word:
    """Have real git apply the `chosen` elements, all of them commits.

    Git applies the list and says where each hunk lands. Unless `thorough`, that is left out for files on which the list
    retraces upstream's own blobs: git made each of those patches from the very blob that it is applied to. Where one
    text wouldn't mean the same as patches one by one, git writes every file to a throw-away place and ids are compared.
    """
    commits = _commits(lineup, chosen)
    paths = everything = {path for place in commits for path in lineup.elements[place].paths}
    if not thorough:
        paths = everything & lineup.departing(chosen)
        commits = {
            place: index for place, index in commits.items() if not paths.isdisjoint(lineup.elements[place].paths)
        }
    window.read_ahead(commits.values())
    changes = [change for index in commits.values() for change in window.commits[index].changes if change.path in paths]
    if not is_one_text(changes, lineup.baseline):
        return Word(_made(git, base, window, lineup, chosen), len(everything), len(everything))
    displaced = lineup.displaced(chosen)
    pieces = [
        Piece(window.text_on(index, paths), _landings(window, index, paths, displaced.get(place, {})))
        for place, index in commits.items()
    ]
    outcome = rehearse(git, _files(lineup, paths), pieces)
    return Word("" if isinstance(outcome, Agreed) else outcome.reason, len(everything), len(paths))


def droppable(
    git: Git, base: str, window: Window, lineup: LineUp, chosen: Collection[int], prerequisites: Collection[int]
) -> tuple[int, ...]:
    """Those of the prerequisites without which, one at a time, real git applies the rest of the list all the same."""
    return tuple(place for place in prerequisites if _applies(git, base, window, lineup, frozenset(chosen) - {place}))


def _applies(git: Git, base: str, window: Window, lineup: LineUp, chosen: Collection[int]) -> bool:
    commits = _commits(lineup, chosen)
    changes = [change for commit in commits.values() for change in window.commits[commit].changes]
    texts = [window.text(commit) for commit in commits.values()]
    files = _files(lineup, {change.path for change in changes})
    if is_one_text(changes, lineup.baseline):
        return isinstance(rehearse(git, files, [Piece(text) for text in texts], compare=False), Agreed)
    return isinstance(verify(git, base, texts, {}, files=_contents(lineup, files), name_tree=False), Agreed)


def _made(git: Git, base: str, window: Window, lineup: LineUp, chosen: Collection[int]) -> str:
    commits = _commits(lineup, chosen)
    window.read_ahead(commits.values())
    patches = [window.text(index) for index in commits.values()]
    paths = {path for place in commits for path in lineup.elements[place].paths}
    result = lineup.result(chosen)
    expected = {path: result.entry(path) for path in paths}
    outcome = verify(git, base, patches, expected, files=_contents(lineup, _files(lineup, paths)), name_tree=False)
    return "" if isinstance(outcome, Agreed) else outcome.reason


def _commits(lineup: LineUp, chosen: Collection[int]) -> dict[int, int]:
    """The chosen elements in order -> the index of each one's commit in the window."""
    return {
        place: element.commit
        for place, element in enumerate(lineup.elements)
        if place in chosen and element.commit is not None
    }


def _files(lineup: LineUp, paths: Iterable[bytes]) -> dict[bytes, Entry]:
    """What the baseline has at these paths."""
    return {path: entry for path in paths if (entry := lineup.baseline.entry(path)) is not None}


def _contents(lineup: LineUp, files: Mapping[bytes, Entry]) -> dict[bytes, tuple[Entry, bytes]]:
    return {
        path: (entry, lineup.baseline.content(path))
        for path, entry in files.items()
        if entry.mode & TYPE_BITS != GITLINK
    }


def _landings(
    window: Window, index: int, paths: Collection[bytes], displaced: Mapping[bytes, Displaced]
) -> list[Landing]:
    if not displaced:
        return []
    return [
        (number, hunk, line)
        for number, file in enumerate(window.files(index, paths))
        for hunk, line in displaced.get(file.new_path or file.old_path or b"", ())
    ]
