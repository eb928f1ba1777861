"""Patch texts are read as git reads them: what is a header, what is a hunk, what is neither."""

import re
from pathlib import Path

import pytest

from releases.engine.diff import Change, NotAPatch, Patch, parse_patch, reverse
from releases.engine.mailbox import read_upload

HUNK = b"@@ -1,2 +1,2 @@\n-one\n+ONE\n two\n"


def only(text: bytes) -> Patch:
    patch = parse_patch(text)
    assert len(patch.files) == 1
    return patch


def refusal(text: bytes) -> NotAPatch:
    with pytest.raises(NotAPatch) as refused:
        parse_patch(text)
    return refused.value


def test_a_git_diff_is_read() -> None:
    (file,) = only(b"diff --git a/d/f b/d/f\nindex 1234567..89abcde 100644\n--- a/d/f\n+++ b/d/f\n" + HUNK).files
    assert (file.change, file.old_path, file.new_path) == (Change.MODIFY, b"d/f", b"d/f")
    assert (file.old_oid, file.new_oid, file.old_mode, file.line) == ("1234567", "89abcde", 0o100644, 1)
    (hunk,) = file.hunks
    assert (hunk.old, hunk.new) == ((b"one\n", b"two\n"), (b"ONE\n", b"two\n"))
    assert (hunk.leading, hunk.trailing, hunk.line) == (0, 1, 5)
    assert hunk.body == (b"-one\n", b"+ONE\n", b" two\n")


def test_a_mail_with_text_between_the_rule_and_the_diff_is_read() -> None:
    text = b"From x\nSubject: y\n\nWhy.\n---\nv3: Drop read-side\n\n f | 2 +-\n\ndiff --git a/f b/f\n--- a/f\n+++ b/f\n"
    (file,) = only(text + HUNK + b"-- \n2.17.1\n\n").files
    assert (file.new_path, file.line, len(file.hunks)) == (b"f", 10, 1)


def test_a_quilt_patch_without_git_headers_is_read() -> None:
    (file,) = only(
        b"title\n\n--- a/xen/f.c\n+++ b/xen/f.c\n@@ -1,2 +1,2 @@ static int cut_short(struct a *b, unsigned i\n"
        + HUNK[16:]
    ).files
    assert file.old_path == file.new_path == b"xen/f.c"
    assert file.hunks[0].section == b"static int cut_short(struct a *b, unsigned i"
    assert not file.may_create


def test_a_line_number_with_a_stray_digit_is_only_a_number() -> None:
    (file,) = only(b"--- a/f\n+++ b/f\n" + HUNK.replace(b"-1,2 +1,2", b"-2574,2 +25874,2")).files
    assert (file.hunks[0].old_start, file.hunks[0].new_start) == (2574, 25874)


def test_an_empty_context_line_may_have_lost_its_space() -> None:
    (file,) = only(b"--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n\n-a\n+b\n\n").files
    assert file.hunks[0].old == (b"\n", b"a\n", b"\n")
    assert file.hunks[0].body == (b" \n", b"-a\n", b"+b\n", b" \n")


def test_a_missing_final_newline_is_read_on_either_side() -> None:
    text = b"--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ Kein Zeilenumbruch am Dateiende.\n"
    (hunk,) = only(text).files[0].hunks
    assert (hunk.old, hunk.new, hunk.ragged) == ((b"a",), (b"b",), True)


@pytest.mark.parametrize(
    ("header", "path"),
    [
        (rb'--- "a/q\"uo\\te"', b'q"uo\\te'),
        (rb'--- "a/n\303\251"', b"n\xc3\xa9"),
        (b"--- a/sp ace\t2020-01-01 00:00:00.000000000 +0100", b"sp ace"),
        (b"--- a/sp ace 2020-01-01 00:00:00 +01:00", b"sp ace"),
        (b"--- a/f   72-02-05", b"f"),
        (b"--- a/f\r", b"f"),
        (b"--- a/d///f", b"d/f"),
        (b"--- /abs/f", b"abs/f"),
        (b"--- a/\xff", b"\xff"),
    ],
)
def test_a_name_is_read_from_a_traditional_header(header: bytes, path: bytes) -> None:
    (file,) = only(header + b"\n" + header.replace(b"---", b"+++") + b"\n" + HUNK).files
    assert file.new_path == path


def test_the_shorter_of_two_names_is_meant() -> None:
    assert only(b"--- a/f\n+++ b/f.new\n" + HUNK).files[0].new_path == b"f"


def test_names_without_a_directory_are_whole_names() -> None:
    assert only(b"--- Makefile\n+++ Makefile\n" + HUNK).files[0].new_path == b"Makefile"


def test_the_epoch_says_that_there_is_no_file() -> None:
    for stamp in (b"1970-01-01 00:00:00.000000000 +0000", b"1969-12-31 19:00:00 -0500", b"1970-01-01 01:00:00 +01:00"):
        text = b"--- a/f\t%s\n+++ b/f\t2020-01-01 00:00:00 +0000\n@@ -0,0 +1 @@\n+a\n" % stamp
        assert only(text).files[0].change is Change.CREATE


