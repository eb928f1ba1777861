"""Changing where a series is meant to go, and what must come first: as a whole, without circles, without leaks."""

import threading

import pytest
from django.db import connection

from accounts.models import Role, User
from advisories.lifecycle import State
from advisories.models import Event, Seat
from releases import targeting
from releases.models import Branch, BranchRun, Cell, Check, Flag, RunState, Series
from releases.uploading import NotMeantHere
from tests.make import make_advisory, make_branch, make_series, make_tree, make_user
from tests.releases.views.rows import CONFLICTS, check_on, flag_on
from tests.upstream import fix, numbered

SAFE = fix(numbered("queue"), numbered("queue", l25="queue is safe"))


@pytest.fixture
def branches(db: None) -> list[Branch]:
    tree = make_tree()
    return [make_branch(tree, "1.0"), make_branch(tree, "1.1")]


@pytest.fixture
def team(db: None) -> User:
    return make_user("security@sluice.example", Role.SECURITY)


def change(series: Series, by: User, **wanted: object) -> None:
    """Change what is named; everything else as `by` sees it."""
    now: dict[str, object] = {
        "branches": series.branches.all(),
        "depends_on": Series.objects.visible_to(by).filter(needed_by=series),
        "depends_on_commits": series.depends_on_commits,
        "seen": targeting.as_seen_by(series, by),
    }
    targeting.change(series, by=by, **(now | wanted))  # type: ignore[arg-type]  # named by the test
    series.refresh_from_db()


def needed(series: Series) -> set[Series]:
    return set(series.depends_on.all())


def test_a_branch_that_is_added_gets_waiting_cells_and_a_run(branches: list[Branch], team: User) -> None:
    series = make_series(branches[0], SAFE)
    BranchRun.objects.all().delete()
    change(series, team, branches=branches)
    cells = Cell.objects.filter(series=series, branch=branches[1])
    assert {(cell.baseline, cell.is_due, cell.check_made) for cell in cells} == {
        ("stable", True, None), ("staging", True, None)
    }  # fmt: skip
    assert BranchRun.objects.get(state=RunState.QUEUED).branch == branches[1]


def test_a_branch_that_is_taken_away_loses_its_cells_closes_its_flag_and_keeps_its_checks(
    branches: list[Branch], team: User
) -> None:
    series = make_series(branches, SAFE)
    check = check_on(series, branches[1], CONFLICTS, "stable")
    flag = flag_on(series, branches[1])
    change(series, team, branches=branches[:1])
    assert not Cell.objects.filter(branch=branches[1]).exists()
    assert Cell.objects.filter(branch=branches[0]).count() == 2
    flag.refresh_from_db()
    assert flag.closed_at is not None
    assert Check.objects.get() == check


def test_a_change_goes_into_the_record_without_what_must_come_first(branches: list[Branch], team: User) -> None:
    series, before = make_series(branches[0], SAFE), make_series(branches[0], SAFE)
    change(series, team, branches=branches, depends_on=[before])
    event = Event.objects.filter(kind="series-targeted").get()
    assert event.detail == {"series": str(series.pk), "branches": sorted(branch.pk for branch in branches)}


def test_a_change_that_changes_nothing_requests_nothing(branches: list[Branch], team: User) -> None:
    series = make_series(branches, SAFE)
    BranchRun.objects.all().delete()
    change(series, team)
    assert not BranchRun.objects.exists()


def test_commits_that_must_come_first_keep_their_order_and_make_the_branches_due(
    branches: list[Branch], team: User
) -> None:
    series = make_series(branches, SAFE)
    BranchRun.objects.all().delete()
    change(series, team, depends_on_commits=["B" * 40, "a" * 40, "b" * 40])
    assert series.depends_on_commits == ["b" * 40, "a" * 40]
    assert BranchRun.objects.filter(state=RunState.QUEUED).count() == 2


