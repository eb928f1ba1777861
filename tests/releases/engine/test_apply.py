"""A patch applies as a whole or not at all, and a conflict shows what was expected and what is there."""

import base64
import zlib

import pytest

from releases.engine.apply import Applied, Conflict, Misplaced, Placed, apply_hunks, apply_patch
from releases.engine.diff import Hunk, parse_patch, reverse
from releases.engine.limits import Limits, OverLimit, Work
from releases.engine.trees import Overlay, object_id
from tests.releases.engine.memory import Files, MemorySource, overlay_of, text_files

NUMBERS = b"".join(b"%d\n" % number for number in range(1, 21))
EDIT = b"--- a/f\n+++ b/f\n@@ -5,5 +5,5 @@\n 5\n 6\n-7\n+seven\n 8\n 9\n"


def applied(overlay: Overlay, text: bytes) -> Applied:
    result = apply_patch(overlay, parse_patch(text))
    assert isinstance(result, Applied)
    return result


def conflict(overlay: Overlay, text: bytes) -> Conflict:
    before = overlay.changes()
    result = apply_patch(overlay, parse_patch(text))
    assert isinstance(result, Conflict)
    assert overlay.changes() == before
    return result


def hunks_of(text: bytes) -> tuple[Hunk, ...]:
    return parse_patch(b"--- a/f\n+++ b/f\n" + text).files[0].hunks


def test_a_patch_changes_its_file() -> None:
    overlay = overlay_of(text_files(f=NUMBERS))
    applied(overlay, EDIT)
    assert overlay.content(b"f") == NUMBERS.replace(b"7\n", b"seven\n", 1)


def test_a_hunk_says_where_it_was_placed() -> None:
    overlay = overlay_of(text_files(f=b"a\nb\nc\n" + NUMBERS))
    (file,) = applied(overlay, EDIT).placements
    assert (file.path, file.hunks[0].line, file.hunks[0].offset) == (b"f", 8, 3)


def test_later_hunks_count_from_the_new_side() -> None:
    text = b"--- a/f\n+++ b/f\n@@ -1,3 +1,5 @@\n 1\n+x\n+y\n 2\n 3\n@@ -10,3 +12,3 @@\n 10\n-11\n+eleven\n 12\n"
    (file,) = applied(overlay_of(text_files(f=NUMBERS)), text).placements
    assert [(hunk.line, hunk.offset) for hunk in file.hunks] == [(1, 0), (12, 0)]


def test_a_conflict_shows_expected_and_found_lines() -> None:
    overlay = overlay_of(text_files(f=b"top\n" + NUMBERS.replace(b"6\n", b"six\n", 1)))
    found = conflict(overlay, EDIT)
    assert (found.path, found.hunk, found.patch_line) == (b"f", 0, 3)
    assert found.expected == (b"5\n", b"6\n", b"7\n", b"8\n", b"9\n")
    assert found.found == (b"5\n", b"six\n", b"7\n", b"8\n", b"9\n")
    assert found.found_at == 6


def test_a_conflict_is_shown_in_the_file_as_earlier_hunks_left_it() -> None:
    text = b"--- a/f\n+++ b/f\n@@ -2,3 +2,4 @@\n 2\n+x\n 3\n 4\n@@ -10,3 +11,3 @@\n 10\n-eleven\n+11\n 12\n"
    found = conflict(overlay_of(text_files(f=NUMBERS)), text)
    assert (found.hunk, found.found, found.found_at) == (1, (b"10\n", b"11\n", b"12\n"), 11)


def test_a_conflict_in_the_second_file_leaves_the_first_as_it_was() -> None:
    overlay = overlay_of(text_files(f=NUMBERS))
    found = conflict(overlay, EDIT + EDIT.replace(b"f\n", b"g\n"))
    assert found.reason == "the file does not exist"
    assert overlay.content(b"f") == NUMBERS


def test_a_patch_and_its_reverse_cancel_out() -> None:
    overlay = overlay_of(text_files(f=NUMBERS))
    before = overlay.tree_id()
    applied(overlay, EDIT)
    assert overlay.tree_id() != before
    assert isinstance(apply_patch(overlay, reverse(parse_patch(EDIT))), Applied)
    assert overlay.tree_id() == before


CREATE = b"diff --git a/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+new\n"
REMOVE = b"diff --git a/f b/f\ndeleted file mode 100644\n--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
RENAME = b"diff --git a/f b/g\nsimilarity index 100%\nrename from f\nrename to g\n"
LINK = b"diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+d\n\\ No newline at end\n"
THROUGH = CREATE.replace(b"a/n", b"a/l/n").replace(b"b/n", b"b/l/n")


