"""Steps of a release at the desk: what each page asks, shows and refuses, from freezing to an order to end it early."""

import re
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from advisories.embargo import ending
from advisories.lifecycle import State
from advisories.models import (
    Advisory,
    Approval,
    Arming,
    Batch,
    KeptFrom,
    Override,
    Publication,
    Reissue,
    Revision,
    Tag,
    Tiding,
    What,
)
from advisories.release import releasing, scheduling, sealing, standing
from advisories.release.batching import Audience, BatchState
from advisories.release.disarming import disarm_for
from advisories.writing import drafting
from releases.fixes import fixes_of
from tests.advisories.release.test_releasing import SECTIONS
from tests.make import make_advisory, make_member, make_user, signed_in
from tests.releases.views.desk.told import WEEK, digest, when


def test_freezing_says_what_changed_and_asks_why_from_the_second_on(team: Client, batch: Batch) -> None:
    assert "becomes v1." in team.get(f"/desk/{batch.pk}/freeze").text
    team.post(f"/desk/{batch.pk}/freeze", {"turn": batch.turn})
    Advisory.objects.update(impact="Larger.")
    assert "becomes v2." in team.get(f"/desk/{batch.pk}/freeze").text
    turn = Batch.objects.get().turn
    assert team.post(f"/desk/{batch.pk}/freeze", {"turn": turn}).status_code == 422
    why = {"turn": turn, "reason": "wrong-data", "changes": "The impact was wrong."}
    team.post(f"/desk/{batch.pk}/freeze", why)
    newest = Revision.objects.get(number=2)
    assert (newest.reason, newest.changes) == (Reissue.WRONG_DATA, "The impact was wrong.")


def test_a_frozen_batch_is_opened_again(team: Client, frozen: Batch) -> None:
    team.post(f"/desk/{frozen.pk}/open")
    frozen.refresh_from_db()
    assert frozen.state == BatchState.OPEN


def test_pre_disclosure_says_what_is_missing_and_is_refused(team: Client, frozen: Batch) -> None:
    assert "There is nobody to pre-disclose it to." in team.get(f"/desk/{frozen.pk}/pre-disclose").text
    assert team.post(f"/desk/{frozen.pk}/pre-disclose", {"turn": frozen.turn}).status_code == 422


def test_what_members_cannot_be_told_without_is_said_before_it_is_frozen(team: Client, batch: Batch) -> None:
    for page in ("", "freeze"):
        told = team.get(f"/desk/{batch.pk}/{page}").text
        assert "Before members may be told" in told
        assert "It doesn&#x27;t say what may be deployed during the embargo." in told


def test_pre_disclosure_names_every_member_it_goes_to(team: Client, frozen: Batch, advisory: Advisory) -> None:
    told, kept_out = make_member("Reservoir Linux"), make_member("Weir Hosting")
    KeptFrom.objects.create(advisory=advisory, organisation=kept_out.organisation, reason="They wrote the flaw.")
    page = team.get(f"/desk/{frozen.pk}/pre-disclose").text
    assert f"{told.organisation}: {advisory.label}" in page
    assert str(kept_out.organisation) not in page


def test_two_approve_exactly_what_they_saw_and_it_is_armed(team: Client, frozen: Batch) -> None:
    page = team.get(f"/desk/{frozen.pk}/approve").text
    assert digest(frozen) in page
    team.post(f"/desk/{frozen.pk}/approve", {"digest": digest(frozen)})
    other = signed_in(make_user("other@sluice.example", Role.COORDINATOR))
    answer = other.post(f"/desk/{frozen.pk}/approve", {"digest": digest(frozen)}, follow=True)
    assert "is armed" in answer.text
    assert Arming.objects.in_force().exists()


def test_an_approval_of_what_is_no_longer_there_shows_what_is(team: Client, frozen: Batch, member: User) -> None:
    seen = digest(frozen)
    scheduling.move(frozen, timezone.now() + 2 * WEEK, reason="Later.", by=member)
    answer = team.post(f"/desk/{frozen.pk}/approve", {"digest": seen})
    assert answer.status_code == 409
    assert "It changed while you looked" in answer.text
    assert digest(frozen) in answer.text
    assert not Approval.objects.exists()


def test_a_void_approval_is_shown_with_why(team: Client, frozen: Batch, member: User) -> None:
    team.post(f"/desk/{frozen.pk}/approve", {"digest": digest(frozen)})
    scheduling.move(frozen, timezone.now() + 2 * WEEK, reason="Later.", by=member)
    assert "void: what would go out has changed since" in team.get("/desk/").text


def test_who_has_approved_is_not_asked_to_again(team: Client, frozen: Batch) -> None:
    assert "Look and approve" in team.get(f"/desk/{frozen.pk}/").text
    team.post(f"/desk/{frozen.pk}/approve", {"digest": digest(frozen)})
    page = team.get(f"/desk/{frozen.pk}/").text
    assert "See what you approved" in page
    assert "Look and approve" not in page


def test_an_approval_is_taken_back(team: Client, frozen: Batch) -> None:
    team.post(f"/desk/{frozen.pk}/approve", {"digest": digest(frozen)})
    team.post(f"/desk/{frozen.pk}/withdraw")
    assert not Approval.objects.standing().exists()


