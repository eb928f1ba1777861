"""Sharing a fix with its finder: the page that says what will be seen, and what the workspace shows afterwards."""

import pytest
from django.test import Client

from accounts.models import User
from advisories.models import Report
from releases.finders import answering, sharing
from releases.models import Found, Series, SharedFix
from tests.make import make_report, make_seat, make_user
from tests.releases.views.conftest import SignIn
from tests.releases.views.rows import revise


@pytest.fixture
def client(team: User, sign_in: SignIn) -> Client:
    return sign_in(team)


def address(report: Report, step: str = "share") -> str:
    return f"/advisories/12/finders/{report.reference}/{step}"


def workspace(client: Client) -> str:
    return client.get("/advisories/12/").content.decode()


def test_the_page_says_what_the_finder_will_see(client: Client, series: Series, report: Report) -> None:
    text = client.get(address(report)).content.decode()
    assert "sluice 1.8, 1.7: series s1, 1 patch, to read and to download" in text
    assert "A letter to ada@research.example" in text


def test_the_workspace_says_that_it_is_not_shared(client: Client, series: Series, report: Report) -> None:
    assert "Not shared." in workspace(client)


def test_without_a_report_there_is_no_finder(client: Client, series: Series) -> None:
    assert "there is no finder to check the fix" in workspace(client)


def test_it_is_shared_and_taken_back(client: Client, series: Series, report: Report, team: User) -> None:
    client.post(address(report))
    assert SharedFix.objects.standing().get().shared_by == team
    assert "Stop sharing" in workspace(client)
    client.post(address(report, "withdraw"))
    assert not SharedFix.objects.standing().exists()
    assert "Share the fix" in workspace(client)


def test_without_a_series_there_is_nothing_to_share(client: Client, report: Report) -> None:
    assert "nothing to share" in client.get(address(report)).content.decode()
    assert client.post(address(report)).status_code == 409


def test_the_workspace_shows_answers_and_says_which_are_older(
    client: Client, series: Series, report: Report, team: User
) -> None:
    sharing.share(series.advisory, report, by=team)
    assert series.current is not None
    answering.answer(report, series.current, series.current.digest, Found.FAILS, "It still crashes.")
    assert "It still crashes." in workspace(client)
    assert f"The finder of report {report.reference} says that s1 does not fix it" in workspace(client)
    revise(series, b"another")
    assert "on s1, which was replaced since" in workspace(client)


def test_a_report_of_something_else_is_not_found(client: Client, series: Series) -> None:
    assert client.get(address(make_report())).status_code == 404


def test_a_guest_neither_shares_nor_sees_with_whom_it_is_shared(
    series: Series, report: Report, sign_in: SignIn
) -> None:
    guest = make_user("guest@vendor.example")
    make_seat(series.advisory, guest)
    theirs = sign_in(guest)
    assert theirs.post(address(report)).status_code == 403
    assert "Checked by finders" not in workspace(theirs)


def test_a_stranger_finds_nothing(series: Series, report: Report, sign_in: SignIn) -> None:
    assert sign_in(make_user("nobody@sluice.example")).get(address(report)).status_code == 404
