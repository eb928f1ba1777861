"""What a verdict behind a hidden fix leaves for those who mustn't know of it: nothing, and nothing to wait for."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from advisories.lifecycle import State
from releases.board import reading as boards
from releases.models import Branch, Flag, Series, SeriesRevision
from tests.make import make_advisory, make_branch, make_seat, make_tree, make_user
from tests.releases.views.rows import APPLIES, CONFLICTS, check_on, checked_everywhere, flag_on, release_on, series_for


@pytest.fixture
def branch(db: None) -> Branch:
    branch = make_branch(make_tree(), "1.7")
    release_on(branch)
    return branch


@pytest.fixture
def series(branch: Branch) -> Series:
    """A guest's series that fails on everything, and only behind a fix the guest mustn't know of."""
    series = series_for([branch], make_advisory(state=State.READY))
    hidden = make_advisory(state=State.READY, title="Hidden")
    for baseline in ("release", "stable", "staging"):
        check_on(series, branch, CONFLICTS, baseline, leans_on=[hidden])
    flag_on(series, branch)
    return series


@pytest.fixture
def guest(series: Series) -> User:
    guest = make_user("guest@sluice.example")
    make_seat(series.advisory, guest)
    return guest


def upload_long_ago(series: Series) -> None:
    SeriesRevision.objects.filter(series=series).update(uploaded_at=timezone.now() - timedelta(hours=1))


def test_a_flag_that_stands_on_a_hidden_fix_alone_is_none_for_a_guest(series: Series, guest: User) -> None:
    assert not Flag.objects.known_to(guest).exists()
    (row,) = boards.read(guest).grids[0].groups[0].rows
    assert row.flag is None
    assert dict(boards.read(guest).counts)["flag"] == 0


def test_the_team_sees_that_flag(series: Series) -> None:
    team = make_user("security@sluice.example", Role.SECURITY)
    assert Flag.objects.known_to(team).count() == 1


def test_a_flag_with_a_failure_of_its_own_besides_stays(series: Series, branch: Branch, guest: User) -> None:
    check_on(series, branch, CONFLICTS, "staging")
    assert Flag.objects.known_to(guest).count() == 1


def test_a_flag_on_another_branch_stays(series: Series, branch: Branch, guest: User) -> None:
    other = make_branch(branch.tree, "1.8")
    series.branches.add(other)
    check_on(series, other, CONFLICTS)
    flag_on(series, other)
    assert [flag.branch for flag in Flag.objects.known_to(guest)] == [other]


def test_a_guest_stops_asking_for_what_never_comes(series: Series, guest: User, client: Client) -> None:
    assert boards.read(guest).is_live
    upload_long_ago(series)
    assert not boards.read(guest).is_live
    client.force_login(guest)
    assert "hx-get" not in client.get("/board/").text


def test_what_is_hidden_and_what_is_not_there_yet_are_awaited_alike(
    series: Series, branch: Branch, guest: User
) -> None:
    series.cells.all().delete()
    assert boards.read(guest).is_live
    upload_long_ago(series)
    assert not boards.read(guest).is_live


def test_the_team_waits_as_long_as_it_takes(branch: Branch) -> None:
    upload_long_ago(series_for([branch]))
    team = make_user("security@sluice.example", Role.SECURITY)
    assert boards.read(team).is_live
    assert not boards.read(AnonymousUser()).is_live


def test_what_has_come_is_settled_for_everyone(branch: Branch) -> None:
    checked_everywhere(series_for([branch]), branch, APPLIES)
    assert not boards.read(AnonymousUser()).is_live
