"""Every page in a real browser: accessible, within its width, and silent on the console."""

from dataclasses import dataclass

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from accounts.models import Role, User
from advisories.lifecycle import State
from advisories.models import DoorKind, Report, ReportDoor
from releases.models import Backlog, Branch, Check, Flag, Series
from tests.accounts.codes import code_of, set_up_app
from tests.browser.conftest import Open
from tests.browser.looking import FORMS, look_at, press
from tests.make import make_advisory, make_branch, make_report, make_tree, make_user
from tests.releases.test_lacking import listed
from tests.releases.views.rows import (
    APPLIES,
    CONFLICTS,
    MERGED,
    NEEDS_TWO,
    PATCH,
    check_on,
    checked_everywhere,
    flag_on,
    release_on,
    series_for,
)

pytestmark = pytest.mark.browser


@dataclass
class Scene:
    """A board with every kind of row, and somebody on the security team."""

    team: User
    branches: list[Branch]
    public: Series
    embargoed: Series
    conflict: Check
    needs: Check
    flag: Flag
    report: Report


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    tree = make_tree()
    branches = [make_branch(tree, "1.7"), make_branch(tree, "1.8", security_supported_until="2020-01-01")]
    for branch in branches:
        release_on(branch)
    team = make_user("security@sluice.example", Role.SECURITY, password="correct horse")
    public = series_for(branches, make_advisory(state=State.PUBLIC, description="Some **words**.\n\n    code\n"))
    embargoed = series_for(branches, make_advisory(state=State.PREDISCLOSED, title="Words under embargo"))
    for series in (public, embargoed):
        checked_everywhere(series, branches[0], NEEDS_TWO)
    conflict = checked_everywhere(embargoed, branches[1], CONFLICTS)
    check_on(public, branches[1], MERGED)
    needs = check_on(public, branches[0], NEEDS_TWO)
    return Scene(team, branches, public, embargoed, conflict, needs, flag_on(embargoed, branches[1]), make_report())


def pages(scene: Scene) -> dict[str, str]:
    number = scene.embargoed.advisory.number
    return {
        "home": "/",
        "advisories": "/advisories/",
        "advisory": f"/advisories/{number}/",
        "new advisory": "/advisories/add",
        **{name: f"/advisories/{number}/{name}" for name in ("edit", "affected", "identifiers", "severity", "merge")},
        "publish": f"/advisories/{number}/move?target=public",
        "board": "/board/",
        "nothing matches": "/board/?verdict=invalid",
        "conflict": f"/checks/{scene.conflict.pk}/",
        "prerequisites": f"/checks/{scene.needs.pk}/",
        "series": f"/series/{scene.embargoed.pk}/",
        "upload": f"/advisories/{number}/series/add",
        "branches and order": f"/series/{scene.embargoed.pk}/change",
        "revision": f"/series/{scene.embargoed.pk}/revise",
        "trees": "/trees/",
        "new tree": "/trees/add",
        "tree": "/trees/sluice/",
        "tree settings": "/trees/sluice/edit",
        "tree stays": "/trees/sluice/remove",
        "branch": "/trees/sluice/1.8/",
        "dates": "/trees/sluice/1.8/dates",
        "flags": "/flags/",
        "report form": "/report/",
        "triage": "/triage/",
        "report": f"/triage/{scene.report.reference}/",
        "letters": "/triage/letters/",
        "nothing here": "/checks/999999/",
    }


@pytest.mark.parametrize(("width", "scheme"), FORMS)
def test_every_page_is_accessible_and_fits(scene: Scene, open_browser: Open, width: int, scheme: str) -> None:
    context = open_browser(scene.team, width=width, scheme=scheme)
    wrong = {}
    for name, address in pages(scene).items():
        page = context.new_page()
        if found := look_at(page, address, name):
            wrong[name] = found
        page.close()
    assert wrong == {}


