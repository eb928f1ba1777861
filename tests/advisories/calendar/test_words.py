"""How sentences say a day and an instant."""

from datetime import datetime
from zoneinfo import ZoneInfo

from advisories.calendar import words

NEW_YEAR = datetime(2027, 1, 1, 0, 30, tzinfo=ZoneInfo("Europe/Berlin"))
"""Still the old year in UTC."""


def test_a_day_has_no_nought_in_front() -> None:
    assert words.day(datetime(2026, 12, 8, 12, tzinfo=ZoneInfo("UTC"))) == "8 December 2026"


def test_an_instant_of_another_zone_is_said_in_utc() -> None:
    assert words.instant(NEW_YEAR) == "31 December 2026, 23:30 UTC"


def test_a_date_to_plan_by_has_its_weekday_in_utc_too() -> None:
    assert words.date(NEW_YEAR) == "Thursday 31 December 2026, 23:30 UTC"
