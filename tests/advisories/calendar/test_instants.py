"""Local times that don't exist, exist twice, or are plain."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisories.calendar import Fold, NoSuchTime, TimeExistsTwice, exact_instant, slot_instant

ZONES = ["UTC", "Europe/London", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]


def wall(text: str) -> datetime:
    """A time as a clock on a wall shows it."""
    return datetime.fromisoformat(text)


EARLY, LATE = wall("2000-01-01"), wall("2035-01-01")
SKIPPED = wall("2026-03-29T02:30")
TWICE = wall("2026-10-25T02:30")


def test_a_plain_time_is_one_instant() -> None:
    at = exact_instant(SKIPPED - timedelta(days=1), "Europe/Berlin")
    assert at.astimezone(UTC) == datetime(2026, 3, 28, 1, 30, tzinfo=UTC)


def test_a_time_that_does_not_exist_is_refused_with_the_next_one() -> None:
    with pytest.raises(NoSuchTime, match="02:30 does not exist on 29 March 2026 in Europe/Berlin") as refused:
        exact_instant(SKIPPED, "Europe/Berlin")
    assert refused.value.next_at.astimezone(UTC) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_time_that_exists_twice_is_refused_with_both() -> None:
    with pytest.raises(TimeExistsTwice, match="00:30 or 01:30 UTC") as refused:
        exact_instant(TWICE, "Europe/Berlin")
    assert refused.value.second_at - refused.value.first_at.astimezone(UTC) == timedelta(hours=1)


def test_which_of_two_times_is_meant_can_be_said() -> None:
    first = exact_instant(TWICE, "Europe/Berlin", Fold.FIRST)
    second = exact_instant(TWICE, "Europe/Berlin", Fold.SECOND)
    assert (first.astimezone(UTC).hour, second.astimezone(UTC).hour) == (0, 1)


def test_a_slot_in_a_gap_moves_on_and_says_so() -> None:
    slot = slot_instant(SKIPPED, "Europe/Berlin")
    assert (slot.at.hour, slot.at.minute) == (3, 30)
    assert "03:30 is meant" in slot.note


def test_a_slot_that_exists_twice_is_the_first_and_says_so() -> None:
    slot = slot_instant(TWICE, "Europe/Berlin")
    assert slot.at.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert "00:30 UTC" in slot.note


def test_half_hour_gaps_are_seen() -> None:
    with pytest.raises(NoSuchTime):
        exact_instant(wall("2026-10-04T02:15"), "Australia/Lord_Howe")


def test_a_local_time_with_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no zone of its own"):
        exact_instant(datetime(2026, 1, 1, tzinfo=UTC), "UTC")


@given(local=st.datetimes(EARLY, LATE), zone=st.sampled_from(ZONES))
def test_what_is_accepted_reads_the_same_on_the_wall(local: datetime, zone: str) -> None:
    try:
        at = exact_instant(local, zone)
    except (NoSuchTime, TimeExistsTwice):
        assert slot_instant(local, zone).note
    else:
        assert at.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local
        assert slot_instant(local, zone).at == at
        assert not slot_instant(local, zone).note


@given(at=st.datetimes(EARLY, LATE, timezones=st.just(UTC)), zone=st.sampled_from(ZONES))
def test_every_instant_can_be_named(at: datetime, zone: str) -> None:
    local = at.astimezone(ZoneInfo(zone))
    fold = Fold.SECOND if local.fold else Fold.FIRST
    assert exact_instant(local.replace(tzinfo=None), zone, fold) == at