@pytest.mark.parametrize(("width", "scheme"), FORMS)
def test_what_readers_see_is_accessible_too(scene: Scene, open_browser: Open, width: int, scheme: str) -> None:
    context = open_browser(width=width, scheme=scheme)
    thread = f"/report/{ReportDoor.open_for(scene.report, DoorKind.PAGE)}/"
    places = {"home": "/", "report form": "/report/", "thread": thread, "board": "/board/", "sign-in": "/sign-in"}
    places |= {"check": f"/checks/{scene.needs.pk}/", "branch": "/trees/sluice/1.7/", "trees": "/trees/"}
    listed(scene.branches[0], scene.public)
    reason, public = "the hunk's lines are not in the file", scene.public
    told = {"kind": "conflicts", "reason": reason, "series": public.pk, "revision": public.current_id}
    before = release_on(scene.branches[0], 2)
    Backlog.objects.create(release=before, base_commit=before.commit, wanted="5" * 64, verdicts=[told])
    places |= {"earlier release": "/trees/sluice/1.7/1.7.2/"}
    places |= {"release": "/trees/sluice/1.7/1.7.3/", "no such release": "/lacks?version=9.9.9"}
    for name, address in places.items():
        assert look_at(context.new_page(), address, f"reader {name}") == [], address


def test_the_board_shows_a_verdict_as_it_comes_in(scene: Scene, open_browser: Open) -> None:
    waiting = series_for(scene.branches[:1], make_advisory(state=State.PUBLIC, title="Waiting for a verdict"))
    page = open_browser(scene.team).new_page()
    page.goto("/board/")
    row = page.get_by_role("row").filter(has_text="Waiting for a verdict")
    expect(row).to_contain_text("Waiting")
    expect(page.get_by_role("progressbar")).to_be_visible()
    for baseline in ("stable", "staging", "release"):
        check_on(waiting, scene.branches[0], APPLIES, baseline)
    expect(row).to_contain_text("Applies", timeout=10_000)
    expect(page.get_by_role("progressbar")).to_have_count(0)


def test_the_filter_works_without_scripts(scene: Scene, open_browser: Open) -> None:
    page = open_browser(scene.team, scripts=False).new_page()
    page.goto("/board/")
    page.get_by_label("Verdict").select_option("conflicts")
    press(page, "Filter")
    expect(page.get_by_role("row").filter(has_text="Words under embargo")).to_be_visible()
    expect(page.get_by_role("link", name=scene.public.advisory.label)).to_have_count(0)


def test_a_cell_leads_to_the_hunk_that_fails(scene: Scene, open_browser: Open) -> None:
    page = open_browser(scene.team).new_page()
    page.goto("/board/")
    page.locator(f"#cell-{scene.embargoed.pk}-{scene.branches[1].pk}").click()
    expect(page.get_by_role("heading", name="Conflicts on R-1.8.3")).to_be_visible()
    expect(page.get_by_text("queue is another")).to_be_visible()


def test_signing_in_uploading_and_signing_out(scene: Scene, open_browser: Open) -> None:
    cache.clear()
    secret = set_up_app(scene.team)
    page = open_browser().new_page()
    page.goto(f"/advisories/{scene.embargoed.advisory.number}/series/add")
    page.get_by_label("Mail address").fill("security@sluice.example")
    page.get_by_label("Password").fill("correct horse")
    press(page, "Sign in")
    page.get_by_label("Code").fill(code_of(secret))
    press(page, "Go on")
    page.get_by_label("sluice 1.7", exact=True).check()
    page.get_by_label("Patch files").set_input_files(
        {"name": "other.patch", "mimeType": "text/x-patch", "buffer": PATCH.replace(b"bounded", b"shut")}
    )
    press(page, "Upload and try it")
    expect(page.get_by_text("1 patch kept")).to_be_visible()
    page.get_by_text("Your menu").or_(page.locator(".menu > summary")).first.click()
    press(page, "Sign out")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_a_flag_is_taken_from_the_check(scene: Scene, open_browser: Open) -> None:
    page = open_browser(scene.team).new_page()
    page.goto(f"/checks/{scene.conflict.pk}/")
    press(page, "Take it")
    expect(page.get_by_text("is yours")).to_be_visible()
    scene.flag.refresh_from_db()
    assert scene.flag.owner == scene.team
