"""Real git's word on the list of a replayed window: every commit of it, whole and in order, on the window's base."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from releases.engine.git import Git
from releases.engine.lineup import Displaced, LineUp
from releases.engine.rehearsal import Landing, Piece, is_one_text, rehearse
from releases.engine.trees import GITLINK, TYPE_BITS, Entry
from releases.engine.verify import Agreed, verify
from releases.engine.windows import Window


def disagreement(
    git: Git, base: str, window: Window, lineup: LineUp, chosen: Collection[int], *, thorough: bool = False
) -> str:
    """What real git makes of the `chosen` elements, all of them commits, that the engine doesn't; empty for nothing.

    Git applies the list without writing what it makes and says where each hunk lands. `thorough` has it write every
    file to a throw-away place and compares their ids, as is done anyway where one text wouldn't mean the same.
    """
    commits = _commits(lineup, chosen)
    window.read_ahead(commits.values())
    changes = [change for commit in commits.values() for change in window.commits[commit].changes]
    if thorough or not is_one_text(changes, lineup.baseline):
        return _made(git, base, window, lineup, chosen, [window.text(commit) for commit in commits.values()])
    files = _files(lineup, {change.path for change in changes})
    displaced = lineup.displaced(chosen)
    pieces = [
        Piece(window.text(commit), _landings(window, commit, displaced.get(place, {})))
        for place, commit in commits.items()
    ]
    outcome = rehearse(git, files, pieces)
    return "" if isinstance(outcome, Agreed) else outcome.reason


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


def _made(
    git: Git, base: str, window: Window, lineup: LineUp, chosen: Collection[int], patches: Sequence[bytes]
) -> str:
    paths = {path for place in chosen for path in lineup.elements[place].paths}
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


def _landings(window: Window, commit: int, displaced: dict[bytes, Displaced]) -> list[Landing]:
    if not displaced:
        return []
    return [
        (number, hunk, line)
        for number, file in enumerate(window.patch(commit).files)
        for hunk, line in displaced.get(file.new_path if file.new_path is not None else file.old_path or b"", ())
    ]
