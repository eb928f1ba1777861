"""How predictable releases have been."""

from datetime import UTC, datetime, timedelta

from advisories.calendar import PastRelease, measure

DAY = timedelta(days=1)
FIRST = datetime(2026, 7, 28, 12, 0, tzinfo=UTC)
PAST = [
    PastRelease(FIRST, FIRST + timedelta(minutes=30), 12),
    PastRelease(FIRST + 60 * DAY, FIRST + 74 * DAY, 2, moves=2, reissues=1),
    PastRelease(FIRST + 110 * DAY, FIRST + 109 * DAY, 2, moves=1),
]


def test_nothing_measured_is_none_and_not_zero() -> None:
    nothing = measure([])
    assert nothing.kept_share is None
    assert nothing.median_slip is None
    assert nothing.per_month == ()


def test_a_release_later_the_same_day_kept_its_date() -> None:
    assert measure(PAST).kept == 1


def test_early_is_as_far_from_the_plan_as_late() -> None:
    assert measure(PAST).largest_slip == 14 * DAY
    assert measure(PAST).median_slip == DAY


def test_moves_are_counted_and_so_are_releases_that_moved() -> None:
    assert (measure(PAST).moves, measure(PAST).moved) == (3, 2)


def test_sizes_show_lumps() -> None:
    assert measure(PAST).sizes == ((2, 2), (12, 1))
    assert measure(PAST).largest_size == 12


def test_months_without_any_are_shown_as_such() -> None:
    assert measure(PAST).per_month == (("2026-07", 12), ("2026-08", 0), ("2026-09", 0), ("2026-10", 2), ("2026-11", 2))


def test_the_order_in_which_they_are_given_means_nothing() -> None:
    assert measure(PAST) == measure(reversed(PAST))
