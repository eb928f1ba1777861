"""Real git's word on a whole list in one text, against its word on the same patches one by one."""

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from releases.engine.git import Git
from releases.engine.history import FileChange
from releases.engine.rehearsal import Piece, is_one_text, rehearse
from releases.engine.replay import Repository
from releases.engine.trees import Entry, Overlay
from releases.engine.verify import Agreed, Disagreed
from releases.engine.windows import Window
from tests.releases.engine.conftest import ENGINE
from tests.releases.engine.histories import Story, stories, write
from tests.releases.engine.test_prerequisites import applies
from tests.upstream import Upstream, fix, numbered

BEFORE = numbered("a")
FIRST = fix(BEFORE, numbered("a", l5="one"), "a.c")
SECOND = fix(numbered("a", l5="one"), numbered("a", l5="two"), "a.c")


@pytest.fixture
def files(upstream: Upstream) -> dict[bytes, Entry]:
    upstream.commit("master", {"a.c": BEFORE}, "Release")
    return {b"a.c": Entry(0o100644, upstream.git("rev-parse", "master:a.c"))}


def change(path: bytes, *, before: bool = True, after: bool = True, mode: int = 0o100644) -> FileChange:
    return FileChange(path, 0o100644 if before else None, mode if after else None, "1" if before else None,
                      "2" if after else None)  # fmt: skip


def test_patches_in_order_are_taken_and_in_the_wrong_order_refused(
    upstream: Upstream, files: dict[bytes, Entry]
) -> None:
    git = Git(upstream.path)
    assert rehearse(git, files, [Piece(FIRST), Piece(SECOND)]) == Agreed("")
    refused = rehearse(git, files, [Piece(SECOND), Piece(FIRST)])
    assert isinstance(refused, Disagreed)
    assert "patch failed: a.c:2" in refused.reason


def test_a_hunk_that_lands_elsewhere_must_be_expected_just_there(upstream: Upstream, files: dict[bytes, Entry]) -> None:
    git = Git(upstream.path)
    longer = b"more\n" * 3 + BEFORE
    moved = fix(longer, longer.replace(b"line 20\n", b"line x\n"), "a.c")
    assert rehearse(git, files, [Piece(FIRST), Piece(moved, [(0, 1, 17)])]) == Agreed("")
    for landings in ([], [(0, 1, 18)], [(0, 2, 17)], [(1, 1, 17)], [(0, 1, 17), (0, 2, 30)]):
        assert isinstance(rehearse(git, files, [Piece(FIRST), Piece(moved, landings)]), Disagreed)


def test_nothing_is_made(upstream: Upstream, files: dict[bytes, Entry]) -> None:
    before = upstream.git("count-objects", "-v")
    rehearse(Git(upstream.path), files, [Piece(FIRST), Piece(SECOND)])
    assert upstream.git("count-objects", "-v") == before


@pytest.mark.parametrize(
    ("changes", "is_one"),
    [
        ([change(b"a"), change(b"a"), change(b"a", after=False)], True),
        ([change(b"n", before=False), change(b"n")], True),
        ([change(b"a", after=False), change(b"a", before=False)], False),
        ([change(b"n", before=False), change(b"n", after=False)], False),
        ([change(b"n", before=False), change(b"n", before=False)], False),
        ([change(b"a", after=False), change(b"a")], False),
        ([change(b"a", mode=0o120000)], False),
        ([change(b"lib/a/b", before=False)], False),
        ([change(b"lib", before=False)], False),
        ([change(b"n/b", before=False), change(b"n", before=False)], False),
    ],
)
def test_names_that_come_and_go_are_no_one_text(upstream: Upstream, changes: list[FileChange], is_one: bool) -> None:
    base = upstream.commit("master", {"a": b"a\n", "lib/a": b"b\n"}, "Release")
    with closing(Repository(upstream.path)) as repository:
        baseline = Overlay(repository.objects, repository.objects.root(base))
        assert is_one_text(changes, baseline) == is_one


@given(story=stories(), data=st.data())
@settings(ENGINE, max_examples=ENGINE.max_examples // 4)
def test_one_text_is_taken_exactly_where_the_patches_one_by_one_are(story: Story, data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        upstream = Upstream.make(Path(folder, "upstream.git"))
        ids = write(upstream, story)
        some = data.draw(st.sets(st.sampled_from(range(len(ids) - 1)), min_size=1).map(sorted))
        with closing(Repository(upstream.path)) as repository:
            window = Window(repository.history, repository.history.walk(ids[0], ids[-1]), ids[0])
            baseline = Overlay(repository.objects, repository.objects.root(ids[0]))
            changes = [change for index in some for change in window.commits[index].changes]
            entries = ((change.path, baseline.entry(change.path)) for change in changes)
            files = {path: entry for path, entry in entries if entry is not None}
            if changes and is_one_text(changes, baseline):
                outcome = rehearse(repository.git, files, [Piece(window.text(index)) for index in some], compare=False)
                assert isinstance(outcome, Agreed) == applies(upstream, ids[0], [ids[index + 1] for index in some])
