"""The page on which the branches of a series and its order are changed."""

import re

import pytest
from django.test import Client

from accounts.models import Role
from advisories.lifecycle import State
from advisories.models import Seat
from releases.models import Branch, Cell, Series
from tests.make import make_advisory, make_branch, make_tree, make_user
from tests.releases.views.conftest import SignIn
from tests.releases.views.rows import series_for


@pytest.fixture
def team(db: None, sign_in: SignIn) -> Client:
    return sign_in(make_user("security@sluice.example", Role.SECURITY))


@pytest.fixture
def series(branches: list[Branch]) -> Series:
    return series_for(branches, make_advisory(state=State.DRAFTING))


def page(series: Series) -> str:
    return f"/series/{series.pk}/change"


def shown(client: Client, series: Series) -> str:
    return client.get(page(series)).content.decode()


def filled(client: Client, series: Series, **changes: object) -> dict[str, object]:
    """The form as a browser would send it back, with these changes."""
    content = shown(client, series)
    seen = re.search(r'name="seen" value="(\w+)"', content)
    assert seen
    ticked = {
        name: re.findall(rf'name="{name}" value="(\d+)"[^>]* checked', content) for name in ("branches", "depends_on")
    }
    return {**ticked, "depends_on_commits": "\n".join(series.depends_on_commits), "seen": seen[1]} | changes


def test_saving_changes_branches_and_order_and_has_them_tried(
    team: Client, series: Series, branches: list[Branch]
) -> None:
    other = series_for(branches)
    commits = f"  {'A' * 40}\r\n\r\n{'b' * 40}\r\n"
    answer = team.post(
        page(series),
        filled(team, series, branches=[branches[1].pk], depends_on=[other.pk], depends_on_commits=commits),
    )
    assert answer["Location"] == f"/series/{series.pk}/"
    series.refresh_from_db()
    assert (list(series.branches.all()), list(series.depends_on.all())) == ([branches[1]], [other])
    assert series.depends_on_commits == ["a" * 40, "b" * 40]
    assert set(Cell.objects.filter(series=series).values_list("branch", "is_due")) == {(branches[1].pk, True)}
    after = team.get(answer["Location"]).content.decode()
    assert other.advisory.label in after
    assert "b" * 40 in after


def test_it_opens_with_what_is_so(team: Client, series: Series, branches: list[Branch]) -> None:
    other = series_for(branches)
    series.branches.set(branches[:1])
    series.depends_on.set([other])
    Series.objects.filter(pk=series.pk).update(depends_on_commits=["c" * 40])
    form = filled(team, series)
    assert (form["branches"], form["depends_on"]) == ([str(branches[0].pk)], [str(other.pk)])
    assert "c" * 40 in shown(team, series)


def test_a_branch_that_is_not_followed_any_more_stays_meant(
    team: Client, series: Series, branches: list[Branch]
) -> None:
    Branch.objects.filter(pk=branches[0].pk).update(is_followed=False)
    assert team.post(page(series), filled(team, series)).status_code == 302
    assert set(series.branches.all()) == set(branches)


def test_a_branch_of_another_tree_is_not_offered_and_not_taken(
    team: Client, series: Series, branches: list[Branch]
) -> None:
    strange = make_branch(make_tree(slug="qemu"), "9.0")
    assert "qemu" not in shown(team, series)
    assert team.post(page(series), filled(team, series, branches=[strange.pk])).status_code == 422
    assert set(series.branches.all()) == set(branches)


def test_no_branch_at_all_is_refused(team: Client, series: Series) -> None:
    answer = team.post(page(series), filled(team, series, branches=[]))
    assert "Tick at least one branch." in answer.content.decode()


@pytest.mark.parametrize("told", ["abc123", "g" * 40, "a" * 41, "a" * 40 + " " + "b" * 40])
def test_what_is_no_full_commit_id_is_refused_with_its_line(team: Client, series: Series, told: str) -> None:
    answer = team.post(page(series), filled(team, series, depends_on_commits=f"{'a' * 40}\n{told}"))
    assert answer.status_code == 422
    assert "Line 2 is not the full id of a commit" in answer.content.decode()


def test_a_circle_is_said_at_the_field(team: Client, series: Series, branches: list[Branch]) -> None:
    other = series_for(branches)
    other.depends_on.add(series)
    answer = team.post(page(series), filled(team, series, depends_on=[other.pk]))
    assert answer.status_code == 422
    assert f"{other.advisory.label} cannot come first" in answer.content.decode()
    assert not series.depends_on.exists()


def test_the_series_itself_and_others_of_its_advisory_are_not_offered(
    team: Client, series: Series, branches: list[Branch]
) -> None:
    sister = series_for(branches, series.advisory)
    assert 'name="depends_on"' not in shown(team, series)
    series_for(branches)
    for one in (series, sister):
        assert team.post(page(series), filled(team, series, depends_on=[one.pk])).status_code == 422
    assert not series.depends_on.exists()


def test_hidden_series_are_neither_offered_nor_shown_nor_lost(
    series: Series, branches: list[Branch], sign_in: SignIn
) -> None:
    hidden = series_for(branches, make_advisory(state=State.READY, title="Hidden words", number=999))
    unrelated = series_for(branches, make_advisory(state=State.READY, title="Hidden words", number=998))
    series.depends_on.add(hidden)
    guest = make_user("guest@vendor.example")
    Seat.objects.create(advisory=series.advisory, user=guest, right="upload")
    client = sign_in(guest)
    content = shown(client, series)
    assert not any(words in content for words in ("Hidden words", "SSA-999", "SSA-998"))
    assert client.post(page(series), filled(client, series, branches=[branches[0].pk])).status_code == 302
    assert set(series.depends_on.all()) == {hidden}
    client.post(page(series), filled(client, series, depends_on=[unrelated.pk]))
    assert set(series.depends_on.all()) == {hidden}


def test_a_form_that_is_out_of_date_changes_nothing(team: Client, series: Series, branches: list[Branch]) -> None:
    form = filled(team, series, branches=[branches[0].pk])
    series.branches.set(branches[1:])
    answer = team.post(page(series), form)
    assert answer.status_code == 422
    assert "has changed since the form was opened" in answer.content.decode()
    assert list(series.branches.all()) == branches[1:]


def test_the_series_page_leads_there_for_those_who_may_upload(
    team: Client, branches: list[Branch], sign_in: SignIn
) -> None:
    public = series_for(branches)
    assert page(public) in team.get(f"/series/{public.pk}/").content.decode()
    assert page(public) not in Client().get(f"/series/{public.pk}/").content.decode()
