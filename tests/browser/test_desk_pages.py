"""The release desk in a real browser: accessible, within its width, and usable without scripts."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django import Settings

from accounts.models import Role, Sending, User
from advisories.lifecycle import State
from advisories.models import Advisory, Batch, ExportedSite, PublicationStep, Vector
from advisories.release import publishing, releasing, scheduling, sealing, standing
from advisories.writing import drafting
from releases.fixes import fixes_of
from tests.advisories.release.test_releasing import SECTIONS
from tests.browser.conftest import Open
from tests.browser.looking import FORMS, follow, look_at, press
from tests.make import make_advisory, make_branch, make_series, make_tree, make_user
from tests.upstream import fix, numbered
from tests.walk.batches import armed, its_instant_comes

pytestmark = pytest.mark.browser


@pytest.fixture
def people(transactional_db: None) -> list[User]:
    return [make_user(f"{name}@sluice.example", Role.SECURITY) for name in ("ada", "bo", "cy")]


@pytest.fixture
def batches(people: list[User]) -> list[Batch]:
    """One open and bare, one held back after it was armed, one overdue."""
    now = timezone.now()
    branch = make_branch(make_tree(), "1.9")
    titles = ("Guests may write past the event queue", "A released grant mapping can be used once more")
    bare = [make_advisory(title=title, state=State.DRAFTING) for title in titles]
    make_series(branch, fix(numbered("queue"), numbered("queue", l25="queue is safe")), advisory=bare[0])
    whole = make_advisory(title="Host crash by an emptied scheduler queue", state=State.READY, **SECTIONS)
    Vector.objects.create(advisory=whole, vector="CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H")
    late = make_advisory(title="Console buffer read before it was written", state=State.READY, **SECTIONS)
    planned = scheduling.plan(bare, now + timedelta(days=21), by=people[0], name="Spring batch")
    held = scheduling.plan([whole], now + timedelta(days=6), by=people[0])
    scheduling.move(held, now + timedelta(days=8), reason="A vendor needs two more days.", by=people[1])
    releasing.freeze_batch(held, fixes_of, by=people[0])
    sealing.seal_waiting()
    for person in people[1:]:
        releasing.approve(held, standing.of_batch(held, fixes_of).digest, fixes_of, by=person)
    drafting.keep_text(whole, {"impact": "A guest can stop the host."}, read_version=1, by=people[0])
    releasing.freeze_batch(Batch.objects.get(pk=held.pk), fixes_of, by=people[0], changes="The impact says more.")
    overdue = scheduling.plan([late], now + timedelta(days=1), by=people[0])
    Batch.objects.filter(pk=overdue.pk).update(planned_at=now - timedelta(hours=3))
    make_advisory(title="Weights may be changed while they are charged", state=State.DRAFTING)
    return [planned, held, overdue]


@pytest.mark.parametrize(("width", "scheme"), FORMS)
def test_every_page_of_the_desk_is_accessible_and_fits(
    people: list[User], batches: list[Batch], open_browser: Open, width: int, scheme: str
) -> None:
    context = open_browser(people[0], width=width, scheme=scheme)
    planned, held, _ = batches
    whole = Advisory.objects.get(entries__batch=held, entries__left_at=None)
    addresses = {
        "desk": "/desk/", "plan": "/desk/plan", "open batch": f"/desk/{planned.pk}/",
        "held batch": f"/desk/{held.pk}/", "approve": f"/desk/{held.pk}/approve", "split": f"/desk/{planned.pk}/split",
        "move": f"/desk/{held.pk}/move", "cancel": f"/desk/{held.pk}/cancel", "freeze": f"/desk/{held.pk}/freeze",
        "pre-disclose": f"/desk/{held.pk}/pre-disclose", "end early": f"/desk/{planned.pk}/end-early",
        "revision": f"/advisories/{whole.number}/v2",
    }  # fmt: skip
    for called, address in addresses.items():
        assert look_at(context.new_page(), address, called) == [], address


@pytest.mark.parametrize(("width", "scheme"), FORMS)
def test_an_empty_desk_and_a_release_manager_s_are_accessible_and_fit(
    people: list[User], open_browser: Open, width: int, scheme: str
) -> None:
    assert look_at(open_browser(people[0], width=width, scheme=scheme).new_page(), "/desk/", "empty desk") == []
    manager = make_user("manager@sluice.example", Role.RELEASE_MANAGER)
    scheduling.plan([make_advisory(state=State.READY)], timezone.now() + timedelta(days=3), by=people[0])
    Batch.objects.update(state="frozen")
    page = open_browser(manager, width=width, scheme=scheme).new_page()
    assert look_at(page, "/desk/", "dates") == []


def test_a_release_is_planned_and_frozen_without_scripts(people: list[User], open_browser: Open) -> None:
    advisory = make_advisory(state=State.READY, **SECTIONS)
    page = open_browser(people[0], scripts=False).new_page()
    page.goto(f"/desk/plan?advisory={advisory.number}")
    page.get_by_label("Day", exact=True).fill(f"{timezone.now() + timedelta(days=9):%Y-%m-%d}")
    press(page, "Plan it")
    follow(page, "Freeze…")
    press(page, "Freeze")
    expect(page.get_by_text("A worker writes and signs the text now.")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), FORMS)
def test_what_follows_a_release_is_accessible_and_fits_however_far_it_is(
    people: list[User], open_browser: Open, settings: Settings, tmp_path: Path, width: int, scheme: str
) -> None:
    settings.ANNOUNCE_TO, settings.EXPORT_DIR = ["announce@lists.sluice.example"], tmp_path
    batch, _ = armed(2), ExportedSite.objects.went_wrong("/srv/penstock/site", "/advisories/feed.atom answers 500.")
    context = open_browser(people[0], width=width, scheme=scheme)
    its_instant_comes()
    assert look_at(context.new_page(), f"/desk/{batch.pk}/", "steps waiting") == []
    publishing.release_due()
    for pk in publishing.due_steps()[2:5]:
        publishing.do_step(pk)
    trouble = {
        "export": "OSError: No space left on device.",
        "files": "/advisories/1/v1/patches/1.patch is not what was approved. And 1 more.",
        "mail": "SMTPDataError 451",
    }
    for kind, said in trouble.items():
        steps = PublicationStep.objects.filter(kind=kind)
        steps.update(state=Sending.QUEUED, sent_at=None, trouble=said, due_at=timezone.now() + timedelta(minutes=8))
    steps.filter(pk=steps.latest("pk").pk).update(state=Sending.FAILED)
    page = context.new_page()
    assert look_at(page, f"/desk/{batch.pk}/", "steps in trouble") == []
    assert look_at(context.new_page(), "/desk/", "desk with trouble") == []
    assert look_at(context.new_page(), "/trees/", "trees with trouble") == []
    press(page, "Try again", exact=False)
    expect(page.get_by_text("It is tried again.")).to_be_visible()
    PublicationStep.objects.update(state=Sending.SENT, sent_at=timezone.now(), trouble="")
    assert look_at(context.new_page(), f"/desk/{batch.pk}/", "steps all done") == []
