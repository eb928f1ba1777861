"""How two revisions differ: by line and word in the text, and each patch against its counterpart."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from advisories.writing.differences import Fate, HeldPatch, Line, beside_the_text, of_patches, of_texts

HEAD = "diff --git a/q.c b/q.c\nindex 1..2 100644\n--- a/q.c\n+++ b/q.c\n"
BODY = HEAD + "@@ -{at},3 +{at},3 @@\n one\n-{old}\n+{new}\n two\n"


def patch(
    subject: str = "", *, name: str = "1.patch", at: int = 1, old: str = "wide", new: str = "bounded"
) -> HeldPatch:
    head = f"From: Ada\nSubject: [PATCH 1/2] {subject}\n\n" if subject else ""
    text = head + BODY.format(at=at, old=old, new=new)
    return HeldPatch(name, hashlib.sha256(text.encode()).hexdigest(), text)


def fates(old: list[HeldPatch], new: list[HeldPatch]) -> list[Fate]:
    return [one.fate for one in of_patches(old, new)]


def signed(lines: tuple[Line, ...], sign: str) -> list[str]:
    return [line.text for line in lines if line.sign == sign]


def test_only_the_sections_that_differ_are_shown() -> None:
    old = {"title": "T", "sections": {"impact": "Large.", "description": "D"}}
    new = {"title": "T", "sections": {"impact": "Larger.", "description": "D"}}
    assert [one.name for one in of_texts(old, new)] == ["impact"]


def test_the_words_that_differ_in_a_line_are_marked() -> None:
    old = {"title": "A guest may crash the host", "sections": {}}
    [found] = of_texts(old, {"title": "A guest may halt the host", "sections": {}})
    marked = [piece.text for line in found.lines for piece in line.pieces if piece.differs]
    assert marked == ["crash", "halt"]


def test_unchanged_lines_far_away_are_left_out() -> None:
    lines = [f"line {number}" for number in range(40)]
    old = {"sections": {"impact": "\n".join(lines)}}
    lines[2], lines[37] = "other", "another"
    [found] = of_texts(old, {"sections": {"impact": "\n".join(lines)}})
    assert sum(line.sign == "…" for line in found.lines) == 1
    assert "line 20" not in [line.text for line in found.lines]


def test_what_stands_beside_the_text_is_compared_too() -> None:
    old = {"affected": [{"tree": "sluice", "ranges": "1.8.x", "status": "affected", "condition": None}]}
    new = {"affected": [{"tree": "sluice", "ranges": "all", "status": "affected", "condition": None}]}
    [found] = of_texts(old, new)
    assert (found.heading, signed(found.lines, "+")) == ("Affected versions", ["sluice all: affected"])


def test_what_stands_beside_the_text_is_told_apart_from_its_sections() -> None:
    said = {
        "title": "T",
        "sections": {"impact": "Large."},
        "identifiers": [{"scheme": "CVE", "value": "CVE-2026-1234", "state": "assigned"}],
        "tags": ["x86"],
    }
    assert beside_the_text(said) == (("Identifiers", ("CVE CVE-2026-1234 assigned",)), ("Tags", ("x86",)))


def test_the_same_bytes_are_unchanged_under_another_name() -> None:
    assert fates([patch(name="a.patch")], [patch(name="b.patch")]) == [Fate.UNCHANGED]


def test_a_patch_that_only_moved_in_its_file_is_found_and_its_place_shown() -> None:
    [found] = of_patches([patch("Bound it")], [patch("Another subject", at=90, name="2.patch")])
    assert found.fate == Fate.CHANGED
    assert any("@@ -90" in text for text in signed(found.lines, "+"))


def test_a_rewritten_patch_is_found_by_its_subject() -> None:
    [found] = of_patches([patch("Bound it", old="a")], [patch("Bound it", name="9.patch", old="b", new="c")])
    assert found.fate == Fate.CHANGED
    assert "-b" in signed(found.lines, "+")


def test_a_line_of_a_patch_keeps_its_own_sign() -> None:
    [found] = of_patches([patch("Bound it")], [patch("Bound it", new="checked")])
    inner = {line.text: line.inner for line in found.lines if line.sign != " "}
    assert inner == {"+bounded": "+", "+checked": "+"}


def test_what_has_no_counterpart_was_added_or_removed() -> None:
    other = patch("Another fix", name="2.patch", old="x y z", new="u v w")
    assert fates([patch("Bound it")], [patch("Bound it"), other]) == [Fate.UNCHANGED, Fate.ADDED]
    assert fates([patch("Bound it"), other], [patch("Bound it")]) == [Fate.UNCHANGED, Fate.REMOVED]


def test_another_order_is_said() -> None:
    one, two, three = (patch(f"Fix {word}", name=f"{word}.patch", new=word) for word in ("a", "b", "c"))
    found = of_patches([one, two, three], [three, one, two])
    assert [(held.name, held.is_moved) for held in found] == [
        ("c.patch", True), ("a.patch", False), ("b.patch", False),
    ]  # fmt: skip


@given(st.lists(st.sampled_from("abcd"), max_size=6), st.lists(st.sampled_from("abcd"), max_size=6))
def test_every_patch_of_either_side_is_told_once(old: list[str], new: list[str]) -> None:
    before = [patch(f"Fix {word}", name=f"{place}.patch", new=word) for place, word in enumerate(old)]
    after = [patch(f"Fix {word}", name=f"{place}.patch", new=word) for place, word in enumerate(new)]
    found = of_patches(before, after)
    assert [one.new for one in found if one.new] == after
    assert sorted(one.old.name for one in found if one.old) == sorted(held.name for held in before)


@given(st.text(), st.text())
def test_any_two_texts_can_be_told_apart(old: str, new: str) -> None:
    found = of_texts({"title": old}, {"title": new})
    assert bool(found) == (old.replace("\r\n", "\n") != new.replace("\r\n", "\n"))
