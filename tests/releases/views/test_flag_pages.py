"""The list of flags, and handing them over."""

from django.test import Client

from accounts.models import Role
from advisories.lifecycle import State
from releases.models import Branch, Flag
from tests.make import make_advisory, make_user
from tests.releases.views.conftest import SignIn
from tests.releases.views.rows import CONFLICTS, checked_everywhere, flag_on, series_for


def flagged(branches: list[Branch], title: str = "Words") -> Flag:
    series = series_for(branches, make_advisory(state=State.READY, title=title))
    checked_everywhere(series, branches[0], CONFLICTS)
    return flag_on(series, branches[0])


def test_a_release_manager_sees_that_an_embargoed_series_fails_but_not_what_it_is(
    branches: list[Branch], sign_in: SignIn
) -> None:
    flag = flagged(branches, "Secret words")
    shown = sign_in(make_user("rm@sluice.example", Role.RELEASE_MANAGER)).get("/flags/").content.decode()
    assert flag.series.advisory.label in shown
    assert "Conflicts" in shown
    assert "Secret words" not in shown
    assert "/checks/" not in shown


def test_the_list_is_narrowed_by_owner(branches: list[Branch], sign_in: SignIn) -> None:
    mine, other = flagged(branches, "Mine"), flagged(branches, "Other")
    user = make_user("s@sluice.example", Role.SECURITY)
    Flag.objects.filter(pk=mine.pk).update(owner=user)
    client = sign_in(user)
    for asked, there, away in (("mine", "Mine", other), ("nobody", "Other", mine)):
        shown = client.get(f"/flags/?owner={asked}").content.decode()
        assert there in shown
        assert away.series.advisory.label not in shown


def test_a_flag_is_handed_over_to_somebody_on_the_team(branches: list[Branch], sign_in: SignIn) -> None:
    flag = flagged(branches)
    colleague = make_user("c@sluice.example", Role.SECURITY)
    client = sign_in(make_user("s@sluice.example", Role.SECURITY))
    client.post(f"/flags/{flag.pk}/owner", {"owner": colleague.email})
    flag.refresh_from_db()
    assert flag.owner == colleague


def test_a_flag_is_not_handed_to_a_stranger(branches: list[Branch], sign_in: SignIn) -> None:
    flag = flagged(branches)
    stranger = make_user("stranger@elsewhere.example")
    client = sign_in(make_user("s@sluice.example", Role.SECURITY))
    client.post(f"/flags/{flag.pk}/owner", {"owner": stranger.email})
    flag.refresh_from_db()
    assert flag.owner is None


def test_taking_a_flag_leads_back_only_within_the_site(branches: list[Branch], sign_in: SignIn) -> None:
    flag = flagged(branches)
    client = sign_in(make_user("s@sluice.example", Role.SECURITY))
    assert client.post(f"/flags/{flag.pk}/take", {"next": "/board/"})["Location"] == "/board/"
    for away in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        assert client.post(f"/flags/{flag.pk}/take", {"next": away})["Location"] == "/flags/"


def test_a_token_is_needed_to_take_a_flag(branches: list[Branch]) -> None:
    flag = flagged(branches)
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("s@sluice.example", Role.SECURITY))
    assert client.post(f"/flags/{flag.pk}/take").status_code == 403
