"""The calendar's pages: the team sees months and good dates, calendars get what their reader may know."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
import time_machine
from django.test import Client
from icalendar import Calendar
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role
from advisories import policies
from advisories.policy import Blackout, Policy, Weekday
from tests.make import make_user

NOW = datetime(2026, 12, 10, 9, tzinfo=UTC)
POLICY = Policy(
    "SSA", time(1, 30), "Europe/London", weekdays=frozenset({Weekday.SUNDAY}), working_week=frozenset(Weekday),
    blackouts=(Blackout("Year's end", date(2026, 12, 21), date(2027, 1, 3)),), countries=("GB",),
)  # fmt: skip


def browser(*roles: Role) -> Client:
    client = Client()
    client.force_login(make_user("", *roles))
    return client


@pytest.fixture
def _one_day() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def team(db: None, _one_day: None) -> Client:
    policies.change(POLICY, based_on=0, by=None, why="For the test.")
    return browser(Role.SECURITY)


def events(answer: Any) -> list[Any]:
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def text(answer: Any) -> str:
    found: str = answer.content.decode()
    return found


def test_a_month_shows_release_days_blackouts_and_holidays(
    team: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(8):
        page = text(team.get("/calendar/"))
    assert "December 2026" in page
    assert page.count("Release day") == 2  # the 13th and the 20th; the 6th has passed, the 27th is a blackout
    assert "Year&#x27;s end" in page
    assert "Christmas Day (GB)" in page
    assert 'aria-current="date"' in page


def test_the_next_good_dates_come_with_their_reasons_and_what_spoke_against_nearer_ones(team: Client) -> None:
    page = text(team.get("/calendar/"))
    assert "10 working days of pre-disclosure" in page
    assert "blackout “Year&#x27;s end”" in page


def test_a_release_time_that_does_not_exist_is_said_on_its_day(team: Client) -> None:
    assert "01:30 does not exist on 28 March 2027" in text(team.get("/calendar/?month=2027-03"))


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "1969-12", "2101-01", "9999-12", "0000-01", "x", "2026-1"])
def test_there_is_no_such_month(team: Client, month: str) -> None:
    assert team.get("/calendar/", {"month": month}).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [(None, 403), (Role.RELEASE_MANAGER, 200), (Role.SECURITY, 200), (Role.COORDINATOR, 200)]
)
def test_the_calendar_is_the_teams(db: None, role: Role | None, status: int) -> None:
    client = browser(*([role] if role else []))
    assert client.get("/calendar/").status_code == status
    assert client.get("/calendar/team.ics").status_code == status


def test_the_teams_calendar_holds_blackouts_as_whole_days(team: Client) -> None:
    answer = team.get("/calendar/team.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    [event] = events(answer)
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 12, 21), date(2027, 1, 4))
    assert event["SUMMARY"] == "No releases: Year's end"


def test_readers_are_told_no_blackout(team: Client, client: Client) -> None:
    answer = client.get("/calendar/releases.ics")
    assert answer.status_code == 200
    assert events(answer) == []
