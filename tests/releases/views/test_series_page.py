"""The page of a series, and the grid on its advisory's page."""

from django.test import Client

from accounts.models import Role
from advisories.lifecycle import State
from releases.models import Branch
from tests.make import make_advisory, make_user
from tests.releases.views.conftest import SignIn
from tests.releases.views.rows import CONFLICTS, check_on, checked_everywhere, revise, series_for


def test_it_shows_the_patches_their_digests_and_the_verdicts(branches: list[Branch]) -> None:
    series = series_for(branches)
    check = check_on(series, branches[0], CONFLICTS)
    shown = Client().get(f"/series/{series.pk}/").content.decode()
    patch = series.revisions.get().patches.get()
    assert patch.sha256 in shown
    assert f"/checks/{check.pk}/" in shown
    assert "bounded" in shown
    named = ", ".join(branch.name for branch in reversed(branches))
    assert f"series for {branches[0].tree} {named} · Sluice security</title>" in shown


def test_an_earlier_revision_says_that_it_is_one(branches: list[Branch], sign_in: SignIn) -> None:
    series = series_for(branches)
    revise(series)
    team = sign_in(make_user("s@sluice.example", Role.SECURITY))
    assert "This is an earlier revision" in team.get(f"/series/{series.pk}/s1/").content.decode()
    assert "This is an earlier revision" not in team.get(f"/series/{series.pk}/").content.decode()


def test_a_verdict_of_an_earlier_revision_counts_as_waiting(branches: list[Branch]) -> None:
    series = series_for(branches[:1])
    check = checked_everywhere(series, branches[0])
    revise(series)
    shown = Client().get(f"/series/{series.pk}/").content.decode()
    assert f"/checks/{check.pk}/" not in shown
    assert "Waiting" in shown


def test_a_dependency_that_the_viewer_may_not_see_is_not_named(branches: list[Branch]) -> None:
    series, hidden = series_for(branches), series_for(branches, make_advisory(state=State.READY, number=999))
    series.depends_on.add(hidden)
    assert "SSA-999" not in Client().get(f"/series/{series.pk}/").content.decode()


def test_the_advisory_shows_its_series_and_offers_an_upload_to_those_who_may(
    branches: list[Branch], sign_in: SignIn
) -> None:
    series = series_for(branches)
    checked_everywhere(series, branches[0])
    page = f"/advisories/{series.advisory.number}/"
    assert "series/add" not in Client().get(page).content.decode()
    team = sign_in(make_user("s@sluice.example", Role.SECURITY)).get(page).content.decode()
    assert f"/series/{series.pk}/" in team
    assert "series/add" in team
