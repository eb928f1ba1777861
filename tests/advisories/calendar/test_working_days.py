"""Counting in days that are worked."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisories.calendar import NoWorkingDays, WorkingCalendar
from advisories.policy import WORKING_WEEK, Policy

PLAIN = WorkingCalendar()
GERMANY = WorkingCalendar(countries=("DE",))
DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


def test_one_working_day_after_a_friday_is_monday() -> None:
    assert PLAIN.add(date(2026, 11, 20), 1) == date(2026, 11, 23)


def test_one_working_day_after_a_saturday_is_the_same_monday() -> None:
    assert PLAIN.add(date(2026, 11, 21), 1) == date(2026, 11, 23)


def test_one_working_day_before_a_monday_is_friday() -> None:
    assert PLAIN.add(date(2026, 11, 23), -1) == date(2026, 11, 20)


def test_a_holiday_is_no_working_day_and_is_named() -> None:
    christmas = date(2026, 12, 25)
    assert not GERMANY.is_working(christmas)
    assert str(GERMANY.holidays_on(christmas)[0]).endswith("(DE)")


def test_a_holiday_in_one_of_several_countries_is_enough() -> None:
    both = WorkingCalendar(countries=("DE", "US"))
    thanksgiving = date(2026, 11, 26)
    assert GERMANY.is_working(thanksgiving)
    assert [holiday.country for holiday in both.holidays_on(thanksgiving)] == ["US"]


def test_a_subdivision_adds_its_own_holidays() -> None:
    all_saints = date(2027, 11, 1)
    assert GERMANY.is_working(all_saints)
    assert not WorkingCalendar(countries=("DE-BY",)).is_working(all_saints)


def test_two_working_weeks_go_around_the_turn_of_the_year() -> None:
    assert GERMANY.add(date(2026, 12, 22), 10) == date(2027, 1, 7)


@given(day=DAYS, count=st.integers(1, 60))
def test_adding_is_undone_by_subtracting_from_a_working_day(day: date, count: int) -> None:
    start = GERMANY.on_or_after(day)
    assert GERMANY.add(GERMANY.add(start, count), -count) == start


@given(day=DAYS, count=st.integers(1, 60))
def test_between_counts_what_add_added(day: date, count: int) -> None:
    assert GERMANY.between(day, GERMANY.add(day, count)) == count


@given(first=DAYS, last=DAYS)
def test_between_is_the_same_backwards_but_for_the_sign(first: date, last: date) -> None:
    assert PLAIN.between(first, last) == -PLAIN.between(last, first)


def test_hours_stop_at_night_and_over_the_weekend() -> None:
    friday_late = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    assert PLAIN.add_hours(friday_late, 3) == datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


def test_hours_begin_when_work_does() -> None:
    assert PLAIN.add_hours(datetime(2026, 11, 22, 3, 0, tzinfo=UTC), 1) == datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def test_a_full_day_of_hours_ends_on_that_day() -> None:
    assert PLAIN.add_hours(datetime(2026, 11, 23, 9, 0, tzinfo=UTC), 8) == datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


def test_days_later_is_the_same_time_on_the_wall_across_the_change_of_clocks() -> None:
    berlin = WorkingCalendar(zone="Europe/Berlin")
    friday = datetime(2026, 10, 23, 10, 0, tzinfo=UTC)
    assert berlin.add_days_at(friday, 1).astimezone(UTC) == datetime(2026, 10, 26, 11, 0, tzinfo=UTC)


@given(
    at=st.datetimes(
        timezones=st.just(UTC),
        min_value=datetime.fromisoformat("2020-01-01"),
        max_value=datetime.fromisoformat("2030-01-01"),
    ),
    hours=st.integers(0, 100),
)
def test_more_hours_never_end_earlier(at: datetime, hours: int) -> None:
    assert at <= PLAIN.add_hours(at, hours) <= PLAIN.add_hours(at, hours + 1)


def test_a_calendar_without_working_days_says_so() -> None:
    with pytest.raises(NoWorkingDays):
        WorkingCalendar(working_week=frozenset()).add(date(2026, 1, 1), 1)


def test_the_calendar_of_a_policy_has_its_hours_and_zone() -> None:
    policy = Policy("SSA", zone="Asia/Kolkata", countries=("IN",), working_hours=(time(10), time(18)))
    assert WorkingCalendar.of(policy) == WorkingCalendar(("IN",), WORKING_WEEK, (time(10), time(18)), "Asia/Kolkata")
