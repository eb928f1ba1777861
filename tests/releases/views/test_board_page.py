"""The board as a page: its empty states, its links, and what is asked while checks run."""

import re
from datetime import timedelta

from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.models import Role
from advisories.lifecycle import State
from releases.models import Branch, Cell, Tree
from tests.make import make_advisory, make_user
from tests.releases.views.conftest import SignIn
from tests.releases.views.rows import CONFLICTS, check_on, checked_everywhere, flag_on, series_for


def shown(client: Client, address: str = "/board/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_without_a_tree_it_says_so_and_offers_to_add_one_to_those_who_may(db: None, sign_in: SignIn) -> None:
    assert "No source tree yet" in shown(Client())
    assert "/trees/add" not in shown(Client())
    assert "/trees/add" in shown(sign_in(make_user("rm@sluice.example", Role.RELEASE_MANAGER)))


def test_without_a_branch_it_says_when_they_come(sluice: Tree) -> None:
    assert "No branch is followed yet" in shown(Client())


def test_without_a_series_it_says_what_will_stand_here(branches: list[Branch]) -> None:
    assert "No outstanding fix to show" in shown(Client())


def test_a_filter_that_nothing_matches_says_so(branches: list[Branch]) -> None:
    checked_everywhere(series_for(branches), branches[0])
    assert "Nothing matches the filter" in shown(Client(), "/board/?verdict=conflicts")


def test_a_filter_that_makes_no_sense_counts_as_none(branches: list[Branch]) -> None:
    series = series_for(branches)
    checked_everywhere(series, branches[0])
    assert series.advisory.label in shown(Client(), "/board/?verdict=' OR 1=1&page=x")


def test_a_finished_board_asks_nothing_more(branches: list[Branch]) -> None:
    for branch in branches:
        checked_everywhere(series_for([branch]), branch)
    page = shown(Client())
    assert "hx-get" not in page
    assert "htmx" not in page.replace("htmx-config", "")


def test_a_waiting_board_asks_again_and_is_told_when_nothing_changed(branches: list[Branch]) -> None:
    series = series_for(branches)
    page = shown(Client())
    assert 'hx-trigger="every 2s"' in page
    asks = page.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    assert Client().get(asks).status_code == 204
    check_on(series, branches[0], CONFLICTS)
    changed = Client().get(asks)
    assert changed.status_code == 200
    assert 'hx-swap-oob="true"' in changed.content.decode()
    assert "Conflicts" in changed.content.decode()


def test_a_page_that_lacks_a_table_is_loaded_anew(branches: list[Branch]) -> None:
    series_for(branches)
    answer = Client().get("/board/rows?seen=old&grids=")
    assert answer.headers["HX-Refresh"] == "true"


def test_the_counts_lead_to_the_filtered_board_and_back(branches: list[Branch]) -> None:
    series = series_for(branches)
    check_on(series, branches[0], CONFLICTS)
    flag_on(series, branches[0])
    assert 'href="/board/?verdict=conflicts"' in shown(Client())
    assert 'href="/board/?flagged=on"' in shown(Client())
    assert 'aria-current="true"' in shown(Client(), "/board/?verdict=conflicts")


def test_what_readers_see_does_not_age_by_the_minute(branches: list[Branch], sign_in: SignIn) -> None:
    """The same page is a file of the exported site, which nobody writes anew every minute."""
    Tree.objects.update(fetched_at=timezone.now() - timedelta(hours=2))
    series = series_for(branches)
    check_on(series, branches[0], CONFLICTS)
    flag_on(series, branches[0])
    for address in ("/board/", "/trees/", "/trees/sluice/", "/trees/sluice/1.7/"):
        assert not re.search(r"\bago\b|\d\s(?:minutes?|hours?)\b", strip_tags(shown(Client(), address))), address
    assert f"since {timezone.now():%-d %b %Y}" in strip_tags(shown(Client()))


def test_progress_counts_only_what_the_viewer_knows(branches: list[Branch], sign_in: SignIn) -> None:
    open_one = series_for(branches[:1])
    secret = series_for(branches[:1], make_advisory(state=State.READY))
    for series in (open_one, secret):
        checked_everywhere(series, branches[0])
    Cell.objects.filter(series=secret).update(is_due=True)
    assert "up to date" not in shown(Client())
    team = shown(sign_in(make_user("s@sluice.example", Role.SECURITY)))
    assert "3 of 6" in team


def test_what_is_shown_to_the_team_carries_no_inline_script_or_style(branches: list[Branch], sign_in: SignIn) -> None:
    checked_everywhere(series_for(branches), branches[0])
    page = shown(sign_in(make_user("s@sluice.example", Role.SECURITY)))
    assert "style=" not in page
    assert "onclick" not in page
    assert "<script>" not in page
