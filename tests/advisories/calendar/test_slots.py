"""Dates that are proposed, and why nearer ones are not."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from advisories.calendar import (
    Earliest,
    FixedEnd,
    ReasonKind,
    RunningClock,
    Slot,
    WorkingCalendar,
    earliest,
    next_slots,
    objections,
)
from advisories.policy import Blackout, Cadence, Policy, Weekday

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
TUESDAYS = Policy("SSA")
FORTNIGHTLY = Policy(
    "SSA",
    cadence=Cadence(2, date(2026, 12, 1)),
    weekdays=frozenset({Weekday.TUESDAY, Weekday.WEDNESDAY}),
    countries=("DE", "US"),
    blackouts=(Blackout("year's end", date(2026, 12, 21), date(2027, 1, 4)),),
)
ANY_TIME = Earliest(NOW.date(), "nothing", NOW)
NOBODY: Mapping[date, int] = {}


def days(slots: tuple[Slot, ...]) -> list[date]:
    return [slot.at.date() for slot in slots]


def kinds(slot: Slot) -> set[ReasonKind]:
    return {one.reason.kind for one in slot.passed_over}


def test_preparation_and_predisclosure_are_counted_in_working_days() -> None:
    ready = earliest(TUESDAYS, now=NOW, reported_at=NOW)
    assert ready.on == date(2026, 12, 11)
    assert "10 working days of pre-disclosure" in ready.because


def test_members_get_their_days_even_where_preparation_ran_over() -> None:
    ready = earliest(TUESDAYS, now=NOW, reported_at=NOW - timedelta(days=60))
    assert ready.on == date(2026, 12, 4)
    assert "took longer" in ready.because


def test_what_is_predisclosed_counts_from_there() -> None:
    told_at = NOW - timedelta(days=7)
    assert earliest(TUESDAYS, now=NOW, reported_at=told_at, predisclosed_at=told_at).on == date(2026, 11, 27)


def test_the_next_tuesdays_are_proposed_with_what_was_passed_over() -> None:
    slots = next_slots(TUESDAYS, NOBODY, earliest(TUESDAYS, now=NOW, reported_at=NOW), 2)
    assert days(slots) == [date(2026, 12, 15), date(2026, 12, 22)]
    assert kinds(slots[0]) == {ReasonKind.PREPARATION, ReasonKind.WEEKDAY}


def test_a_slot_is_at_the_release_time_of_the_zone() -> None:
    policy = replace(TUESDAYS, zone="America/New_York", release_time=time(12, 0))
    (slot,) = next_slots(policy, NOBODY, ANY_TIME, 1)
    assert slot.at.astimezone(UTC) == datetime(2026, 11, 24, 17, 0, tzinfo=UTC)


def test_a_rhythm_gives_one_date_per_release_week() -> None:
    slots = next_slots(FORTNIGHTLY, NOBODY, ANY_TIME, 3)
    assert days(slots) == [date(2026, 12, 1), date(2026, 12, 15), date(2027, 1, 12)]


def test_a_blackout_is_named() -> None:
    slot = next_slots(FORTNIGHTLY, NOBODY, ANY_TIME, 3)[2]
    assert any("year's end" in str(one) for one in slot.passed_over)


def test_a_holiday_is_named_with_its_country() -> None:
    thursdays = replace(TUESDAYS, weekdays=frozenset({Weekday.THURSDAY}), countries=("US",))
    (slot,) = next_slots(thursdays, NOBODY, ANY_TIME, 1)
    assert slot.at.date() == date(2026, 12, 3)
    assert any("Thanksgiving Day (US)" in str(one) for one in slot.passed_over)


def test_a_holiday_moves_the_date_inside_its_release_week() -> None:
    policy = replace(
        FORTNIGHTLY, countries=("DE",), blackouts=(Blackout("fair", date(2026, 12, 1), date(2026, 12, 1)),)
    )
    assert days(next_slots(policy, NOBODY, ANY_TIME, 1)) == [date(2026, 12, 2)]


def test_weeks_of_a_month_are_a_rhythm_too() -> None:
    patch_days = replace(TUESDAYS, cadence=Cadence(weeks_of_month=frozenset({2, 4})))
    assert days(next_slots(patch_days, NOBODY, ANY_TIME, 3)) == [
        date(2026, 11, 24),
        date(2026, 12, 8),
        date(2026, 12, 22),
    ]


def test_a_full_slot_is_passed_over_and_its_week_with_it() -> None:
    slots = next_slots(FORTNIGHTLY, {date(2026, 12, 1): 5}, ANY_TIME, 1)
    assert days(slots) == [date(2026, 12, 15)]
    assert ReasonKind.CAP in kinds(slots[0])


def test_a_batch_joins_a_slot_with_room_and_says_so() -> None:
    (slot,) = next_slots(FORTNIGHTLY, {date(2026, 12, 1): 2}, ANY_TIME, 1, size=3)
    assert slot.at.date() == date(2026, 12, 1)
    assert any("5 of at most 5" in why for why in slot.why)


def test_a_batch_above_the_cap_gets_an_empty_slot_and_a_warning() -> None:
    (slot,) = next_slots(TUESDAYS, {date(2026, 11, 24): 1}, ANY_TIME, 1, size=12)
    assert slot.at.date() == date(2026, 12, 1)
    assert any("splitting" in why for why in slot.why)


def test_todays_slot_is_gone_once_its_time_has_passed() -> None:
    tuesday = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    (slot,) = next_slots(TUESDAYS, NOBODY, Earliest(tuesday.date(), "nothing", tuesday), 1)
    assert slot.at.date() == date(2026, 12, 1)


def test_a_clock_that_ends_first_forces_a_date_off_the_calendar() -> None:
    clocks = [RunningClock("kernel-security", NOW)]
    slots = next_slots(FORTNIGHTLY, NOBODY, ANY_TIME, 2, clocks=clocks)
    assert slots[0].off_calendar
    assert slots[0].at == datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
    assert not slots[0].breaks
    assert slots[1].breaks


def test_a_clock_with_time_enough_forces_nothing() -> None:
    slots = next_slots(FORTNIGHTLY, NOBODY, ANY_TIME, 1, clocks=[RunningClock("ninety-days", NOW)])
    assert not slots[0].off_calendar


def test_an_owner_of_the_date_is_obeyed_to_the_minute() -> None:
    end = datetime(2026, 12, 17, 18, 0, tzinfo=UTC)
    slots = next_slots(TUESDAYS, NOBODY, ANY_TIME, 2, clocks=[FixedEnd("Vendor X", end)])
    assert slots[0].at == end
    assert slots[0].off_calendar
    assert ReasonKind.CLOCK in kinds(slots[1])


def test_a_forced_date_says_what_it_cuts_short() -> None:
    ready = earliest(FORTNIGHTLY, now=NOW, reported_at=NOW)
    (slot,) = next_slots(FORTNIGHTLY, NOBODY, ready, 1, clocks=[RunningClock("kernel-security", NOW)])
    assert any(why.startswith("cuts short") for why in slot.why)


def test_a_time_that_does_not_exist_is_said_with_the_slot() -> None:
    sundays = replace(
        TUESDAYS,
        zone="Europe/Berlin",
        release_time=time(2, 30),
        weekdays=frozenset({Weekday.SUNDAY}),
        working_week=frozenset(Weekday),
    )
    now = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
    (slot,) = next_slots(sundays, NOBODY, Earliest(now.date(), "nothing", now), 1)
    assert slot.at.astimezone(UTC) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert any("does not exist" in why for why in slot.why)


def test_a_policy_that_leaves_no_day_proposes_none() -> None:
    never = replace(TUESDAYS, blackouts=(Blackout("sabbatical", date(2026, 1, 1), date(2036, 1, 1)),))
    assert next_slots(never, NOBODY, ANY_TIME, 3) == ()


def test_a_date_that_a_person_chose_is_judged_by_everything_against_it() -> None:
    found = objections(FORTNIGHTLY, {date(2026, 12, 25): 9}, date(2026, 12, 25))
    assert {reason.kind for reason in found} == {
        ReasonKind.BLACKOUT,
        ReasonKind.CADENCE,
        ReasonKind.WEEKDAY,
        ReasonKind.HOLIDAY,
        ReasonKind.CAP,
    }


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    first = draw(st.dates(date(2026, 11, 1), date(2027, 3, 1)))
    rhythm = st.one_of(
        st.just(Cadence()),
        st.builds(Cadence, st.integers(1, 6), st.just(date(2026, 12, 1))),
        st.builds(Cadence, weeks_of_month=st.frozensets(st.integers(1, 4), min_size=1)),
    )
    return Policy(
        "SSA",
        zone=draw(st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"])),
        release_time=draw(st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))),
        cadence=draw(rhythm),
        weekdays=draw(st.frozensets(st.sampled_from(list(Weekday)[:5]), min_size=1)),
        blackouts=(Blackout("closed", first, first + timedelta(days=draw(st.integers(0, 40)))),),
        countries=tuple(sorted(draw(st.sets(st.sampled_from(["DE", "US", "JP"]))))),
        soft_cap=draw(st.integers(1, 6)),
    )


@given(
    policy=policies(),
    minutes=st.integers(0, 60 * 24 * 90),
    planned=st.dictionaries(st.dates(date(2026, 11, 20), date(2027, 4, 1)), st.integers(1, 6), max_size=8),
    size=st.integers(1, 6),
)
def test_what_is_proposed_holds_to_the_policy(
    policy: Policy, minutes: int, planned: dict[date, int], size: int
) -> None:
    now = NOW + timedelta(minutes=minutes)
    ready = earliest(policy, now=now, reported_at=now)
    slots = next_slots(policy, planned, ready, 3, size=size)
    dates = days(slots)
    working = WorkingCalendar.of(policy)
    assert dates == sorted(set(dates))
    for slot in slots:
        assert slot.at > now
        assert slot.at.date() >= ready.on
        assert working.is_working(slot.at.date())
        assert not objections(policy, planned, slot.at.date(), size)
    passed = [day for slot in slots for one in slot.passed_over for day in (one.first, one.last)]
    assert not set(passed) & set(dates)
