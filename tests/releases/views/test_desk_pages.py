"""The release desk as people use it: who sees what, what each page asks and refuses, and how many queries it takes."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, User
from advisories import policies
from advisories.embargo import ending
from advisories.lifecycle import State
from advisories.models import Advisory, Approval, Arming, Batch, KeptFrom, Override, Publication, Reissue, Revision
from advisories.policy import Policy
from advisories.release import releasing, scheduling, sealing, standing
from advisories.release.batching import BatchState
from advisories.release.disarming import disarm_for
from advisories.writing import drafting
from releases.fixes import fixes_of
from tests.advisories.release.test_releasing import SECTIONS
from tests.make import make_advisory, make_member, make_seat, make_user, signed_in

WEEK = timedelta(days=7)


@pytest.fixture
def member(db: None) -> User:
    return make_user("security@sluice.example", Role.SECURITY)


@pytest.fixture
def team(member: User) -> Client:
    return signed_in(member)


@pytest.fixture
def advisory(db: None) -> Advisory:
    return make_advisory(state=State.READY, title="Guests may overflow a queue", **SECTIONS)


@pytest.fixture
def batch(advisory: Advisory, member: User) -> Batch:
    """Open, a week ahead."""
    return scheduling.plan([advisory], timezone.now() + WEEK, by=member, name="Spring batch")


@pytest.fixture
def frozen(batch: Batch, member: User) -> Batch:
    """Frozen and signed."""
    releasing.freeze_batch(batch, fixes_of, by=member)
    sealing.seal_waiting()
    return batch


def when(at: datetime) -> dict[str, str]:
    return {"day": f"{at:%Y-%m-%d}", "time": f"{at:%H:%M}", "zone": "UTC"}


def digest(batch: Batch) -> str:
    return standing.of_batch(batch, fixes_of).digest


PAGES = ["", "move", "split", "cancel", "freeze", "pre-disclose", "approve", "end-early"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("who", "expected"),
    [("security", 200), ("coordinator", 200), ("release-manager", 403), ("guest", 404), ("operator", 404), ("", 302)],
)
def test_a_batch_is_the_team_s_and_its_date_the_release_managers(
    page: str, who: str, expected: int, frozen: Batch, advisory: Advisory
) -> None:
    client = Client()
    if who:
        roles = [Role(who)] if who in Role.values else []
        person = make_user("somebody@sluice.example", *roles, is_superuser=who == "operator")
        if who == "guest":
            make_seat(advisory, person)
        client.force_login(person)
    assert client.get(f"/desk/{frozen.pk}/{page}").status_code == expected
    if page and expected != 200:
        assert client.post(f"/desk/{frozen.pk}/{page}").status_code == expected
    frozen.refresh_from_db()
    assert (frozen.state, Approval.objects.count()) == (BatchState.FROZEN, 0)


@pytest.mark.parametrize(("who", "expected"), [("guest", 404), ("nobody", 404), ("operator", 404)])
def test_the_desk_is_not_there_for_others(who: str, expected: int, batch: Batch, advisory: Advisory) -> None:
    person = make_user("somebody@sluice.example", is_superuser=who == "operator")
    if who == "guest":
        make_seat(advisory, person)
    assert signed_in(person).get("/desk/").status_code == expected


def test_a_release_manager_sees_settled_dates_and_numbers_and_nothing_else(
    batch: Batch, advisory: Advisory, member: User
) -> None:
    manager = signed_in(make_user("manager@sluice.example", Role.RELEASE_MANAGER))
    assert advisory.label not in manager.get("/desk/").text
    releasing.freeze_batch(batch, fixes_of, by=member)
    told = manager.get("/desk/").text
    assert advisory.label in told
    assert not [word for word in (advisory.title, "Spring batch") if word in told]
    assert manager.get(f"/desk/{batch.pk}/").status_code == 403


def test_an_open_batch_does_not_exist_for_release_managers(batch: Batch) -> None:
    manager = signed_in(make_user("manager@sluice.example", Role.RELEASE_MANAGER))
    assert manager.get(f"/desk/{batch.pk}/").status_code == 404


def test_the_desk_shows_what_is_missing_and_where_it_is_mended(team: Client, batch: Batch, advisory: Advisory) -> None:
    Advisory.objects.update(impact="")
    told = team.get("/desk/").text
    assert "The section “impact” is empty." in told
    assert f"/advisories/{advisory.number}/edit" in told
    assert "No revision is frozen." in told


def test_the_desk_takes_as_many_queries_for_three_batches_as_for_one(team: Client, batch: Batch, member: User) -> None:
    def look() -> int:
        with CaptureQueriesContext(connection) as queries:
            team.get("/desk/")
        return len(queries)

    team.get("/desk/")
    one = look()
    for _ in range(2):
        more = [make_advisory(state=State.READY, **SECTIONS) for _ in range(2)]
        scheduling.plan(more, timezone.now() + WEEK, by=member)
        make_advisory(state=State.DRAFTING)
    assert look() == one


def test_one_advisory_is_released_alone(team: Client, advisory: Advisory) -> None:
    at = timezone.now() + WEEK
    assert "checked" in team.get(f"/desk/plan?advisory={advisory.number}").text
    answer = team.post("/desk/plan", {**when(at), "advisories": [advisory.pk]})
    made = Batch.objects.get()
    assert (answer.status_code, list(made.members)) == (302, [advisory])
    assert made.planned_at == at.replace(second=0, microsecond=0)


def test_a_time_that_does_not_exist_is_refused(team: Client, advisory: Advisory) -> None:
    told = {"day": "2030-03-31", "time": "01:30", "zone": "Europe/London", "advisories": [advisory.pk]}
    answer = team.post("/desk/plan", told)
    assert answer.status_code == 422
    assert "does not exist on 31 March 2030" in answer.text
    assert not Batch.objects.exists()


def test_a_time_that_exists_twice_asks_which_is_meant(team: Client, advisory: Advisory) -> None:
    told = {"day": "2030-10-27", "time": "01:30", "zone": "Europe/London", "advisories": [advisory.pk]}
    answer = team.post("/desk/plan", told)
    assert answer.status_code == 422
    assert "Which of the two" in answer.text
    team.post("/desk/plan", told | {"which": "second"})
    assert Batch.objects.get().planned_at == datetime(2030, 10, 27, 1, 30, tzinfo=ZoneInfo("UTC"))


def test_a_date_in_the_past_is_refused(team: Client, advisory: Advisory) -> None:
    answer = team.post("/desk/plan", {**when(timezone.now() - WEEK), "advisories": [advisory.pk]})
    assert answer.status_code == 422
    assert "passed already" in answer.text


def test_advisories_join_and_leave_while_it_is_open(team: Client, batch: Batch, advisory: Advisory) -> None:
    other = make_advisory(state=State.READY)
    team.post(f"/desk/{batch.pk}/add", {"advisory": other.pk, "turn": batch.turn})
    assert list(batch.members) == [advisory, other]
    team.post(f"/desk/{batch.pk}/remove/{advisory.number}")
    assert list(batch.members) == [other]


def test_a_move_keeps_its_reason_and_says_who_is_told(team: Client, frozen: Batch) -> None:
    assert "release managers and security team" in team.get(f"/desk/{frozen.pk}/move").text
    to = timezone.now() + 2 * WEEK
    team.post(f"/desk/{frozen.pk}/move", {**when(to), "reason": "A partner asked.", "turn": frozen.turn})
    assert frozen.moves.get().reason == "A partner asked."
    assert "A partner asked." in team.get(f"/desk/{frozen.pk}/").text


def test_the_second_of_two_who_read_the_same_is_refused(team: Client, batch: Batch) -> None:
    turn = batch.turn
    for days in (8, 9):
        to = timezone.now() + timedelta(days=days)
        answer = team.post(f"/desk/{batch.pk}/move", {**when(to), "reason": "Later.", "turn": turn}, follow=True)
    assert "Somebody changed" in answer.text
    assert batch.moves.count() == 1


def test_a_split_takes_what_was_ticked(team: Client, batch: Batch, advisory: Advisory, member: User) -> None:
    other = make_advisory(state=State.READY, **SECTIONS)
    scheduling.add(batch, other, by=member)
    told = {**when(timezone.now() + 2 * WEEK), "reason": "Not ready.", "turn": batch.turn, "leaving": [other.pk]}
    team.post(f"/desk/{batch.pk}/split", told)
    assert [list(one.members) for one in Batch.objects.order_by("pk")] == [[advisory], [other]]


def test_a_cancelled_batch_keeps_its_page_and_reason(team: Client, batch: Batch) -> None:
    team.post(f"/desk/{batch.pk}/cancel", {"reason": "Not this month.", "turn": batch.turn})
    assert "Not this month." in team.get(f"/desk/{batch.pk}/").text


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


def test_an_approval_is_taken_back(team: Client, frozen: Batch) -> None:
    team.post(f"/desk/{frozen.pk}/approve", {"digest": digest(frozen)})
    team.post(f"/desk/{frozen.pk}/withdraw")
    assert not Approval.objects.standing().exists()


def test_a_decision_against_a_verdict_is_recorded(team: Client, frozen: Batch, advisory: Advisory) -> None:
    address = f"/desk/{frozen.pk}/override/{advisory.number}?branch=sluice+1.0"
    assert "sluice 1.0" in team.get(address).text
    team.post(address, {"turn": frozen.turn, "reason": "1.0 gets a release of its own."})
    assert Override.objects.get().branch == "sluice 1.0"


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


def test_a_full_day_warns(team: Client, batch: Batch, member: User) -> None:
    policies.change(Policy("SSA", soft_cap=1), based_on=0, by=member, why="One at a time.")
    scheduling.add(batch, make_advisory(), by=member)
    assert "2 advisories on this day are more than 1." in team.get("/desk/").text


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
    assert answer.headers["Location"] == f"/desk/{frozen.pk}/end-early"
    assert not Advisory.objects.public().exists()


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


def test_planning_from_an_advisory_offers_its_good_dates_and_has_it_on_top(team: Client, advisory: Advisory) -> None:
    later = make_advisory(state=State.READY, title="Another one")
    page = team.get(f"/desk/plan?advisory={later.number}").text
    assert f"/desk/plan?advisory={later.number}&amp;at=" in page
    assert page.index(f"{later.label}: ") < page.index(f"{advisory.label}: ")


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
