"""What publications add up to: pure sums, the charts they are drawn as, and the page, which counts nothing hidden."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from advisories import charts
from advisories.lifecycle import State
from advisories.models import Event, PublicMeasure, Report
from advisories.release import publishing
from advisories.statistics import Measured, add_up
from tests.advisories.test_public_pages import fixes
from tests.make import make_accepted_report, make_advisory, make_branch, make_publication, make_tree, make_user
from tests.releases.views.rows import release_on

MAY = datetime(2026, 5, 5, 12, tzinfo=UTC)


def measured(number: int, at: datetime = MAY, **told: object) -> Measured:
    values = {
        "is_first": True, "reason": "", "reported_at": None, "fixed_at": None, "tried": 0, "needing": 0
    } | told  # fmt: skip
    return Measured(number, at, **values)  # type: ignore[arg-type]


def test_what_came_on_one_day_is_one_release() -> None:
    """The mails of one release leave one after the other, and an archive knows their instants alone."""
    found = add_up([measured(1), measured(3, MAY + timedelta(hours=12)), measured(2, MAY + timedelta(minutes=1))])
    assert found.batches == ((date(2026, 5, 5), 2), (date(2026, 5, 6), 1))
    (period,) = found.periods
    assert (period.label, period.advisories, period.releases, period.largest) == ("2026 Q2", 3, 2, 2)


def test_a_reissue_is_no_new_advisory_and_has_its_reason() -> None:
    again = measured(1, MAY + timedelta(days=3), is_first=False, reason="A fix broke something")
    found = add_up([measured(1), again])
    assert (found.whole.advisories, found.whole.reissues) == (1, 1)
    assert found.reasons == (("A fix broke something", 1),)


def test_days_are_medians_of_what_is_known_and_never_negative() -> None:
    rows = [
        measured(1, reported_at=MAY - timedelta(days=10), fixed_at=MAY - timedelta(days=6)),
        measured(2, reported_at=MAY - timedelta(days=20), fixed_at=MAY + timedelta(days=6)),
        measured(3, reported_at=MAY + timedelta(days=1)),
        measured(4),
    ]
    (period,) = add_up(rows).periods
    assert (period.timed, period.days_to_fix, period.days_to_release) == (2, 4.0, 15.0)


def test_periods_without_anything_stand_in_their_place_and_many_years_are_told_by_the_year() -> None:
    few = add_up([measured(1), measured(2, MAY + timedelta(days=200))])
    assert [one.label for one in few.periods] == ["2026 Q2", "2026 Q3", "2026 Q4"]
    many = add_up([measured(1, datetime(2022, 1, 1, tzinfo=UTC)), measured(2)])
    assert [one.label for one in many.periods] == ["2022", "2023", "2024", "2025", "2026"]


def test_the_share_of_fixes_that_needed_others_is_of_those_that_apply() -> None:
    (period,) = add_up([measured(1, tried=3, needing=1), measured(2)]).periods
    assert period.needing_percent == 33
    assert add_up([measured(1)]).periods[0].needing_percent is None


def test_nothing_adds_up_to_nothing() -> None:
    assert add_up([]).whole.advisories == 0


def test_bars_stand_on_the_floor_within_the_drawing() -> None:
    drawing = charts.beside(["a", "b"], [7, None], [3, 0.4])
    assert [(bar.kind, bar.says) for bar in drawing.bars] == [(1, "a: 7"), (2, "a: 3"), (2, "b: 0.4")]
    assert all(bar.y + bar.height == drawing.floor for bar in drawing.bars)
    assert all(bar.y >= 0 and bar.x + bar.width <= drawing.width for bar in drawing.bars)
    assert [line.text for line in drawing.lines] == ["0", "2", "4", "6", "8"]


def test_spans_end_where_support_does() -> None:
    rows = [("1.9", date(2024, 1, 1), date(2025, 1, 1), date(2027, 1, 1))]
    drawing = charts.spans(rows, date(2026, 1, 1))
    assert [(bar.kind, bar.says) for bar in drawing.bars] == [
        (1, "1.9: 2024-01-01 to 2025-01-01"), (2, "1.9: 2025-01-01 to 2027-01-01")
    ]  # fmt: skip
    assert drawing.bars[0].x + drawing.bars[0].width == drawing.bars[1].x
    assert [label.text for label in drawing.labels] == ["2025", "2026", "2027"]


@pytest.mark.parametrize("highest", [0, 0.3, 1, 4, 5, 9, 100, 4321])
def test_few_lines_reach_over_the_highest_bar(highest: float) -> None:
    drawing = charts.beside(["a"], [highest])
    assert 2 <= len(drawing.lines) <= 6
    assert float(drawing.lines[-1].text) >= highest


def test_a_publication_is_measured_as_it_is_issued(db: None) -> None:
    advisory = make_advisory(state=State.DRAFTING)
    make_accepted_report(advisory, make_user("security@sluice.example"))

    publishing.publish_known(advisory, fixes(), timezone.now())
    made = PublicMeasure.objects.get()
    assert (made.tried, made.needing) == (1, 1)
    assert made.reported_at == Report.objects.get().received_at
    assert made.fixed_at is None
    assert not Event.objects.filter(kind="series-uploaded").exists()


def test_nobody_can_count_what_is_not_public(db: None) -> None:
    make_publication(make_advisory(number=1, state=State.DRAFTING), timezone.now() - timedelta(days=1))
    before = Client().get("/statistics/")
    hidden = make_advisory(number=2, state=State.READY)
    make_publication(make_advisory(number=3, state=State.DRAFTING), timezone.now() + timedelta(days=1))
    make_accepted_report(hidden, make_user("security@sluice.example"))
    after = Client().get("/statistics/")
    assert (after.content, after["ETag"]) == (before.content, before["ETag"])


def test_the_page_says_what_there_is(db: None, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    branch = make_branch(
        make_tree(), "1.7", supported_until=date(2027, 1, 1), security_supported_until=date(2028, 1, 1)
    )
    release_on(branch)
    for number in range(1, 9):
        advisory = make_advisory(number=number, state=State.DRAFTING)
        publishing.publish_known(advisory, fixes(), MAY)
    with django_assert_max_num_queries(5):
        page = Client().get("/statistics/").text
    for part in ("How many at once", "Fixes that needed others first", "sluice 1.7", "1 Jan 2028", "100%"):
        assert part in page
    assert "Of no published advisory it is known when it was reported." in page


def test_the_page_is_one_before_anything_is_published(db: None) -> None:
    assert "Nothing has been published" in Client().get("/statistics/").text