def test_a_decision_against_a_verdict_is_recorded(team: Client, frozen: Batch, advisory: Advisory) -> None:
    address = f"/desk/{frozen.pk}/override/{advisory.number}?branch=sluice+1.0"
    assert "sluice 1.0" in team.get(address).text
    team.post(address, {"turn": frozen.turn, "reason": "1.0 gets a release of its own."})
    assert Override.objects.get().branch == "sluice 1.0"


def test_what_is_approved_can_be_read_with_all_that_stands_beside_its_text(
    team: Client, batch: Batch, advisory: Advisory
) -> None:
    Tag.objects.create(advisory=advisory, word="pass-through")
    releasing.freeze_batch(batch, fixes_of, by=None)
    approving = team.get(f"/desk/{batch.pk}/approve").text
    address = f"/advisories/{advisory.number}/v1"
    assert address in approving
    assert "pass-through" in team.get(address).text


def test_a_revision_says_who_got_it_first_and_nothing_while_nobody_did(
    team: Client, frozen: Batch, advisory: Advisory
) -> None:
    address = f"/advisories/{advisory.number}/v1"
    assert "for readers" not in team.get(address).text
    Tiding.objects.create(
        what=What.PREDISCLOSED, audience=Audience.MEMBERS, advisory=advisory, revision=advisory.revisions.get()
    )
    assert "for pre-disclosure members, then for readers" in team.get(address).text


def test_what_is_held_back_is_loud(team: Client, frozen: Batch, member: User) -> None:
    for person in (member, make_user("other@sluice.example", Role.SECURITY)):
        releasing.approve(frozen, digest(frozen), fixes_of, by=person)
    Advisory.objects.update(text_version=2)
    disarm_for(frozen.members.get(), "Its text was changed", by=None)
    told = team.get("/desk/").text
    assert "Held back" in told
    assert "Its text was changed" in told


def test_what_is_overdue_is_loud(team: Client, batch: Batch) -> None:
    Batch.objects.update(planned_at=timezone.now() - timedelta(hours=1))
    assert "1 overdue." in team.get("/desk/").text


def test_a_leak_is_let_out_by_one_order_that_shows_its_consequences(team: Client, frozen: Batch) -> None:
    page = team.get(f"/desk/{frozen.pk}/end-early").text
    assert "v1 becomes public" in page
    shown = ending.shown(standing.of_batch(frozen, fixes_of))
    told = {"reason": "leaked", "words": "It is on a list.", "shown": shown, "turn": frozen.turn}
    assert "is public now" in team.post(f"/desk/{frozen.pk}/end-early", told, follow=True).text
    assert Advisory.objects.public().exists()


def test_an_order_on_what_has_changed_shows_the_consequences_again(team: Client, frozen: Batch) -> None:
    shown = ending.shown(standing.of_batch(frozen, fixes_of))
    Advisory.objects.update(impact="Larger.")
    told = {"reason": "leaked", "words": "It is on a list.", "shown": shown, "turn": frozen.turn}
    answer = team.post(f"/desk/{frozen.pk}/end-early", told)
    assert answer.status_code == 409
    assert "It is on a list." in answer.text
    assert not Advisory.objects.public().exists()
    looked_at = re.search(r'name="shown" value="(\w+)"', answer.text)
    assert looked_at
    again = told | {"shown": looked_at[1]}
    assert team.post(f"/desk/{frozen.pk}/end-early", again).status_code == 302


def test_an_advisory_in_no_batch_is_ended_from_its_own_page(team: Client, advisory: Advisory) -> None:
    address = f"/desk/advisories/{advisory.number}/end-early"
    assert advisory.title in team.get(address).text
    shown = ending.shown(ending.alone(advisory, fixes_of))
    team.post(address, {"reason": "exploited", "words": "Seen in the wild.", "shown": shown})
    assert Batch.objects.get().ended_early_for == "exploited"


def test_a_public_advisory_whose_draft_changed_is_offered_and_issued_again(team: Client, member: User) -> None:
    public = make_advisory(state=State.PUBLIC, **SECTIONS)
    assert "Issue it again" not in team.get("/desk/").text
    drafting.keep_text(public, {"impact": "Larger."}, read_version=public.text_version, by=member)
    assert "Issue it again" in team.get("/desk/").text
    team.post("/desk/plan", {**when(timezone.now() + WEEK), "advisories": [public.pk]})
    again = Batch.objects.get()
    team.post(f"/desk/{again.pk}/freeze", {"turn": again.turn, "reason": "wrong-data", "changes": "The impact."})
    sealing.seal_waiting()
    again.refresh_from_db()
    assert again.is_reissue
    assert digest(again)
    for page in (f"/desk/{again.pk}/", f"/desk/{again.pk}/end-early"):
        shown = team.get(page).text
        assert "Issue it again now" in shown
        assert "End the embargo" not in shown


def test_what_is_out_and_not_written_down_yet_says_so_and_offers_nothing(team: Client, frozen: Batch) -> None:
    for name in ("one", "two"):
        releasing.approve(frozen, digest(frozen), fixes_of, by=make_user(f"{name}@sluice.example", Role.SECURITY))
    past = timezone.now() - timedelta(seconds=1)
    for rows in (Arming.objects, Publication.objects):
        rows.update(public_at=past)
    Batch.objects.update(planned_at=past)
    page = team.get(f"/desk/{frozen.pk}/").text
    assert "It is public since its instant" in page
    assert "End the embargo now" not in page
    assert "It is public since its instant" in team.get("/desk/").text
