"""A fix shared with its finder, looked at in all forms: before, while and after, by the team and by the finder."""

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from accounts.models import Role, User
from advisories.lifecycle import State
from advisories.models import DoorKind, Report, ReportDoor
from releases.finders import sharing
from releases.models import Series
from tests.browser.conftest import Open
from tests.browser.looking import FORMS, follow, look_at, look_over, press
from tests.make import make_accepted_report, make_advisory, make_branch, make_tree, make_user
from tests.releases.views.rows import APPLIES, CONFLICTS, NEEDS_TWO, check_on, revise, series_for
from tests.upstream import fix, numbered

pytestmark = pytest.mark.browser

BETTER = fix(numbered("queue"), numbered("queue", l20="queue is bounded", l26="queue is counted"))


@pytest.fixture
def team(transactional_db: None) -> User:
    cache.clear()
    return make_user("cora@sluice.example", Role.SECURITY)


@pytest.fixture
def report(team: User) -> Report:
    advisory = make_advisory(number=12, state=State.READY, impact="Large.")
    return make_accepted_report(advisory, team, name="Ada", address="ada@research.example")


@pytest.fixture
def series(report: Report) -> Series:
    assert report.advisory is not None
    tree = make_tree()
    branches = [make_branch(tree, name) for name in ("1.7", "1.8")]
    found = series_for(branches, report.advisory)
    checked(found)
    return found


def checked(series: Series) -> None:
    """One branch takes it, the other one needs something first or won't have it."""
    older, newer = series.branches.order_by("position")
    for branch, verdict, baseline in (
        (newer, APPLIES, "release"), (newer, APPLIES, "stable"), (older, NEEDS_TWO, "release"),
        (older, CONFLICTS, "stable"),
    ):  # fmt: skip
        check_on(series, branch, verdict, baseline)


@pytest.mark.parametrize(("width", "scheme"), FORMS)
def test_every_page_of_a_shared_fix_is_fit_to_look_at(
    team: User, report: Report, series: Series, open_browser: Open, width: int, scheme: str
) -> None:
    finder = open_browser(width=width, scheme=scheme).new_page()
    writer = open_browser(team, width=width, scheme=scheme).new_page()
    link = f"/report/{ReportDoor.open_for(report, DoorKind.PAGE)}/"
    step = f"/advisories/12/finders/{report.reference}"
    wrong = {"nothing shared": look_at(finder, link, "fix not shared")}
    wrong["workspace before"] = look_at(writer, "/advisories/12/", "fix not shared in the workspace")
    wrong["to share"] = look_at(writer, f"{step}/share", "share a fix")
    press(writer, "Share the fix")
    expect(writer.get_by_text("Stop sharing…")).to_be_visible()
    wrong["shared"] = look_at(finder, link, "fix shared")
    follow(finder, "Check the fix")
    wrong["the fix"] = look_over(finder, "fix of a finder")
    finder.get_by_label("It does not").check()
    finder.get_by_label("How you found out").fill("The attached program still crashes 1.7.3.")
    revise(series, BETTER)
    checked(series)
    press(finder, "Send")
    expect(finder.get_by_role("alert")).to_contain_text("has changed since you opened the page")
    wrong["refused"] = look_over(finder, "fix of a finder replaced meanwhile")
    press(finder, "Send")
    wrong["said"] = look_over(finder, "fix of a finder with an answer")
    revise(series, BETTER.replace(b"counted", b"measured"))
    wrong["anew"] = look_at(finder, f"{link}fix/", "fix of a finder asked anew")
    wrong["workspace after"] = look_at(writer, "/advisories/12/", "fix shared in the workspace")
    wrong["to withdraw"] = look_at(writer, f"{step}/withdraw", "stop sharing a fix")
    assert {name: found for name, found in wrong.items() if found} == {}


def test_it_is_shared_and_answered_without_scripts(
    team: User, report: Report, series: Series, open_browser: Open
) -> None:
    sharing.share(series.advisory, report, by=team)
    page = open_browser(scripts=False).new_page()
    page.goto(f"/report/{ReportDoor.open_for(report, DoorKind.PAGE)}/fix/")
    page.get_by_label("It fixes what I reported").check()
    press(page, "Send")
    expect(page.get_by_text("Change your answer")).to_be_visible()
