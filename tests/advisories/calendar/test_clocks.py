"""Outside clocks, and the dates that break them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisories.calendar import BreakKind, FixedEnd, RunningClock, breaks, window
from advisories.policy import Policy

POLICY = Policy("SSA")
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
DISTROS = RunningClock("linux-distros", START)
KERNEL = RunningClock("kernel-security", START)
NINETY = RunningClock("ninety-days", START)
VENDOR = FixedEnd("Vendor X", START + timedelta(days=30), "case 7")


def kinds(*clocks: RunningClock | FixedEnd, after: timedelta) -> list[BreakKind]:
    return [one.kind for one in breaks(POLICY, clocks, START + after)]


def test_fourteen_days_to_the_minute_keep_the_list() -> None:
    assert kinds(DISTROS, after=timedelta(days=14)) == []


def test_a_minute_more_breaks_it_and_says_everything() -> None:
    (one,) = breaks(POLICY, [DISTROS], START + timedelta(days=14, minutes=1))
    assert one.kind is BreakKind.TOO_LATE
    assert str(one) == (
        "linux-distros list allows 14 days from its start (first post to the list, 2 November 2026, 09:00 UTC), "
        "until 16 November 2026, 09:00 UTC; 16 November 2026, 09:01 UTC is 1 minute later."
    )


def test_a_length_is_rounded_up_once_and_not_in_parts() -> None:
    (one,) = breaks(POLICY, [DISTROS], START + timedelta(days=15, seconds=-1))
    assert str(one).endswith("is 1 day later.")


def test_less_than_a_day_is_too_early_for_the_list() -> None:
    assert kinds(DISTROS, after=timedelta(hours=20)) == [BreakKind.TOO_EARLY]


@pytest.mark.parametrize(
    ("days", "expected"),
    [(7, []), (8, [BreakKind.EXCEPTION_NEEDED]), (14, [BreakKind.EXCEPTION_NEEDED]), (15, [BreakKind.TOO_LATE])],
)
def test_the_kernel_team_grants_a_second_week_only_as_an_exception(days: int, expected: list[BreakKind]) -> None:
    assert kinds(KERNEL, after=timedelta(days=days)) == expected


def test_ninety_days_run_from_the_report() -> None:
    assert kinds(NINETY, after=timedelta(days=90)) == []
    assert kinds(NINETY, after=timedelta(days=91)) == [BreakKind.TOO_LATE]


def test_clocks_that_start_apart_are_each_checked() -> None:
    fix_ready = RunningClock("kernel-security", START + timedelta(days=10))
    assert kinds(DISTROS, fix_ready, after=timedelta(days=16)) == [BreakKind.TOO_LATE]


def test_a_fixed_end_is_broken_on_either_side() -> None:
    assert kinds(VENDOR, after=timedelta(days=29)) == [BreakKind.TOO_EARLY]
    assert kinds(VENDOR, after=timedelta(days=30)) == []
    assert kinds(VENDOR, after=timedelta(days=31)) == [BreakKind.TOO_LATE]


def test_a_fixed_end_names_its_owner_and_reference() -> None:
    (one,) = breaks(POLICY, [VENDOR], START)
    assert "Vendor X" in str(one)
    assert "case 7" in str(one)


def test_a_clock_that_the_policy_does_not_know_is_an_error() -> None:
    with pytest.raises(KeyError):
        breaks(POLICY, [RunningClock("nobody", START)], START)


def test_an_owner_beyond_the_list_leaves_no_instant() -> None:
    assert window(POLICY, [DISTROS, VENDOR]).is_empty


@given(minutes=st.integers(-3000, 200_000), chosen=st.sets(st.sampled_from([DISTROS, KERNEL, NINETY])))
def test_the_window_holds_exactly_what_breaks_nothing(minutes: int, chosen: set[RunningClock]) -> None:
    at = START + timedelta(minutes=minutes)
    allowed = window(POLICY, chosen)
    inside = (allowed.earliest_at is None or allowed.earliest_at <= at) and (
        allowed.latest_at is None or at <= allowed.latest_at
    )
    assert inside == (not breaks(POLICY, chosen, at))
