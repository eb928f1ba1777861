"""A policy as JSON: comes back as it was, and nothing that is not understood is passed over."""

import json
from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisories.policy import Announced, Blackout, Cadence, ClockRule, Policy, PolicyIsWrong, StartEvent, Weekday
from advisories.policy.document import as_text, digest_of, from_document, parse, to_document
from advisories.policy.merging import merge
from advisories.policy.words import differences, said

FULL = Policy(
    "XSA", time(2, 30), "Europe/London", 3, 7, Cadence(2, date(2026, 1, 6)), frozenset({Weekday.TUESDAY}),
    (Blackout("Year's end", date(2026, 12, 21), date(2027, 1, 3)),), ("GB-SCT", "DE"), soft_cap=3, quorum=4,
    clocks=(ClockRule("vendor", "A vendor", StartEvent.OWNER_TOLD, timedelta(hours=36), timedelta(4)),),
    announced=frozenset(Announced),
)  # fmt: skip


def refused(document: object) -> dict[str, str]:
    with pytest.raises(PolicyIsWrong) as refusal:
        from_document(document)
    return {problem.field: problem.sentence for problem in refusal.value.problems}


@pytest.mark.parametrize("policy", [Policy("SSA"), FULL])
def test_a_policy_comes_back_as_it_was(policy: Policy) -> None:
    assert parse(as_text(policy)) == policy


def test_what_is_left_out_has_its_default() -> None:
    assert from_document({"prefix": "SSA"}) == Policy("SSA")


def test_equal_policies_have_equal_digests_and_others_have_others() -> None:
    assert digest_of(to_document(FULL)) == digest_of(json.loads(as_text(FULL)))
    assert digest_of(to_document(FULL)) != digest_of(to_document(Policy("XSA")))


@pytest.mark.parametrize(
    ("change", "field", "told"),
    [
        ({"qorum": 2}, "qorum", "no field 'qorum'"),
        ({"quorum": "2"}, "quorum", "whole number"),
        ({"quorum": True}, "quorum", "whole number"),
        ({"quorum": 2.0}, "quorum", "whole number"),
        ({"quorum": 10**30}, "quorum", "whole number"),
        ({"release_time": "25:00"}, "release_time", "time of day"),
        ({"release_time": "12:00:00"}, "release_time", "time of day"),
        ({"zone": None}, "zone", "not a text"),
        ({"zone": "\ud800"}, "zone", "half a letter"),
        ({"cadence": {"every": 2}}, "cadence", "no field 'every'"),
        ({"cadence": []}, "cadence", "not an object"),
        ({"weekdays": ["dienstag"]}, "weekdays", "weekdays[1] is not a day"),
        ({"weekdays": "tuesday"}, "weekdays", "not a list"),
        ({"blackouts": [{"name": "x", "first": "2026-01-01"}]}, "blackouts", "blackouts[1] lacks last"),
        ({"blackouts": [{"name": "x", "first": "20260101", "last": "2026-01-02"}]}, "blackouts", "first is not a date"),
        ({"blackouts": [{"name": "x", "first": "2026-02-30", "last": "2026-03-02"}]}, "blackouts", "not a date"),
        ({"working_hours": ["09:00"]}, "working_hours", "two times"),
        ({"clocks": [{"key": "a", "name": "A", "starts_at": "full moon", "limit_hours": 1}]}, "clocks", "none of"),
        ({"clocks": [{"key": "A B", "name": "A", "starts_at": "fix ready", "limit_hours": 1}]}, "clocks", "no key"),
        ({"clocks": [{"key": "a", "name": "A", "starts_at": "fix ready", "limit_hours": 999_999}]}, "clocks", "3650"),
        ({"reply_terms": []}, "reply_terms", "0 reply terms"),
        ({"announced": ["titles"]}, "announced", "none of"),
    ],
)
def test_what_is_not_understood_is_refused_in_a_sentence(change: dict[str, Any], field: str, told: str) -> None:
    assert told in refused(to_document(Policy("SSA")) | change)[field]


def test_every_mistake_is_told_at_once() -> None:
    assert set(refused({"quorum": -1, "zone": 5, "colour": "red"})) == {"prefix", "quorum", "zone", "colour"}


@pytest.mark.parametrize("text", ["", "[", "[" * 100_000, '{"prefix": "SSA", "prefix": "XSA"}', "7", b"\xff", "NaN"])
def test_no_text_does_worse_than_being_refused(text: str) -> None:
    with pytest.raises(PolicyIsWrong):
        parse(text)


def test_a_document_too_large_to_be_one_is_refused_unread() -> None:
    with pytest.raises(PolicyIsWrong, match="KiB"):
        parse(" " * 300_000)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["tuesday", "12:00", "2026-01-01"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(list(to_document(FULL))), json_values, max_size=5))
def test_whatever_stands_in_a_field_is_read_or_refused(values: dict[str, Any]) -> None:
    try:
        policy = from_document(to_document(FULL) | values)
    except PolicyIsWrong:
        return
    assert from_document(to_document(policy)) == policy


def test_every_field_is_put_into_words() -> None:
    assert set(to_document(FULL)) == {each.field for each in said(FULL)}
    assert all(each.lines for each in said(Policy("SSA")))


def test_a_difference_names_the_field_with_both_in_words() -> None:
    [difference] = differences(Policy("SSA"), Policy("SSA", quorum=3))
    assert (difference.field, difference.before, difference.after) == (
        "quorum", ("2 members of the team",), ("3 members of the team",),
    )  # fmt: skip


def test_of_two_changes_to_different_fields_both_stand() -> None:
    base = to_document(Policy("SSA"))
    merged = merge(base, base | {"quorum": 3}, base | {"soft_cap": 9})
    assert merged.document == base | {"quorum": 3, "soft_cap": 9}
    assert (merged.taken, merged.clashes) == (("soft_cap",), ())


def test_two_changes_to_one_field_clash_and_mine_stands_for_now() -> None:
    base = to_document(Policy("SSA"))
    merged = merge(base, base | {"quorum": 3}, base | {"quorum": 4})
    assert (merged.document["quorum"], merged.clashes) == (3, ("quorum",))


def test_the_same_change_by_two_is_no_clash() -> None:
    base = to_document(Policy("SSA"))
    assert merge(base, base | {"quorum": 3}, base | {"quorum": 3}).clashes == ()
