"""Patch ids are the ones that `git patch-id --stable` prints."""

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from releases.engine.diff import parse_patch
from releases.engine.patch_ids import patch_id, patch_ids
from tests.releases.engine.conftest import ENGINE
from tests.releases.engine.damage import damaged
from tests.releases.engine.memory import text_files
from tests.releases.engine.reference import ReferenceGit
from tests.releases.engine.strategies import diff_options, edited, mailed, trees

OLD = text_files(f=b"1\n2\n3\n4\n5\n6\n7\n8\n9\n", g=b"a\n")
NEW = text_files(f=b"1\n2\nthree\n4\n5\n6\n7\n8\n9\n10\n", h=b"b\n")


def test_the_id_does_not_depend_on_where_the_hunks_are() -> None:
    text = b"diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n"
    assert patch_id(text) == patch_id(text.replace(b"-1 +1", b"-900 +907"))


def test_the_id_does_not_depend_on_the_order_of_the_files(reference: ReferenceGit) -> None:
    first, second = re.findall(rb"diff --git(?:(?!diff --git)[\s\S])*", reference.diff(OLD, NEW, "--no-renames"))[:2]
    assert patch_id(first + second) == patch_id(second + first)


def test_a_text_without_a_patch_has_no_id() -> None:
    assert patch_id(b"Nothing to see.\n") is None


def test_a_quilt_patch_has_the_id_of_the_commit_it_became(reference: ReferenceGit) -> None:
    text = reference.diff(OLD, NEW)
    quilt = re.sub(rb"(?m)^(diff --git|index|new file|deleted file).*\n", b"", text)
    assert patch_id(quilt) is None
    assert patch_id(parse_patch(quilt)) == patch_id(text)


@pytest.mark.parametrize("options", [[], ["--binary"], ["-M"], ["-U0"], ["--full-index", "--binary"]])
def test_a_parsed_patch_has_the_id_of_its_text(reference: ReferenceGit, options: list[str]) -> None:
    old = OLD | {b"m": (0o100644, b"x\n"), b"bin": (0o100644, b"\0a"), b"link": (0o120000, b"f")}
    new = NEW | {b"m": (0o100755, b"x\n"), b"bin": (0o100644, b"\0b"), b"link": (0o120000, b"h")}
    text = reference.diff(old, new, *options)
    assert patch_id(parse_patch(text)) == patch_id(text)


def test_every_change_of_a_log_has_its_id(reference: ReferenceGit) -> None:
    commit = b"commit " + b"1" * 40 + b"\nAuthor: A <a@example.org>\n\n    fix\n\n"
    log = commit + reference.diff(OLD, NEW) + b"\n" + commit + reference.diff(NEW, OLD)
    assert list(patch_ids(log)) == reference.patch_ids(log)
    assert len(patch_ids(log)) == 2


@settings(ENGINE)
@given(data=st.data())
def test_the_ids_of_any_text_are_git_s(reference: ReferenceGit, data: st.DataObject) -> None:
    old = data.draw(trees())
    text = data.draw(mailed(data.draw(damaged(reference.diff(old, data.draw(edited(old)), *data.draw(diff_options))))))
    # Without an index line before it, git sums up a binary file with whatever is on its stack.
    assume(all(b"\nindex " in part for part in re.split(rb"(?m)^(?:GIT binary|Binary files)", text)[:-1]))
    assert list(patch_ids(text)) == reference.patch_ids(text)
