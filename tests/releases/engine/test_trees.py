"""A tree in memory: changes on top of what is read, forks that don't see each other, ids as git computes them."""

import hashlib

from hypothesis import given, settings

from releases.engine.trees import Entry, File, Overlay, object_id
from tests.releases.engine.conftest import ENGINE
from tests.releases.engine.memory import Files, MemorySource, overlay_of, text_files
from tests.releases.engine.strategies import trees

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def test_a_fork_does_not_see_later_changes_of_its_origin() -> None:
    overlay = overlay_of(text_files(f=b"a\n"))
    fork = overlay.fork()
    overlay.write(b"f", File(0o100644, content=b"b\n"))
    assert fork.content(b"f") == b"a\n"
    fork.remove(b"f")
    assert overlay.content(b"f") == b"b\n"


def test_forks_share_what_was_read() -> None:
    source = MemorySource()
    overlay = Overlay(source, source.add_tree(text_files(f=b"a\n")))
    assert overlay.fork().lines(b"f") is overlay.fork().lines(b"f")
    assert len(source.read) == 2


def test_a_change_back_is_no_change() -> None:
    overlay = overlay_of(text_files(f=b"a\n"))
    overlay.write(b"f", File(0o100644, content=b"b\n"))
    overlay.write(b"f", File(0o100644, lines=[b"a\n"]))
    assert overlay.changes() == {}


def test_changes_name_new_and_gone_files() -> None:
    overlay = overlay_of(text_files(f=b"a\n", g=b""))
    overlay.remove(b"f")
    overlay.write(b"d/n", File(0o100755, content=b"new\n"))
    assert overlay.changes() == {b"f": None, b"d/n": Entry(0o100755, object_id(b"blob", b"new\n"))}


def test_a_directory_has_no_entry() -> None:
    overlay = overlay_of({b"d/f": (0o100644, b"")})
    assert overlay.entry(b"d") is None
    assert overlay.is_directory(b"d")


def test_a_directory_goes_with_its_last_file() -> None:
    overlay = overlay_of({b"d/e/f": (0o100644, b"")})
    overlay.remove(b"d/e/f")
    assert not overlay.is_directory(b"d")
    assert overlay.tree_id() == EMPTY_TREE


def test_object_ids_are_git_s() -> None:
    assert object_id(b"tree", b"") == EMPTY_TREE
    assert object_id(b"blob", b"", 64) == hashlib.sha256(b"blob 0\0").hexdigest()


@settings(ENGINE)
@given(old=trees(), new=trees())
def test_from_any_tree_to_any_other_the_id_is_right(old: Files, new: Files) -> None:
    overlay = overlay_of(old)
    for path in old:
        overlay.remove(path)
    for path, (mode, content) in new.items():
        gitlink = mode == 0o160000
        overlay.write(path, File(mode, oid=content.decode()) if gitlink else File(mode, content=content))
    assert overlay.tree_id() == MemorySource().add_tree(new)