@pytest.mark.parametrize(
    ("base", "text", "reason"),
    [
        (text_files(n=b""), CREATE, "the file exists already"),
        (text_files(f=b"x\ny\n"), REMOVE.replace(b"@@ -1 +0,0 @@\n-x\n", b""), "the removal leaves contents behind"),
        (text_files(f=b"x\n", g=b""), RENAME, "the file exists already"),
        ({b"f": (0o120000, b"x\n")}, REMOVE, "the file has mode 120000, the patch expects 100644"),
        ({b"n/x": (0o100644, b"")}, CREATE, "the path would be both a file and a directory"),
        ({b"l": (0o120000, b"d")}, THROUGH, "the path leads through a symbolic link"),
        (text_files(f=b""), LINK + THROUGH, "the path leads through a symbolic link"),
        (text_files(f=b"x\n"), REMOVE + EDIT, "the file was renamed or deleted earlier in the same patch"),
        (text_files(f=b"x\n"), CREATE.replace(b"100644", b"160000"), "not a submodule's commit"),
        (text_files(f=b"x\n"), CREATE.replace(b"100644", b"040000"), "mode 040000 is a directory's"),
        (
            text_files(f=b"x\n"),
            b"diff --git a/f b/f\nold mode 100644\nnew mode 120000\n",
            "the patch turns mode 100644 into 120000",
        ),
    ],
)
def test_what_stands_in_the_way_is_a_conflict(base: Files, text: bytes, reason: str) -> None:
    assert conflict(overlay_of(base), text).reason == reason


def test_two_files_may_swap_their_names() -> None:
    overlay = overlay_of(text_files(f=b"one\n", g=b"two\n"))
    applied(overlay, RENAME + b"diff --git a/g b/f\nsimilarity index 100%\nrename from g\nrename to f\n")
    assert (overlay.content(b"f"), overlay.content(b"g")) == (b"two\n", b"one\n")


def test_a_file_may_become_a_directory_in_one_patch() -> None:
    overlay = overlay_of(text_files(f=b"x\n"))
    applied(overlay, REMOVE + THROUGH.replace(b"/l/n", b"/f/n"))
    assert overlay.entry(b"f") is None
    assert overlay.content(b"f/n") == b"new\n"


def test_several_patches_on_one_file_build_on_each_other() -> None:
    overlay = overlay_of(text_files(f=NUMBERS))
    applied(overlay, EDIT + EDIT.replace(b"-7\n+seven", b"-seven\n+VII"))
    assert b"VII\n" in overlay.content(b"f")


def test_a_copy_starts_from_the_file_as_it_was() -> None:
    overlay = overlay_of(text_files(f=NUMBERS))
    applied(overlay, EDIT + b"diff --git a/f b/g\nsimilarity index 100%\ncopy from f\ncopy to g\n")
    assert overlay.content(b"g") == NUMBERS


def test_an_added_file_without_a_header_for_it_is_created() -> None:
    overlay = overlay_of(text_files(f=NUMBERS))
    applied(overlay, b"--- a/n\n+++ b/n\n@@ -0,0 +1,2 @@\n+a\n+b\n")
    assert overlay.content(b"n") == b"a\nb\n"


def test_an_executable_stays_one() -> None:
    overlay = overlay_of({b"f": (0o100755, NUMBERS)})
    applied(overlay, EDIT)
    assert overlay.mode(b"f") == 0o100755


def test_a_submodule_moves_to_another_commit() -> None:
    overlay = overlay_of({b"s": (0o160000, b"1" * 40)})
    body = b"@@ -1 +1 @@\n-Subproject commit " + b"1" * 40 + b"\n+Subproject commit " + b"2" * 40 + b"\n"
    applied(overlay, b"diff --git a/s b/s\n--- a/s\n+++ b/s\n" + body)
    entry = overlay.entry(b"s")
    assert entry is not None
    assert entry.oid == "2" * 40


def test_a_hunk_goes_to_the_nearest_place_and_forwards_on_a_tie() -> None:
    block = [b"{\n", b"x\n", b"}\n"]
    hunk = hunks_of(b"@@ -6,3 +6,3 @@\n {\n-x\n+y\n }\n")
    for lines, position in (
        ([b"-\n"] * 2 + block + [b"-\n"] * 3 + block, 8),
        ([b"-\n"] * 3 + block + [b"-\n"] * 1 + block, 7),
        ([b"-\n"] * 4 + block + [b"-\n"] * 2 + block, 4),
    ):
        placed = apply_hunks(lines, hunk)
        assert isinstance(placed, Placed)
        assert placed.positions == (position,)


def test_a_hunk_does_not_match_lines_that_an_earlier_one_wrote() -> None:
    hunks = hunks_of(b"@@ -2,3 +2,3 @@\n a\n-b\n+c\n d\n@@ -2,3 +2,3 @@\n a\n-c\n+e\n d\n")
    assert isinstance(apply_hunks([b"z\n", b"a\n", b"b\n", b"d\n"], hunks), Misplaced)


def test_a_hunk_without_trailing_context_matches_at_the_end_alone() -> None:
    hunk = hunks_of(b"@@ -2,2 +2,3 @@\n a\n b\n+c\n")
    assert isinstance(apply_hunks([b"x\n", b"a\n", b"b\n", b"z\n"], hunk), Misplaced)
    assert isinstance(apply_hunks([b"x\n"] * 9 + [b"a\n", b"b\n"], hunk), Placed)


