"""The board: who sees what of it, how it is filtered, and how much it asks."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role, User
from advisories.lifecycle import State
from releases.board import reading as boards
from releases.models import Branch, BranchRun, Flag, RunState, Tree
from tests.make import make_advisory, make_branch, make_seat, make_tree, make_user
from tests.releases.views.rows import (
    APPLIES,
    CONFLICTS,
    MERGED,
    NEEDS_TWO,
    check_on,
    checked_everywhere,
    flag_on,
    needs_series,
    release_on,
    revise,
    series_for,
)

ANYONE = AnonymousUser()


@pytest.fixture
def team(db: None) -> User:
    return make_user("security@sluice.example", Role.SECURITY)


@pytest.fixture
def branches(db: None) -> list[Branch]:
    tree = make_tree()
    found = [make_branch(tree, "1.7"), make_branch(tree, "1.8")]
    for branch in found:
        release_on(branch)
    return found


def rows_of(board: boards.Board) -> list[boards.Row]:
    return [row for grid in board.grids for group in grid.groups for row in group.rows]


def fill(advisories: int, tree: Tree, count: int) -> None:
    """So many advisories on so many branches, with verdicts of every kind and flags."""
    branches = [make_branch(tree, f"2.{number}") for number in range(count)]
    for branch in branches:
        release_on(branch)
    for number in range(advisories):
        embargoed = number % 3 == 0
        advisory = make_advisory(state=State.READY if embargoed else State.PUBLIC)
        series = series_for(branches, advisory)
        for place, branch in enumerate(branches):
            verdict = (APPLIES, CONFLICTS, NEEDS_TWO, MERGED)[(number + place) % 4]
            checked_everywhere(series, branch, verdict)
        flag_on(series, branches[0])


def test_columns_stand_newest_first_with_their_last_release(branches: list[Branch]) -> None:
    checked_everywhere(series_for(branches), branches[0])
    (grid,) = boards.read(ANYONE).grids
    assert [(column.name, column.release) for column in grid.columns] == [("1.8", "1.8.3"), ("1.7", "1.7.3")]


def test_a_cell_shows_the_release_with_both_tips_behind_it(branches: list[Branch]) -> None:
    series = series_for(branches[:1])
    release = check_on(series, branches[0], CONFLICTS)
    check_on(series, branches[0], APPLIES, "stable")
    check_on(series, branches[0], MERGED, "staging")
    tile = rows_of(boards.read(ANYONE))[0].tiles[1]
    assert (tile.kind, tile.stable, tile.staging) == ("conflicts", "applies", "merged")
    assert tile.url == release.get_absolute_url()


def test_a_branch_without_a_point_release_shows_its_stable_tip(branches: list[Branch]) -> None:
    fresh = make_branch(branches[0].tree, "1.9")
    check_on(series_for([fresh]), fresh, APPLIES, "stable")
    assert rows_of(boards.read(ANYONE))[0].tiles[0].kind == "applies"


def test_a_series_nobody_has_tried_yet_waits(branches: list[Branch]) -> None:
    series_for(branches)
    board = boards.read(ANYONE)
    assert {tile.kind for tile in rows_of(board)[0].tiles} == {"waiting"}
    assert board.is_live


def test_the_verdict_of_an_earlier_revision_doesnt_count(branches: list[Branch]) -> None:
    series = series_for(branches[:1])
    checked_everywhere(series, branches[0])
    revise(series)
    assert rows_of(boards.read(ANYONE))[0].tiles[1].kind == "waiting"


def test_where_two_series_meet_the_worse_is_shown(branches: list[Branch]) -> None:
    advisory = make_advisory(state=State.PUBLIC)
    for verdict in (APPLIES, CONFLICTS):
        check_on(series_for(branches[:1], advisory), branches[0], verdict)
    (row,) = rows_of(boards.read(ANYONE))
    assert row.tiles[1].kind == "conflicts"


def test_flagged_rows_come_first_and_merged_ones_last(branches: list[Branch]) -> None:
    flagged, outstanding, merged = (series_for(branches[:1]) for _ in range(3))
    check_on(flagged, branches[0], CONFLICTS)
    check_on(outstanding, branches[0])
    check_on(merged, branches[0], MERGED)
    flag_on(flagged, branches[0])
    (grid,) = boards.read(ANYONE).grids
    assert [(group.key, len(group.rows)) for group in grid.groups] == [
        ("flagged", 1),
        ("outstanding", 1),
        ("merged", 1),
    ]


def test_readers_see_rows_of_public_advisories_only(branches: list[Branch]) -> None:
    public = make_advisory(state=State.PUBLIC)
    for advisory in (public, make_advisory(state=State.READY), make_advisory(state=State.PREDISCLOSED)):
        checked_everywhere(series_for(branches, advisory), branches[0])
    board = boards.read(ANYONE)
    assert [row.number for row in rows_of(board)] == [public.number]
    assert dict(board.counts)["applies"] == 1


def test_an_advisory_armed_for_later_is_not_on_the_readers_board(branches: list[Branch]) -> None:
    advisory = make_advisory(state=State.PUBLIC, public_in=timedelta(minutes=5))
    checked_everywhere(series_for(branches, advisory), branches[0])
    assert rows_of(boards.read(ANYONE)) == []


def test_a_release_manager_sees_number_and_verdict_of_an_embargoed_one_and_no_more(branches: list[Branch]) -> None:
    advisory = make_advisory(state=State.PREDISCLOSED, title="Secret words")
    checked_everywhere(series_for(branches[:1], advisory), branches[0], NEEDS_TWO)
    board = boards.read(make_user("rm@sluice.example", Role.RELEASE_MANAGER))
    (row,) = rows_of(board)
    assert (row.number, row.title, row.url, row.state) == (advisory.number, "", "", "")
    assert row.is_embargoed
    assert row.tiles[1].kind == "needs prerequisites"
    assert (row.tiles[1].url, row.tiles[1].count) == ("", 0)
    assert "Secret words" not in repr(board)


def test_the_team_sees_titles_and_lengths_of_lists(branches: list[Branch], team: User) -> None:
    advisory = make_advisory(state=State.READY)
    checked_everywhere(series_for(branches[:1], advisory), branches[0], NEEDS_TWO)
    (row,) = rows_of(boards.read(team))
    assert row.title == advisory.title
    assert row.tiles[1].count == 2


def test_a_guest_sees_the_one_advisory_of_the_seat(branches: list[Branch]) -> None:
    mine, other = make_advisory(state=State.READY), make_advisory(state=State.READY)
    guest = make_user("guest@vendor.example")
    make_seat(mine, guest)
    for advisory in (mine, other):
        checked_everywhere(series_for(branches, advisory), branches[0])
    assert [row.number for row in rows_of(boards.read(guest))] == [mine.number]


def test_a_superuser_without_a_seat_sees_what_readers_see(branches: list[Branch]) -> None:
    checked_everywhere(series_for(branches, make_advisory(state=State.READY)), branches[0])
    assert rows_of(boards.read(make_user("op@sluice.example", is_superuser=True))) == []


def test_a_verdict_that_leans_on_a_hidden_fix_tells_strangers_nothing(branches: list[Branch], team: User) -> None:
    hidden = make_advisory(state=State.READY)
    needed = series_for(branches[:1], hidden)
    check_on(series_for(branches[:1]), branches[0], needs_series(needed), leans_on=[hidden])
    (row,) = rows_of(boards.read(ANYONE))
    assert row.tiles[1].kind == "waiting"
    assert (row.tiles[1].count, row.tiles[1].leans_on_embargoed) == (0, False)
    told = next(row for row in rows_of(boards.read(team)) if row.number != hidden.number)
    assert (told.tiles[1].count, told.tiles[1].leans_on_embargoed) == (1, True)


def test_readers_arent_told_that_something_is_looked_at_again(branches: list[Branch], team: User) -> None:
    check_on(series_for(branches[:1]), branches[0], is_due=True)
    BranchRun.objects.create(
        branch=branches[0], state=RunState.RUNNING, lease_until=timezone.now() + timedelta(minutes=1)
    )
    assert not boards.read(ANYONE).is_live
    assert boards.read(team).is_live


def test_readers_see_that_a_flag_is_open_but_not_whose_it_is(branches: list[Branch], team: User) -> None:
    series = series_for(branches[:1])
    check_on(series, branches[0], CONFLICTS)
    Flag.objects.create(series=series, branch=branches[0], owner=team)
    (seen,), (told,) = rows_of(boards.read(ANYONE)), rows_of(boards.read(team))
    assert seen.flag is not None
    assert (seen.flag.owner, seen.flag.is_told) == ("", False)
    assert told.flag is not None
    assert told.flag.owner == str(team)


def test_a_seat_that_has_ended_opens_nothing(branches: list[Branch], team: User) -> None:
    checked_everywhere(series_for(branches, make_advisory(state=State.READY)), branches[0])
    team.team_seats.update(from_at=timezone.now() - timedelta(days=2), until_at=timezone.now() - timedelta(days=1))
    assert rows_of(boards.read(User.objects.get(pk=team.pk))) == []


def test_filters_narrow_the_rows_and_the_columns(branches: list[Branch]) -> None:
    one, two = series_for(branches[:1]), series_for(branches[1:])
    check_on(one, branches[0], CONFLICTS)
    check_on(two, branches[1], APPLIES)
    flag_on(one, branches[0])
    wanted = one.advisory.number
    for asked in (
        boards.Asked(branch="sluice/1.7"), boards.Asked(verdict="conflicts"), boards.Asked(only_flagged=True)
    ):  # fmt: skip
        assert [row.number for row in rows_of(boards.read(ANYONE, asked))] == [wanted], asked
    (grid,) = boards.read(ANYONE, boards.Asked(branch="sluice/1.7")).grids
    assert [column.name for column in grid.columns] == ["1.7"]
    assert boards.read(ANYONE, boards.Asked(tree="another")).grids == ()


def test_counts_stay_whole_while_the_rows_are_filtered(branches: list[Branch]) -> None:
    check_on(series_for(branches[:1]), branches[0], CONFLICTS)
    check_on(series_for(branches[1:]), branches[1], APPLIES)
    counts = dict(boards.read(ANYONE, boards.Asked(verdict="conflicts")).counts)
    assert (counts["conflicts"], counts["applies"]) == (1, 1)


def test_sixty_advisories_on_eight_branches_take_at_most_twelve_queries(
    db: None, team: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    fill(60, make_tree(), 8)
    client = Client()
    client.force_login(team)
    with django_assert_max_num_queries(12):
        answer = client.get("/board/")
    assert answer.status_code == 200


def test_a_larger_board_asks_no_more(db: None, team: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    tree = make_tree()
    fill(2, tree, 2)
    with django_assert_num_queries(8):
        boards.read(User.objects.get(pk=team.pk))
    fill(6, make_tree(slug="other"), 4)
    with django_assert_num_queries(8):
        boards.read(User.objects.get(pk=team.pk))
