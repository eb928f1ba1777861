"""iCalendar files: read back by another reading of them, whatever words they carry."""

from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from advisories.formats.ics import Entry, calendar_file

STAMP = datetime(2026, 11, 20, 12, tzinfo=UTC)
RELEASE = Entry("a@sluice.example", datetime(2026, 12, 1, 13, tzinfo=timezone(timedelta(hours=1))), None, "Release")


def test_an_instant_is_written_in_utc() -> None:
    written = calendar_file("Releases", [RELEASE], stamp=STAMP)
    assert b"DTSTART:20261201T120000Z\r\n" in written
    assert b"DTSTAMP:20261120T120000Z\r\n" in written
    assert b"METHOD:PUBLISH\r\n" in written


def test_a_date_that_moved_or_was_given_up_takes_the_place_of_its_copies() -> None:
    given_up = Entry("a@sluice.example", STAMP, None, "Release", sequence=2, is_cancelled=True)
    [before] = Calendar.from_ical(calendar_file("R", [RELEASE], stamp=STAMP)).walk("VEVENT")
    [after] = Calendar.from_ical(calendar_file("R", [given_up], stamp=STAMP)).walk("VEVENT")
    assert (before["UID"], before["SEQUENCE"], before["STATUS"]) == ("a@sluice.example", 0, "CONFIRMED")
    assert (after["UID"], after["SEQUENCE"], after["STATUS"]) == ("a@sluice.example", 2, "CANCELLED")


def test_whole_days_end_on_the_day_after() -> None:
    entry = Entry("b@sluice.example", date(2026, 12, 21), date(2027, 1, 4), "Blackout")
    written = calendar_file("Releases", [entry], stamp=STAMP)
    assert b"DTSTART;VALUE=DATE:20261221\r\n" in written
    assert b"DTEND;VALUE=DATE:20270104\r\n" in written


def test_the_same_values_give_the_same_bytes() -> None:
    assert calendar_file("R", [RELEASE], stamp=STAMP) == calendar_file("R", [RELEASE], stamp=STAMP)


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=200))
def test_no_words_break_out_of_their_line(words: str) -> None:
    written = calendar_file("R", [Entry("c@sluice.example", STAMP, None, words)], stamp=STAMP)
    [event] = Calendar.from_ical(written).walk("VEVENT")
    assert str(event["SUMMARY"]) == words
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