def test_a_last_line_without_newline_matches_the_beginning_of_a_longer_one() -> None:
    hunk = hunks_of(b"@@ -2,2 +2,2 @@\n-a\n+b\n c\n\\ No newline at end of file\n")
    placed = apply_hunks([b"x\n", b"a\n", b"c\n", b"d\n"], hunk)
    assert isinstance(placed, Placed)
    assert placed.lines == [b"x\n", b"b\n", b"cd\n"]


def test_what_is_appended_to_a_last_line_without_newline_completes_it() -> None:
    hunks = hunks_of(b"@@ -4,0 +4,1 @@\n+\n@@ -2,2 +3,3 @@\n a\n+new\n a\n")
    placed = apply_hunks([b"a\n", b"a\n", b"a\n", b"a"], hunks)
    assert isinstance(placed, Placed)
    assert placed.lines == [b"a\n", b"a\n", b"a\n", b"new\n", b"a\n", b"\n"]


def test_the_lines_given_are_left_alone() -> None:
    lines = NUMBERS.splitlines(keepends=True)
    apply_hunks(lines, hunks_of(EDIT.split(b"\n", 2)[2]))
    assert b"".join(lines) == NUMBERS


def test_looking_for_a_place_is_bounded() -> None:
    lines = [b"a\n", b"b\n"] * 20_000
    hunk = hunks_of(b"@@ -9,4 +9,4 @@\n a\n-a\n+c\n a\n a\n")
    with pytest.raises(OverLimit, match="work"):
        apply_hunks(lines, hunk, Work(Limits(work=10_000)))


def payload(method: bytes, data: bytes) -> bytes:
    packed = zlib.compress(data)
    lines = b""
    for start in range(0, len(packed), 52):
        part = packed[start : start + 52]
        letter = len(part) - 1 + 0x41 if len(part) <= 26 else len(part) - 27 + 0x61
        lines += bytes((letter,)) + base64.b85encode(part, pad=True) + b"\n"
    return b"%s %d\n%s\n" % (method, len(data), lines)


def binary(old: bytes, new: bytes, body: bytes) -> bytes:
    ids = (object_id(b"blob", old).encode(), object_id(b"blob", new).encode())
    return b"diff --git a/f b/f\nindex %s..%s 100644\nGIT binary patch\n%s" % (*ids, body)


def test_a_binary_literal_replaces_the_file() -> None:
    overlay = overlay_of(text_files(f=b"\0old"))
    applied(overlay, binary(b"\0old", b"\0new", payload(b"literal", b"\0new")))
    assert overlay.content(b"f") == b"\0new"


def test_a_binary_delta_rebuilds_the_file() -> None:
    delta = bytes((4, 7)) + bytes((0x90, 4)) + bytes((3,)) + b"new"
    overlay = overlay_of(text_files(f=b"\0old"))
    applied(overlay, binary(b"\0old", b"\0oldnew", payload(b"delta", delta)))
    assert overlay.content(b"f") == b"\0oldnew"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (binary(b"other", b"new", payload(b"literal", b"new")), "the binary patch is for another content of this file"),
        (
            binary(b"\0old", b"new", payload(b"literal", b"NEW")),
            "the binary patch gives another content than it announces",
        ),
        (binary(b"\0old", b"new", payload(b"delta", b"\x09\x01\x01x")), "the binary delta does not fit this file"),
        (
            binary(b"\0old", b"new", b"").replace(b"GIT binary patch\n", b"Binary files a/f and b/f differ\n"),
            "the patch says that binary files differ, but not how",
        ),
        (
            b"diff --git a/f b/f\nindex 12345678..23456789 100644\nGIT binary patch\n" + payload(b"literal", b"new"),
            "a binary patch needs full object ids on its index line",
        ),
    ],
)
def test_a_binary_patch_that_does_not_fit_is_a_conflict(text: bytes, reason: str) -> None:
    assert conflict(overlay_of(text_files(f=b"\0old")), text).reason == reason


def test_a_text_that_breaks_off_in_a_payload_applies_up_to_there() -> None:
    patch = parse_patch(EDIT + binary(b"", b"new", b"literal 3\nnot base 85\n\n"))
    assert patch.dropped is not None
    assert patch.dropped.line == 14
    assert len(patch.files) == 1


def test_only_what_a_patch_touches_is_read() -> None:
    files = {b"d%d/e%d/f%d" % (a, b, c): (0o100644, NUMBERS) for a in range(6) for b in range(6) for c in range(6)}
    source = MemorySource()
    overlay = Overlay(source, source.add_tree(files))
    applied(overlay, EDIT.replace(b"/f\n", b"/d3/e4/f5\n"))
    changed = dict(files)
    changed[b"d3/e4/f5"] = (0o100644, NUMBERS.replace(b"7\n", b"seven\n", 1))
    assert overlay.tree_id() == MemorySource().add_tree(changed)
    assert len(source.read) == 4  # three trees and a blob
