"""Patches and verdicts shaped for the page of a check."""

import time

import pytest

from advisories.highlighting import LONGEST_LINE, highlighted, visible
from releases.engine.verdicts import FailedHunk, Kind, Outcome, PatchOutcome, Verdict
from releases.evidence import showing as evidence
from releases.models import Patch
from tests.upstream import fix, numbered


def patch(content: bytes, subject: str = "[PATCH v2 1/3] Bound the queue") -> Patch:
    return Patch(pk=1, file_name="1.patch", content=content, subject=subject, sha256="0" * 64)


def test_lines_are_numbered_as_the_patch_says_where_nothing_is_known_of_its_place() -> None:
    content = fix(numbered("queue"), numbered("queue", l20="queue is bounded"))
    (shown,) = evidence.shaped_patches([patch(content)])
    (hunk,) = shown.files[0].hunks
    assert [(row.old, row.new, row.sign) for row in hunk.rows][2:6] == [
        (19, 19, " "), (20, None, "-"), (None, 20, "+"), (21, 21, " ")
    ]  # fmt: skip
    assert shown.title == "Bound the queue"


def test_expected_and_found_lines_stand_at_one_height() -> None:
    content = fix(numbered("queue"), numbered("queue", l20="queue is bounded"))
    failed = FailedHunk(
        patch=0, path="queue.c", hunk=0, patch_line=1, reason="no", found_at=40,
        expected=("one\n", "two\n", "four\n"), found=("one\n", "two\n", "three\n", "four\n"),
    )  # fmt: skip
    verdict = Verdict(Kind.CONFLICTS, patches=(PatchOutcome("0" * 64, Outcome.FAILED),), failed=failed)
    (hunk,) = evidence.shaped_patches([patch(content)], verdict)[0].files[0].hunks
    assert [(side.expected_line, side.found_line, side.differs) for side in hunk.sides] == [
        (17, 40, False), (18, 41, False), (None, 42, True), (19, 43, False)
    ]  # fmt: skip


def test_what_differs_within_a_line_is_marked_and_escaped() -> None:
    content = fix(numbered("queue"), numbered("queue", l20="queue is bounded"))
    failed = FailedHunk(
        patch=0, path="queue.c", hunk=0, patch_line=1, reason="no", found_at=1,
        expected=("if ( a < limit )\n",), found=("if ( a < other )\n",),
    )  # fmt: skip
    verdict = Verdict(Kind.CONFLICTS, patches=(PatchOutcome("0" * 64, Outcome.FAILED),), failed=failed)
    (side,) = evidence.shaped_patches([patch(content)], verdict)[0].files[0].hunks[0].sides
    assert side.expected is not None
    assert side.expected.startswith("if ( a &lt; <mark>")


def test_a_text_that_is_no_patch_says_so_with_its_line() -> None:
    (shown,) = evidence.shaped_patches([patch(b"Hello\nworld\n")])
    assert shown.trouble.startswith("Line 1:")
    assert shown.files == ()


def test_the_page_stops_before_it_gets_too_long() -> None:
    long = fix(b"", b"".join(b"line %d\n" % number for number in range(evidence.MOST_LINES + 1)))
    (shown,) = evidence.shaped_patches([patch(long)])
    assert shown.is_cut
    assert shown.files == ()


@pytest.mark.parametrize("lines", [["int x;", "", "/* a", " * b */", ""], ["", ""], [""], ['\tchar *s = "\\n";', "\r"]])
def test_highlighting_keeps_one_piece_a_line(lines: list[str]) -> None:
    assert len(highlighted("a/b.c", lines)) == len(lines)


def test_highlighting_brings_classes_and_no_styles() -> None:
    (line,) = highlighted("a.c", ["return 0;"])
    assert '<span class="k">return</span>' in line
    assert "style" not in line


@pytest.mark.parametrize("path", ["a.6pl", "a.SAS", "a.dts", "a.ts", "a.unheard-of"])
def test_no_file_is_called_so_that_its_lexer_is_kept_busy(path: str) -> None:
    begun = time.process_time()
    for text in ("<", " ", ";", "x."):
        highlighted(path, [(text * LONGEST_LINE)[:LONGEST_LINE]] * 60)
    assert time.process_time() - begun < 2


def test_assembly_is_taken_for_assembly() -> None:
    (line,) = highlighted("arch/x86/entry.S", ["movq %rax, %rbx"])
    assert '<span class="nv">%rax</span>' in line


def test_a_line_too_long_for_a_lexer_is_shown_plainly() -> None:
    (line,) = highlighted("a.c", ["return " * LONGEST_LINE])
    assert "<span" not in line


def test_what_would_turn_the_text_around_is_written_out() -> None:
    assert visible("a\u202eb\u200bc\x1b") == "a<U+202E>b<U+200B>c<U+001B>"
