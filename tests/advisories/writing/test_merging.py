"""Two who write at once lose nothing."""

from hypothesis import given
from hypothesis import strategies as st

from advisories.writing.merging import both_changes, merge_texts, side_by_side

TEXT = st.lists(st.sampled_from(["one", "two", "three", ""]), max_size=6).map("\n".join)


def test_what_only_one_changed_is_taken() -> None:
    merged = merge_texts({"a": "x", "b": "y"}, {"a": "theirs", "b": "y"}, {"a": "x", "b": "mine"})
    assert merged.texts == {"a": "theirs", "b": "mine"}
    assert merged.conflicts == ()
    assert merged.from_them == ("a",)


def test_the_same_change_by_both_is_no_conflict() -> None:
    assert merge_texts({"a": "x"}, {"a": "y"}, {"a": "y"}).conflicts == ()


def test_two_changes_of_one_section_conflict_and_both_texts_are_there() -> None:
    (conflict,) = merge_texts({"a": "x"}, {"a": "y"}, {"a": "z"}).conflicts
    assert (conflict.base, conflict.theirs, conflict.mine) == ("x", "y", "z")


def test_without_the_text_that_both_began_with_every_difference_conflicts() -> None:
    assert len(merge_texts(None, {"a": "y", "b": "same"}, {"a": "z", "b": "same"}).conflicts) == 1


def test_changes_of_different_lines_can_be_put_into_one_text() -> None:
    assert both_changes("1\n2\n3\n4", "one\n2\n3\n4", "1\n2\n3\nfour") == "one\n2\n3\nfour"


def test_changes_of_neighbouring_lines_cannot() -> None:
    assert both_changes("1\n2", "one\n2", "1\ntwo") is None


@given(TEXT, TEXT)
def test_a_change_of_one_side_alone_is_that_side_s_text(base: str, other: str) -> None:
    assert both_changes(base, other, base) == other
    assert both_changes(base, base, other) == other


@given(TEXT, TEXT)
def test_both_texts_stand_whole_beside_each_other(theirs: str, mine: str) -> None:
    pairs = side_by_side(theirs, mine)
    for text, sides in ((theirs, [pair.theirs for pair in pairs]), (mine, [pair.mine for pair in pairs])):
        assert "\n".join("".join(word for word, _ in side) for side in sides if side is not None) == text


def test_a_word_that_differs_is_marked_and_the_others_are_not() -> None:
    (pair,) = side_by_side("a guest may write", "a guest may read")
    assert pair.mine == (("a guest may", False), (" read", True))


def test_long_lines_are_compared_without_taking_long() -> None:
    (pair,) = side_by_side("a " * 30_000, "b " * 30_000)
    assert pair.differs
