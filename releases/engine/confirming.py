"""Real git's word on the list of a replayed window: every commit of it, whole and in order, on the window's base."""

from collections.abc import Collection, Sequence

from releases.engine.git import Git
from releases.engine.lineup import Displaced, LineUp
from releases.engine.rehearsal import Landing, Piece, is_one_text, rehearse
from releases.engine.trees import GITLINK, TYPE_BITS
from releases.engine.verify import Agreed, verify
from releases.engine.windows import Window


def disagreement(
    git: Git, base: str, window: Window, lineup: LineUp, chosen: Collection[int], *, thorough: bool = False
) -> str:
    """What real git makes of the `chosen` elements, all of them commits, that the engine doesn't; empty for nothing.

    Git applies the list without writing what it makes and says where each hunk lands. `thorough` has it write every
    file to a throw-away place and compares their ids, as is done anyway where one text wouldn't mean the same.
    """
    commits = [(place, element.commit) for place, element in enumerate(lineup.elements)
               if place in chosen and element.commit is not None]  # fmt: skip
    window.read_ahead(commit for _, commit in commits)
    changes = [change for _, commit in commits for change in window.commits[commit].changes]
    if thorough or not is_one_text(changes, lineup.baseline):
        return _made(git, base, window, lineup, chosen, [window.text(commit) for _, commit in commits])
    paths = {change.path for change in changes}
    files = {path: entry for path in paths if (entry := lineup.baseline.entry(path)) is not None}
    displaced = lineup.displaced(chosen)
    pieces = [
        Piece(window.text(commit), _landings(window, commit, displaced.get(place, {}))) for place, commit in commits
    ]
    outcome = rehearse(git, files, pieces)
    return "" if isinstance(outcome, Agreed) else outcome.reason


def _made(
    git: Git, base: str, window: Window, lineup: LineUp, chosen: Collection[int], patches: Sequence[bytes]
) -> str:
    paths = {path for place in chosen for path in lineup.elements[place].paths}
    result = lineup.result(chosen)
    files = {
        path: (entry, lineup.baseline.content(path))
        for path in paths
        if (entry := lineup.baseline.entry(path)) is not None and entry.mode & TYPE_BITS != GITLINK
    }
    expected = {path: result.entry(path) for path in paths}
    outcome = verify(git, base, patches, expected, files=files, name_tree=False)
    return "" if isinstance(outcome, Agreed) else outcome.reason


def _landings(window: Window, commit: int, displaced: dict[bytes, Displaced]) -> list[Landing]:
    if not displaced:
        return []
    return [
        (number, hunk, line)
        for number, file in enumerate(window.patch(commit).files)
        for hunk, line in displaced.get(file.new_path if file.new_path is not None else file.old_path or b"", ())
    ]