def test_a_hunk_that_only_adds_may_create_its_file() -> None:
    assert only(b"--- a/f\n+++ b/f\n@@ -0,0 +1 @@\n+a\n").files[0].may_create


@pytest.mark.parametrize(
    ("header", "change", "old", "new"),
    [
        (b"new file mode 100755\n--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+a\n", Change.CREATE, None, b"f"),
        (b"deleted file mode 100644\n--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n", Change.DELETE, b"f", None),
        (b"new file mode 100644\nindex 0000000..e69de29\n", Change.CREATE, None, b"f"),
        (b"old mode 100644\nnew mode 100755\n", Change.MODIFY, b"f", b"f"),
        (b"similarity index 100%\nrename from x\nrename to y\n", Change.RENAME, b"x", b"y"),
        (b"similarity index 90%\ncopy from x\ncopy to y\n--- a/x\n+++ b/y\n" + HUNK, Change.COPY, b"x", b"y"),
    ],
)
def test_extended_headers_say_what_happens(header: bytes, change: Change, old: bytes | None, new: bytes | None) -> None:
    (file,) = only(b"diff --git a/f b/f\n" + header).files
    assert (file.change, file.old_path, file.new_path) == (change, old, new)


def test_a_patch_knows_all_its_paths() -> None:
    text = b"diff --git a/x b/y\nrename from x\nrename to y\ndiff --git a/f b/f\n--- a/f\n+++ b/f\n" + HUNK
    assert parse_patch(text).paths == {b"x", b"y", b"f"}


def test_what_follows_a_complete_hunk_is_text() -> None:
    assert len(only(b"--- a/f\n+++ b/f\n" + HUNK + b" more context\n-- \nbye\n").files[0].hunks) == 1


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (b"", 1, "no valid patches in input"),
        (b"Just words.\n", 1, "no valid patches in input"),
        (HUNK, 1, "a hunk without a file header"),
        (b"--- a/f\n+++ b/f\n@@ -1,3 +1,2 @@\n-one\n+ONE\n two\n", 6, "a hunk with fewer lines than it announces"),
        (b"--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n-one\nONE\n two\n", 5, "not a line of a hunk"),
        (b"--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n-one\n+ONE\n two", 6, "a hunk cut short"),
        (b"--- a/f\n+++ b/f\n@@ -1,x +1,2 @@\n-one\n", 3, "a hunk header that can't be read"),
        (b"--- a/f\n+++ b/f\n@@ -1 +1 @@\n one\n", 4, "a hunk that changes nothing"),
        (b"diff --git a/f b/f\nindex 1..2 100644\nnothing else\n", 1, "a file header without any change"),
        (b"diff --git a/f b/g\nold mode 100644\nnew mode 100755\n", 1, "no file name in the git header"),
        (
            b"diff --git a/f b/f\nnew file mode 1\ndeleted file mode 1\n..\n",
            3,
            "header lines that contradict each other",
        ),
        (b"diff --git a/f b/f\nnew mode 10x\n......\n", 2, "not a file mode"),
        (b"diff --git a/f b/f\n--- a/f\n+++ b/g\n--- a/h\n" + HUNK, 4, "the old file name differs from the one above"),
        (b"--- a/f\n+++ /dev/null\n" + HUNK, 1, "a deleted file that still has contents"),
        (b"--- /dev/null\n+++ b/f\n" + HUNK, 1, "a new file that depends on old contents"),
    ],
)
def test_what_git_would_not_read_is_refused_with_its_line(text: bytes, line: int, reason: str) -> None:
    refused = refusal(text)
    assert (refused.reason, refused.line) == (reason, line)


def test_reading_back_and_forth_gives_the_same_patch() -> None:
    patch = only(b"diff --git a/f b/f\nindex 1..2 100644\n--- a/f\n+++ b/f\n" + HUNK)
    there_and_back = reverse(reverse(patch))
    assert there_and_back.files[0].hunks == patch.files[0].hunks
    assert there_and_back.files[0] == patch.files[0]


def test_the_reverse_undoes_files_in_reverse_order() -> None:
    text = b"--- a/f\n+++ b/f\n" + HUNK + b"--- /dev/null\n+++ b/g\n@@ -0,0 +1 @@\n+a\n"
    first, second = reverse(parse_patch(text)).files
    assert (first.change, first.old_path, first.new_path) == (Change.DELETE, b"g", None)
    assert second.hunks[0].body == (b"+one\n", b"-ONE\n", b" two\n")


MAILS = sorted(Path(__file__).parents[4].joinpath("shared", "data", "xsa-mails").glob("*.eml"))

if MAILS:  # other people's mails, which are not part of the project

    @pytest.mark.parametrize("path", MAILS, ids=lambda path: path.name)
    def test_every_patch_attached_to_a_public_announcement_is_read(path: Path) -> None:
        content = path.read_bytes()
        named = set(re.findall(rb'filename="([^"]+\.patch)"', content))
        taken = {patch.name.encode(): patch.content for patch in read_upload([(path.name, content)])}
        assert named <= taken.keys()
        assert all(parse_patch(taken[name]).files for name in named)
