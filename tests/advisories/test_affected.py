"""Answers about one release that never claim too much."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisories.affected import Answer, Condition, Needs, Statement, Status, find, find_on_line
from advisories.versions import Line, Range, parse_ranges, parse_version

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


def on_line(*statements: Statement) -> tuple[Answer, tuple[str, ...]]:
    found = find_on_line(statements, Line((4, 13)))
    return found.answer, found.only


@pytest.mark.parametrize(
    ("ranges", "only"),
    [
        ("4.13", ()),
        ("4.12 - 4.14", ()),
        ("4.13.0 - 4.13.2", ("4.13.0 to 4.13.2",)),
        ("4.13.2", ("4.13.2",)),
        ("4.13.3 and later", ("4.13.3 and later",)),
        ("4.13.0, 4.13.2 - 4.13.4", ("4.13.0", "4.13.2 to 4.13.4")),
        ("4.13.0 - 4.13.2, 4.13.5 and later", ("4.13.0 to 4.13.2", "4.13.5 and later")),
    ],
)
def test_a_branch_is_affected_where_any_release_of_it_is(ranges: str, only: tuple[str, ...]) -> None:
    others = statement(Status.NOT_AFFECTED, "4.10")
    assert on_line(statement(Status.AFFECTED, ranges), others) == (Answer.AFFECTED, only)


def test_a_branch_is_clear_only_where_every_release_is_said_to_be() -> None:
    assert on_line(statement(Status.NOT_AFFECTED, "4.13")) == (Answer.NOT_AFFECTED, ())
    between = statement(Status.NOT_AFFECTED, "4.13.0 - 4.13.2")
    assert on_line(between) == (Answer.UNKNOWN, ("4.13.3 and later",))
    assert on_line(OLDER) == (Answer.UNKNOWN, ())


def test_releases_that_are_fine_between_two_that_are_not_are_told_apart() -> None:
    assert on_line(statement(Status.AFFECTED, "4.13"), statement(Status.NOT_AFFECTED, "4.13.2"))[0] is Answer.AFFECTED
    lines = statement(Status.AFFECTED, "4.13.0 - 4.13.1, 4.13.3 - 4.13.4"), statement(Status.NOT_AFFECTED, "4.13.2")
    assert on_line(*lines) == (Answer.AFFECTED, ("4.13.0 to 4.13.1", "4.13.3 to 4.13.4"))


@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 8))
def test_a_branch_never_hides_a_release_that_is_affected(one: int, other: int, asked: int) -> None:
    first, last = sorted((one, other))
    said = statement(Status.AFFECTED, f"4.13.{first} - 4.13.{last}"), statement(Status.NOT_AFFECTED, "4.12")
    assert find_on_line(said, Line((4, 13))).answer is Answer.AFFECTED
    is_told = any(
        int(stretch.split()[0].rpartition(".")[2]) <= asked <= int(stretch.split()[-1].rpartition(".")[2])
        for stretch in find_on_line(said, Line((4, 13))).only
    )
    assert is_told is (first <= asked <= last)
