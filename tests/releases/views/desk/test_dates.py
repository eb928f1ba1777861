"""Dates at the desk that differ from what was agreed or break a clock: what is asked, shown and offered."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from advisories.embargo import outside_clocks
from advisories.embargo.outside_clocks import Began
from advisories.lifecycle import State
from advisories.models import Advisory, Batch, Embargo, Overrun, StartedClock
from advisories.policies import current_policy
from advisories.release import scheduling
from tests.make import make_advisory, make_embargo, make_proposal
from tests.releases.views.desk.told import when

DAY = timedelta(days=1)


@pytest.fixture
def clock(advisory: Advisory, member: User) -> StartedClock:
    rule = current_policy().clocks[0]
    return outside_clocks.start(advisory, rule.key, Began(timezone.now()), by=member)


def text(answer: object) -> str:
    return str(answer.content.decode())  # type: ignore[attr-defined]


def test_a_date_that_breaks_a_clock_is_planned_only_with_a_reason_which_the_embargos_page_shows(
    team: Client, advisory: Advisory, clock: StartedClock
) -> None:
    asked = {"advisories": [advisory.pk], **when(timezone.now() + 400 * DAY)}
    first = team.post("/desk/plan", asked)
    assert (first.status_code, Batch.objects.count()) == (422, 0)
    assert f'name="seen" value="{clock.pk}"' in text(first)
    assert "Why it is that date all the same" in text(first)
    without = team.post("/desk/plan", asked | {"despite": "on", "seen": clock.pk})
    assert (without.status_code, Batch.objects.count()) == (422, 0)
    unseen = team.post("/desk/plan", asked | {"despite": "on", "why": "It was agreed."})
    assert (unseen.status_code, Batch.objects.count()) == (422, 0), "nobody has seen which clock"
    done = team.post("/desk/plan", asked | {"despite": "on", "seen": clock.pk, "why": "The list has agreed."})
    assert done.status_code == 302
    assert Overrun.objects.get().batch == Batch.objects.get()
    assert "The list has agreed." in text(team.get(f"/advisories/{advisory.number}/embargo/"))


def test_a_release_is_planned_for_the_agreed_end_unless_one_says_that_it_is_meant(
    team: Client, advisory: Advisory, member: User
) -> None:
    end_at = make_embargo(advisory, member).end_at
    assert end_at
    page = text(team.get(f"/desk/plan?advisory={advisory.number}"))
    assert f'value="{end_at:%Y-%m-%d}"' in page
    asked = {"advisories": [advisory.pk], **when(end_at + 2 * DAY)}
    refused = team.post("/desk/plan", asked)
    assert refused.status_code == 422
    assert "nothing goes out before the two are one date" in text(refused)
    assert team.post("/desk/plan", asked | {"despite": "on"}).status_code == 302


def test_a_release_and_an_agreed_end_that_differ_are_shown_on_both_pages_with_what_makes_them_one(
    team: Client, advisory: Advisory, member: User
) -> None:
    end_at = make_embargo(advisory, member).end_at
    batch = scheduling.plan([advisory, make_advisory(state=State.READY)], timezone.now() + 5 * DAY, by=member)
    assert "It is planned before the agreed end of its embargo" in text(team.get("/desk/"))
    page = text(team.get(f"/advisories/{advisory.number}/embargo/"))
    assert "The release is planned for another date than the agreed end" in page
    assert f"/desk/{batch.pk}/split?at=" in page
    move = team.get(f"/desk/{batch.pk}/move")
    assert "There are several dates" in text(move)
    moved = team.post(f"/desk/{batch.pk}/move", {**when(end_at), "reason": "As agreed.", "turn": batch.turn})  # type: ignore[arg-type]
    assert moved.status_code == 302
    batch.refresh_from_db()
    assert batch.planned_at == Embargo.of(advisory).end_at
    assert "another date than the agreed end" not in text(team.get(f"/advisories/{advisory.number}/embargo/"))


def test_agreeing_on_an_end_says_beforehand_what_becomes_of_the_release(
    team: Client, advisory: Advisory, member: User
) -> None:
    batch = scheduling.plan([advisory], timezone.now() + 5 * DAY, by=member)
    proposal = make_proposal(advisory, 14)
    address = f"/advisories/{advisory.number}/embargo/proposals/{proposal.pk}/accept"
    assert "moves with it" in text(team.get(address))
    scheduling.add(batch, make_advisory(state=State.READY), by=member)
    assert "holds other advisories" in text(team.get(address))
    assert team.post(address).status_code == 302
    batch.refresh_from_db()
    assert batch.planned_at != Embargo.of(advisory).end_at == proposal.end_at


def test_whoever_moves_a_release_is_offered_the_next_dates_that_are_good_for_all_of_it(
    team: Client, advisory: Advisory, member: User
) -> None:
    batch = scheduling.plan([advisory, make_advisory(state=State.READY)], timezone.now() + 300 * DAY, by=member)
    page = text(team.get(f"/desk/{batch.pk}/move"))
    asked = re.findall(r'name="at" value="([0-9TZ:-]+)"', page)
    assert len(asked) == 3
    day = asked[0].partition("T")[0]
    assert f'value="{day}"' in text(team.get(f"/desk/{batch.pk}/move?at={asked[0]}"))


def test_choosing_a_proposed_date_loses_nothing_that_was_typed(team: Client, batch: Batch) -> None:
    at = timezone.now() + 300 * DAY
    typed = {**when(batch.planned_at), "reason": "A vendor asked.", "why": "The list has agreed.", "turn": 0}
    page = team.post(f"/desk/{batch.pk}/move", typed | {"at": f"{at:%Y-%m-%dT%H:%M:%SZ}"})
    assert (page.status_code, batch.moves.count()) == (200, 0)
    assert all(said in text(page) for said in (f'value="{at:%Y-%m-%d}"', "A vendor asked.", "The list has agreed."))


@pytest.mark.parametrize("step", ["move", "split", "cancel"])
def test_what_was_typed_about_a_batch_that_somebody_changed_is_asked_again_with_what_they_did(
    step: str, team: Client, batch: Batch, member: User, advisory: Advisory
) -> None:
    scheduling.add(batch, make_advisory(state=State.READY), by=member)
    typed = {**when(batch.planned_at + 3 * DAY), "reason": "A vendor asked.", "leaving": [advisory.pk]}
    seen = batch.turn
    scheduling.move(batch, batch.planned_at + DAY, reason="Earlier than that.", by=member)
    asked = team.post(f"/desk/{batch.pk}/{step}", {**typed, "turn": seen})
    assert asked.status_code == 409
    shown = text(asked)
    assert all(said in shown for said in ("A vendor asked.", "Moved from", str(member)))
    assert f'name="turn" value="{batch.turn}"' in shown
    assert team.post(f"/desk/{batch.pk}/{step}", {**typed, "turn": batch.turn}).status_code == 302


def test_zones_go_by_the_names_of_their_places(team: Client, batch: Batch) -> None:
    page = text(team.get(f"/desk/{batch.pk}/move"))
    assert '<option value="America/New_York">New York</option>' in page
