"""A month's page: whole weeks, what is on each day, and times that a zone skips."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisories.calendar import month_of
from advisories.policy import Blackout, Policy, Weekday

POLICY = Policy("SSA", countries=("DE",), blackouts=(Blackout("Fair", date(2026, 12, 8), date(2026, 12, 9)),))
TODAY = date(2026, 12, 10)


@given(st.dates(date(1970, 1, 1), date(2100, 12, 31)))
def test_every_day_of_a_month_is_on_its_page_once_in_whole_weeks(within: date) -> None:
    month = month_of(Policy("SSA"), {}, within, today=TODAY)
    days = [day.on for week in month.weeks for day in week]
    assert all(len(week) == 7 and week[0].on.weekday() == 0 for week in month.weeks)
    assert days == [days[0] + timedelta(days=number) for number in range(len(days))]
    inside = [day.on for week in month.weeks for day in week if day.is_in_month]
    assert (inside[0].day, (inside[-1] + timedelta(days=1)).day) == (1, 1)


def test_a_release_day_has_its_instant_and_others_what_speaks_against_them() -> None:
    days = {day.on: day for week in month_of(POLICY, {date(2026, 12, 15): 5}, TODAY, today=TODAY).weeks for day in week}
    assert [on.day for on, day in days.items() if day.release and day.is_in_month] == [1, 22, 29]
    assert days[date(2026, 12, 8)].blackouts == ("Fair",)
    assert str(days[date(2026, 12, 15)].against[0]).startswith("5 planned already")
    assert str(days[date(2026, 12, 25)].holidays[0]) == "Christmas Day (DE)"
    assert not days[date(2026, 12, 25)].is_working
    assert [on for on, day in days.items() if day.is_today] == [TODAY]


def test_a_release_time_that_does_not_exist_says_which_one_is_meant() -> None:
    policy = Policy(
        "SSA", time(1, 30), "Europe/London", weekdays=frozenset({Weekday.SUNDAY}), working_week=frozenset(Weekday)
    )
    month = month_of(policy, {}, date(2027, 3, 1), today=TODAY)
    notes = {day.on.day: day.release.note for week in month.weeks for day in week if day.release and day.is_in_month}
    assert notes[21] == ""
    assert "does not exist" in notes[28]


def test_the_calendar_ends_where_nobody_knows_holidays() -> None:
    assert month_of(POLICY, {}, date(2100, 12, 5), today=TODAY).following is None
    assert month_of(POLICY, {}, date(1970, 1, 5), today=TODAY).previous is None
    with pytest.raises(ValueError, match="2100"):
        month_of(POLICY, {}, date(2101, 1, 1), today=TODAY)
