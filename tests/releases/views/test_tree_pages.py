"""Pages of trees and branches."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role
from advisories.lifecycle import State
from releases.models import Branch, BranchRun, RunState, Tree
from tests.make import make_advisory, make_user
from tests.releases.views.conftest import SignIn
from tests.releases.views.rows import CONFLICTS, MERGED, checked_everywhere, series_for

SETTINGS = {
    "slug": "qemu",
    "url": "https://git.sluice.example/qemu.git",
    "release_tag_pattern": r"R-(\d+\.\d+)\.(\d+)",
    "stable_ref_pattern": "stable-{series}",
    "staging_ref_pattern": "",
    "main_ref": "master",
    "support_file": "",
    "supported_until_pattern": "",
    "security_until_pattern": "",
    "never_needed_pattern": "",
    "fetch_every_s": 300,
}


@pytest.fixture
def manager(db: None, sign_in: SignIn) -> Client:
    return sign_in(make_user("rm@sluice.example", Role.RELEASE_MANAGER))


def test_credentials_of_an_address_are_shown_to_nobody(sluice: Tree, manager: Client) -> None:
    for client in (manager, Client()):
        shown = client.get("/trees/sluice/").content.decode()
        assert "https://git.sluice.example/sluice.git" in shown
        assert "secret" not in shown


def test_a_path_of_the_server_is_shown_to_those_who_keep_trees(sluice: Tree, manager: Client) -> None:
    Tree.objects.update(url="/srv/git/sluice.git")
    assert "/srv/git" in manager.get("/trees/sluice/").content.decode()
    assert "/srv/git" not in Client().get("/trees/sluice/").content.decode()


def test_why_a_fetch_failed_is_told_to_those_who_can_mend_it(sluice: Tree, manager: Client) -> None:
    Tree.objects.update(fetch_error="host git.sluice.example unknown")
    assert "unknown" in manager.get("/trees/sluice/").content.decode()
    shown = Client().get("/trees/sluice/").content.decode()
    assert "The last fetch failed" in shown
    assert "unknown" not in shown


def test_a_new_tree_is_fetched_at_once(manager: Client) -> None:
    assert manager.post("/trees/add", SETTINGS)["Location"] == "/trees/qemu/"
    assert Tree.objects.get(slug="qemu").fetch_due_at is not None


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("url", "ext::sh -c id", "names a helper program"),
        ("url", "--upload-pack=id", "begin with a dash"),
        ("release_tag_pattern", "R-(", "not a regular expression"),
        ("release_tag_pattern", r"R-(?=1)(\d+)\.(\d+)", "looking around"),
        ("never_needed_pattern", r"(a)\1", "without backreferences"),
        ("never_needed_pattern", "a{9999}", "not a regular expression"),
        ("release_tag_pattern", r"R-(\d+)", "needs two groups"),
        ("stable_ref_pattern", "stable", "where the branch"),
    ],
)
def test_settings_that_make_no_sense_are_refused_with_a_sentence(
    manager: Client, field: str, value: str, said: str
) -> None:
    answer = manager.post("/trees/add", SETTINGS | {field: value})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Tree.objects.exists()


def test_changed_settings_are_kept(sluice: Tree, manager: Client) -> None:
    manager.post("/trees/sluice/edit", SETTINGS | {"slug": "sluice", "fetch_every_s": 60})
    assert Tree.objects.get().fetch_every_s == 60


def test_fetch_now_makes_the_tree_due(sluice: Tree, manager: Client) -> None:
    assert manager.post("/trees/sluice/fetch").status_code == 302
    assert Tree.objects.get().fetch_due_at is not None


def test_a_tree_goes_only_while_nothing_hangs_on_it(branches: list[Branch], manager: Client) -> None:
    series_for(branches)
    assert "part of the record" in manager.get("/trees/sluice/remove").content.decode()
    manager.post("/trees/sluice/remove")
    assert Tree.objects.exists()


def test_a_tree_that_nothing_hangs_on_goes_with_its_branches(branches: list[Branch], manager: Client) -> None:
    assert manager.post("/trees/sluice/remove")["Location"] == "/trees/"
    assert not Tree.objects.exists()
    assert not Branch.objects.exists()


def test_a_branch_page_says_what_its_last_release_lacks(branches: list[Branch]) -> None:
    lacking, merged = series_for(branches), series_for(branches)
    checked_everywhere(lacking, branches[0], CONFLICTS)
    checked_everywhere(merged, branches[0], MERGED)
    shown = Client().get("/trees/sluice/1.7/").content.decode()
    assert "What 1.7.3 lacks" in shown
    assert shown.index(lacking.advisory.label) < shown.index("Already in 1.7.3") < shown.index(merged.advisory.label)


def test_runs_are_told_to_the_team_alone(branches: list[Branch], manager: Client) -> None:
    BranchRun.objects.create(branch=branches[0], state=RunState.DONE, cells_total=97, cells_done=97)
    assert "97 of 97" in manager.get("/trees/sluice/1.7/").content.decode()
    assert "97 of 97" not in Client().get("/trees/sluice/1.7/").content.decode()


def test_check_again_promises_a_run(branches: list[Branch], manager: Client) -> None:
    assert manager.post("/trees/sluice/1.7/check").status_code == 302
    assert BranchRun.objects.unfinished().filter(branch=branches[0]).exists()


def test_a_branch_is_let_go_and_followed_again(branches: list[Branch], manager: Client) -> None:
    series_for(branches, make_advisory(state=State.PUBLIC))
    for answer, followed in (("no", False), ("yes", True)):
        manager.post("/trees/sluice/1.7/follow", {"followed": answer})
        assert Branch.objects.get(name="1.7").is_followed is followed


def test_entered_dates_stay_and_emptied_ones_come_from_the_branch_again(
    branches: list[Branch], manager: Client
) -> None:
    dates = {"supported_until": "2027-01-31", "security_supported_until": "2028-01-31"}
    manager.post("/trees/sluice/1.7/dates", dates)
    branch = Branch.objects.get(name="1.7")
    assert (branch.security_supported_until, branch.dates_were_entered) == (date(2028, 1, 31), True)
    manager.post("/trees/sluice/1.7/dates", dict.fromkeys(dates, ""))
    assert not Branch.objects.get(name="1.7").dates_were_entered


def test_security_support_does_not_end_before_support_does(branches: list[Branch], manager: Client) -> None:
    answer = manager.post(
        "/trees/sluice/1.7/dates", {"supported_until": "2028-01-31", "security_supported_until": "2027-01-31"}
    )
    assert answer.status_code == 422


def test_a_method_that_an_address_does_not_take_is_refused(branches: list[Branch], manager: Client) -> None:
    assert manager.get("/trees/sluice/fetch").status_code == 405
    assert manager.get("/trees/sluice/1.7/check").status_code == 405
    assert manager.put("/trees/add").status_code == 405


def test_a_mirror_that_nobody_looks_after_is_not_called_up_to_date(sluice: Tree) -> None:
    Tree.objects.update(fetched_at=timezone.now() - timedelta(seconds=60))
    assert "up to date" in Client().get("/trees/sluice/").content.decode()
    Tree.objects.update(fetched_at=timezone.now() - timedelta(hours=2))
    shown = Client().get("/trees/").content.decode()
    assert "no worker has looked lately" in shown
    assert "up to date" not in shown