def test_branches_and_dependencies_of_another_tree_are_refused(branches: list[Branch], team: User) -> None:
    series = make_series(branches, SAFE)
    strange = make_branch(make_tree(slug="other"), "9.9")
    with pytest.raises(NotMeantHere, match=r"9\.9: not a branch of sluice"):
        change(series, team, branches=[strange])
    with pytest.raises(NotMeantHere, match="has to be on sluice too"):
        change(series, team, depends_on=[make_series(strange, SAFE)])
    with pytest.raises(NotMeantHere, match="at least one branch"):
        change(series, team, branches=[])
    assert (set(series.branches.all()), needed(series)) == (set(branches), set())


def test_a_series_cannot_come_before_itself(branches: list[Branch], team: User) -> None:
    series = make_series(branches, SAFE)
    with pytest.raises(targeting.NeedsItself, match="cannot come before itself"):
        change(series, team, depends_on=[series])


def test_a_circle_is_refused_by_the_name_of_what_was_chosen_and_nothing_is_kept(
    branches: list[Branch], team: User
) -> None:
    first = make_series(branches, SAFE)
    second = make_series(branches, SAFE, depends_on=[first])
    third = make_series(branches, SAFE, depends_on=[second])
    harmless = make_series(branches, SAFE)
    with pytest.raises(targeting.NeedsItself, match=rf"^{third.advisory.label} cannot come first"):
        change(first, team, branches=branches[:1], depends_on=[third, harmless])
    assert (set(first.branches.all()), needed(first)) == (set(branches), set())


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_do_not_close_a_circle_that_neither_sees(branches: list[Branch], team: User) -> None:
    left, right = make_series(branches, SAFE), make_series(branches, SAFE)
    start = threading.Barrier(2)
    refused: list[Series] = []

    def put_first(series: Series, other: Series) -> None:
        start.wait()
        try:
            change(series, team, depends_on=[other])
        except targeting.NeedsItself:
            refused.append(series)
        connection.close()

    threads = [threading.Thread(target=put_first, args=pair) for pair in ((left, right), (right, left))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert [bool(needed(one)) for one in (left, right)].count(True) == 1


def test_two_series_that_need_the_same_third_are_no_circle(branches: list[Branch], team: User) -> None:
    base = make_series(branches, SAFE)
    left, right = (make_series(branches, SAFE, depends_on=[base]) for _ in range(2))
    change(right, team, depends_on=[base, left])
    assert needed(right) == {base, left}


def test_a_dependency_that_the_person_may_not_see_stays(branches: list[Branch]) -> None:
    hidden, shown = make_series(branches, SAFE), make_series(branches, SAFE, advisory=make_advisory(state=State.PUBLIC))
    series = make_series(branches, SAFE, depends_on=[hidden, shown])
    guest = make_user("guest@vendor.example")
    Seat.objects.create(advisory=series.advisory, user=guest, right="upload")
    change(series, guest, depends_on=[])
    assert needed(series) == {hidden}


def test_a_dependency_that_came_into_sight_while_the_form_was_open_is_not_taken_for_unticked(
    branches: list[Branch],
) -> None:
    hidden = make_series(branches, SAFE)
    series = make_series(branches, SAFE, depends_on=[hidden])
    guest = make_user("guest@vendor.example")
    Seat.objects.create(advisory=series.advisory, user=guest, right="upload")
    seen = targeting.as_seen_by(series, guest)
    Seat.objects.create(advisory=hidden.advisory, user=guest, right="read")
    with pytest.raises(targeting.ChangedMeanwhile):
        change(series, guest, depends_on=[], seen=seen)
    assert needed(series) == {hidden}


def test_who_saw_an_earlier_state_changes_nothing(branches: list[Branch], team: User) -> None:
    series = make_series(branches, SAFE)
    seen = targeting.as_seen_by(series, team)
    change(series, team, branches=branches[:1])
    with pytest.raises(targeting.ChangedMeanwhile, match="open it again"):
        change(series, team, branches=branches[1:], seen=seen)
    assert set(series.branches.all()) == {branches[0]}
    assert not Flag.objects.exists()
