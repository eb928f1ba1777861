"""Pages of advisories: reading, writing, and the steps of the lifecycle."""

import pytest
from django.test import Client

from accounts.models import Role
from advisories.affected import Status
from advisories.lifecycle import LEAVES_A_NOTE, STEPS, State
from advisories.models import Advisory, Affected
from advisories.steps import BY_RELEASE
from tests.advisories.release.test_releasing import SECTIONS
from tests.make import make_advisory, make_user


@pytest.fixture
def team(db: None) -> Client:
    client = Client()
    client.force_login(make_user("security@sluice.example", Role.SECURITY))
    return client


def test_the_front_page_tells_the_latest_that_are_public(db: None) -> None:
    make_advisory(state=State.PUBLIC, title="Known words")
    make_advisory(state=State.READY, title="Hidden words")
    shown = Client().get("/").content.decode()
    assert "Known words" in shown
    assert "Hidden words" not in shown


def test_the_front_page_says_that_nothing_is_published_yet(db: None) -> None:
    assert "No advisory has been published" in Client().get("/").content.decode()


def test_the_front_page_names_no_hidden_advisory_even_to_the_team(team: Client) -> None:
    make_advisory(state=State.READY, title="Hidden words")
    assert "Hidden words" not in team.get("/").content.decode()


def test_the_list_keeps_its_pages_short(db: None) -> None:
    for _ in range(51):
        make_advisory(state=State.PUBLIC)
    shown = Client().get("/advisories/").content.decode()
    assert "1–50 of 51" in shown
    assert "SSA-1<" in Client().get("/advisories/?page=2").content.decode()


def test_sections_are_shown_as_safe_markdown(db: None) -> None:
    advisory = make_advisory(state=State.PUBLIC, description="**Bold** <script>alert(1)</script>")
    shown = Client().get(f"/advisories/{advisory.number}/").content.decode()
    assert "<strong>Bold</strong>" in shown
    assert "<script>alert" not in shown


def test_a_withdrawn_advisory_keeps_a_page_that_says_so(db: None) -> None:
    advisory = make_advisory(state=State.WITHDRAWN)
    assert "has been withdrawn" in Client().get(f"/advisories/{advisory.number}/").content.decode()


def test_the_next_number_is_proposed_and_none_is_taken_twice(team: Client) -> None:
    make_advisory(number=41, state=State.UNUSED)
    assert 'value="42"' in team.get("/advisories/add").content.decode()
    assert team.post("/advisories/add", {"number": 41, "title": "Again"}).status_code == 422
    assert team.post("/advisories/add", {"number": 42, "title": "Words"})["Location"] == "/advisories/42/"
    assert Advisory.objects.get(number=42).state == State.DRAFTING


def test_the_text_is_changed_by_those_who_write(team: Client) -> None:
    advisory = make_advisory(state=State.DRAFTING)
    team.post(f"/advisories/{advisory.number}/edit", {"title": "Better words", "impact": "Large.", "read_version": 1})
    advisory.refresh_from_db()
    assert (advisory.title, advisory.impact) == ("Better words", "Large.")


def test_text_that_would_keep_the_renderer_busy_is_refused(team: Client) -> None:
    advisory = make_advisory(state=State.DRAFTING)
    answer = team.post(
        f"/advisories/{advisory.number}/edit", {"title": "Words", "impact": "[" * 65_537, "read_version": 1}
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("state", list(State))
def test_only_the_steps_of_the_lifecycle_are_offered_and_taken(team: Client, state: State) -> None:
    for target in State:
        advisory = _written(state)
        page = f"/advisories/{advisory.number}/"
        is_offered = f'value="{target}"' in (shown := team.get(page).content.decode()) or f"target={target}" in shown
        team.post(f"{page}move", {"target": target})
        advisory.refresh_from_db()
        is_step = target in STEPS[state] - LEAVES_A_NOTE - BY_RELEASE
        assert is_offered == is_step, target
        assert (advisory.state == target) == (is_step or target == state), target


def test_a_text_that_lacks_something_is_not_called_ready(team: Client) -> None:
    advisory = make_advisory(state=State.DRAFTING, description="It overflows.")
    page = f"/advisories/{advisory.number}/"
    shown = team.get(page).content.decode()
    assert "The section “impact” is empty." in shown
    assert "Mark as ready" not in shown
    refused = team.post(f"{page}move", {"target": State.READY}, follow=True).content.decode()
    assert "is not ready: The section “impact” is empty." in refused
    advisory.refresh_from_db()
    assert advisory.state == State.DRAFTING


def test_a_step_that_is_not_there_cannot_be_asked_for(team: Client) -> None:
    advisory = make_advisory(state=State.READY)
    for target in ("withdrawn", "gone", ""):
        assert team.get(f"/advisories/{advisory.number}/move?target={target}").status_code == 404
        team.post(f"/advisories/{advisory.number}/move", {"target": target})
    advisory.refresh_from_db()
    assert advisory.state == State.READY


def _written(state: State) -> Advisory:
    """One whose text lacks nothing."""
    advisory = make_advisory(state=state, **SECTIONS)
    Affected.objects.create(advisory=advisory, tree="sluice", ranges="all", status=Status.AFFECTED, position=1)
    return advisory
