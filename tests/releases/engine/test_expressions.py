"""Expressions that people enter: what is taken, and that they end."""

import pytest

from releases.engine.expressions import NotAnExpression, compiled


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(a|a)*$", r"(.*a){20}$", r"^(\w+\s?)*$", r"(?:a?){30}a{30}$"])
def test_no_pattern_takes_for_ever(pattern: str) -> None:
    assert compiled(pattern).fullmatch("a" * 5_000 + "!") is None


def test_groups_come_with_the_whole_first_and_none_for_those_that_took_no_part() -> None:
    assert compiled(r"R-(\d+)(x)?\.(\d+)").fullmatch("R-4.17") == ("R-4.17", "4", None, "17")


def test_a_search_looks_everywhere_and_a_full_match_at_the_whole() -> None:
    assert compiled("b").search("abc") == ("b",)
    assert compiled("b").fullmatch("abc") is None


@pytest.mark.parametrize(("pattern", "why"), [("(", "missing"), (r"(a)\1", "escape"), ("(?<=a)b", "operator")])
def test_what_is_no_expression_is_refused_with_the_reason(pattern: str, why: str) -> None:
    with pytest.raises(NotAnExpression, match=why):
        compiled(pattern)


def test_a_pattern_that_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(NotAnExpression):
        compiled("((a{100}){100}){100}")


def test_text_that_is_no_unicode_is_searched_all_the_same() -> None:
    assert compiled("a").search("\udcff a") == ("a",)
