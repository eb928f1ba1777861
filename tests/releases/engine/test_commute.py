"""Moving one change past another."""

from releases.engine.commute import WHOLE_FILE, Carried, Footprint, footprints
from releases.engine.diff import parse_patch


def change(*hunks: bytes, path: bytes = b"f.c") -> dict[bytes, Footprint]:
    return footprints(parse_patch(b"--- a/%s\n+++ b/%s\n" % (path, path) + b"".join(hunks)))


def hunk(line: int, removed: int, added: int) -> bytes:
    """Lines replaced behind three lines of context, the change beginning at the 1-based `line`."""
    counts = b"@@ -%d,%d +%d,%d @@\n" % (line - 3, removed + 6, line - 3, added + 6)
    return counts + b" c\n" * 3 + b"-o\n" * removed + b"+n\n" * added + b" c\n" * 3


FIX = change(hunk(20, 1, 1))


def test_a_change_far_away_is_let_past() -> None:
    carried = Carried()
    carried.join([FIX])
    assert carried.let_past([change(hunk(10, 1, 5))])


def test_a_change_within_the_context_is_not() -> None:
    carried = Carried()
    carried.join([FIX])
    assert not carried.let_past([change(hunk(17, 1, 1))])
    assert carried.let_past([change(hunk(16, 1, 1))])


def test_a_removal_in_the_middle_of_the_context_is_not() -> None:
    carried = Carried()
    carried.join([FIX])
    assert not carried.let_past([change(hunk(18, 2, 0))])
    assert carried.let_past([change(hunk(17, 2, 0))])


def test_what_is_carried_moves_up_when_lines_before_it_are_forgotten() -> None:
    carried = Carried()
    carried.join([FIX])
    assert carried.let_past([change(hunk(5, 0, 4))])  # the fix stands at line 16 now
    assert carried.let_past([change(hunk(20, 1, 1))])
    assert not carried.let_past([change(hunk(16, 1, 1))])


def test_a_change_is_compared_where_those_carried_before_put_it() -> None:
    carried = Carried()
    carried.join([change(hunk(40, 1, 1))])
    carried.join([change(hunk(10, 0, 10))])
    assert not carried.let_past([change(hunk(30, 1, 1))])
    assert carried.let_past([change(hunk(40, 1, 1))])


def test_nothing_has_moved_where_a_later_file_stands_in_the_way() -> None:
    carried = Carried()
    carried.join([FIX | change(hunk(20, 1, 1), path=b"g.c")])
    assert not carried.let_past([change(hunk(5, 0, 4)) | change(hunk(20, 1, 1), path=b"g.c")])
    assert not carried.let_past([change(hunk(20, 1, 1))])


def test_a_wider_margin_keeps_more() -> None:
    carried = Carried({b"f.c": WHOLE_FILE})
    carried.join([FIX])
    assert not carried.let_past([change(hunk(400, 1, 1))])


def test_files_that_appear_or_change_mode_are_never_passed() -> None:
    created = footprints(
        parse_patch(b"diff --git a/f.c b/f.c\nnew file mode 100644\n--- /dev/null\n+++ b/f.c\n@@ -0,0 +1 @@\n+x\n")
    )
    moded = footprints(parse_patch(b"diff --git a/f.c b/f.c\nold mode 100644\nnew mode 100755\n"))
    for opaque in (created, moded):
        carried = Carried()
        carried.join([FIX])
        assert not carried.let_past([opaque])


def test_a_hunk_at_the_end_of_a_file_minds_lines_that_go_behind_it() -> None:
    at_end = change(b"@@ -18,3 +18,4 @@\n c\n c\n c\n+n\n")
    removal_behind = change(b"@@ -18,4 +18,3 @@\n c\n c\n c\n-o\n")
    carried = Carried()
    carried.join([at_end])
    assert not carried.let_past([removal_behind])
