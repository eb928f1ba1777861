"""One form for one value."""

import json
from collections import OrderedDict
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisories.canonical import NotCanonical, canonical, digest, instant_text


class Colour(StrEnum):
    """An enumeration."""

    RED = "red"


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(value=values)
def test_what_is_written_comes_back(value: object) -> None:
    assert json.loads(canonical(value)) == value


@given(value=values)
def test_writing_again_what_came_back_gives_the_same(value: object) -> None:
    assert canonical(json.loads(canonical(value))) == canonical(value)


def test_the_order_of_keys_means_nothing() -> None:
    assert canonical(OrderedDict(b=1, a=2)) == canonical({"a": 2, "b": 1}) == b'{"a":2,"b":1}'


def test_true_is_not_one() -> None:
    assert canonical(True) != canonical(1)


def test_an_enumeration_is_its_value() -> None:
    assert canonical({Colour.RED: Colour.RED}) == b'{"red":"red"}'


def test_text_is_written_as_it_is() -> None:
    assert canonical("é\u2028“") == '"é\u2028“"'.encode()


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (1.5, ""),
        ({"a": [1, 0.5]}, "a[1]"),
        ({"a": {"b": b"bytes"}}, "a.b"),
        ({1: "a"}, ""),
        ([datetime(2026, 1, 1, tzinfo=UTC)], "[0]"),
        ({"x": "a\0b"}, "x"),
        ({"x": "\ud800"}, "x"),
        ({"x": 2**53}, "x"),
        ({"x": {1, 2}}, "x"),
    ],
)
def test_what_would_not_come_back_is_refused_with_its_place(value: object, path: str) -> None:
    with pytest.raises(NotCanonical) as refused:
        canonical(value)
    assert refused.value.path == path


def test_domains_never_share_a_digest() -> None:
    assert digest("a", {}) != digest("b", {})


def test_the_same_instant_reads_the_same_from_any_zone() -> None:
    at = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    assert (
        instant_text(at.astimezone(timezone(timedelta(hours=-7)))) == instant_text(at) == "2026-03-01T12:00:00.000000Z"
    )
