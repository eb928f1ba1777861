"""Answers about one release that never claim too much."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisories.affected import Answer, Condition, Needs, Statement, Status, find
from advisories.versions import Range, parse_ranges, parse_version

HERE = parse_version("4.13.2")


def statement(status: Status, ranges: str, condition: Condition | None = None) -> Statement:
    return Statement(status, parse_ranges(ranges), condition)


def answer(*statements: Statement, fixes: Mapping[int, bool] | None = None, place: str = "4.13.2") -> Answer:
    return find(statements, parse_version(place), fixes).answer


WITHOUT_378 = Condition(378, Needs.FIX_ABSENT)
WITH_346 = Condition(346, Needs.FIX_PRESENT)
OLDER = statement(Status.AFFECTED, "4.13 and earlier", WITHOUT_378)


def test_nothing_said_is_unknown() -> None:
    assert answer() is Answer.UNKNOWN
    assert answer(statement(Status.AFFECTED, "4.15 and later")) is Answer.UNKNOWN


def test_plain_statements_are_plain_answers() -> None:
    assert answer(statement(Status.AFFECTED, "4.13")) is Answer.AFFECTED
    assert answer(statement(Status.NOT_AFFECTED, "4.13")) is Answer.NOT_AFFECTED
    assert answer(statement(Status.UNKNOWN, "4.13")) is Answer.UNKNOWN


def test_what_will_not_be_fixed_is_affected() -> None:
    assert answer(statement(Status.WILL_NOT_BE_FIXED, "4.13 and earlier")) is Answer.AFFECTED


def test_only_if_another_fix_is_absent() -> None:
    assert answer(OLDER, fixes={378: False}) is Answer.AFFECTED
    assert answer(OLDER, fixes={378: True}) is Answer.NOT_AFFECTED


def test_only_if_another_fix_is_present() -> None:
    regression = statement(Status.AFFECTED, "4.13", WITH_346)
    assert answer(regression, fixes={346: True}) is Answer.AFFECTED
    assert answer(regression, fixes={346: False}) is Answer.NOT_AFFECTED


def test_not_knowing_the_other_fix_is_unknown_and_names_it() -> None:
    found = find([OLDER], HERE)
    assert (found.answer, found.open_fixes) == (Answer.UNKNOWN, frozenset({378}))


def test_a_fix_that_makes_no_difference_need_not_be_known() -> None:
    found = find([OLDER, statement(Status.AFFECTED, "4.13")], HERE)
    assert (found.answer, found.open_fixes) == (Answer.AFFECTED, frozenset())


def test_affected_either_way_is_affected() -> None:
    either = [
        statement(Status.AFFECTED, "4.13", Condition(378, Needs.FIX_ABSENT)),
        statement(Status.AFFECTED, "4.13", Condition(378, Needs.FIX_PRESENT)),
    ]
    assert answer(*either) is Answer.AFFECTED


def test_statements_that_contradict_each_other_are_unknown() -> None:
    assert answer(statement(Status.AFFECTED, "4.13"), statement(Status.NOT_AFFECTED, "4.12 - 4.14")) is Answer.UNKNOWN


def test_not_affected_only_if_says_nothing_where_the_condition_fails() -> None:
    assert answer(statement(Status.NOT_AFFECTED, "4.13", WITH_346), fixes={346: False}) is Answer.UNKNOWN


def test_an_answer_carries_what_it_rests_on() -> None:
    other = statement(Status.AFFECTED, "4.15 and later")
    assert find([OLDER, other], HERE).because == (OLDER,)


def test_a_statement_reads_as_a_sentence() -> None:
    assert str(OLDER) == "4.13.x and earlier: affected, only if the fix of 378 is absent"


def test_too_many_unknown_fixes_are_unknown_and_not_slow() -> None:
    many = [statement(Status.AFFECTED, "4.13", Condition(number, Needs.FIX_ABSENT)) for number in range(60)]
    assert answer(*many) is Answer.UNKNOWN


conditions = st.none() | st.builds(Condition, st.integers(1, 4), st.sampled_from(Needs))
statements = st.lists(st.builds(Statement, st.sampled_from(Status), st.just((Range(),)), conditions), max_size=5)
knowledge = st.dictionaries(st.integers(1, 4), st.booleans(), max_size=4)


@given(said=statements, known=knowledge, learned=knowledge)
def test_learning_more_never_overturns_an_answer(
    said: list[Statement], known: dict[int, bool], learned: dict[int, bool]
) -> None:
    before = find(said, HERE, known).answer
    if before is not Answer.UNKNOWN:
        assert find(said, HERE, learned | known).answer is before


@given(said=statements, known=knowledge)
def test_not_affected_is_only_said_where_somebody_said_something(said: list[Statement], known: dict[int, bool]) -> None:
    found = find(said, HERE, known)
    if found.answer is Answer.NOT_AFFECTED:
        plain = [one for one in said if one.condition is None]
        assert found.because
        assert all(one.status is Status.NOT_AFFECTED for one in plain)


@given(said=statements, known=knowledge, data=st.data())
def test_the_order_of_statements_means_nothing(
    said: list[Statement], known: dict[int, bool], data: st.DataObject
) -> None:
    assert find(data.draw(st.permutations(said)), HERE, known).answer is find(said, HERE, known).answer


@pytest.mark.parametrize("needs", Needs)
def test_a_condition_holds_one_way_only(needs: Needs) -> None:
    condition = Condition(1, needs)
    assert condition.holds(is_fixed=True) is not condition.holds(is_fixed=False)
