"""The release desk as people use it: who sees what, and how a release is planned, moved, split and cancelled."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, User
from advisories import policies
from advisories.lifecycle import State
from advisories.models import Advisory, Approval, Batch, Tiding, What
from advisories.policy import Policy
from advisories.release import releasing, scheduling
from advisories.release.batching import Audience, BatchState
from releases.fixes import fixes_of
from tests.advisories.release.test_releasing import SECTIONS
from tests.make import make_advisory, make_seat, make_user, signed_in
from tests.releases.views.desk.told import WEEK, when

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


def test_what_was_ticked_stands_on_top_when_the_date_is_refused(team: Client) -> None:
    other, meant = (make_advisory(state=State.READY, title=title, **SECTIONS) for title in ("The other", "The one"))
    told = {**when(timezone.now() - WEEK), "advisories": [meant.pk]}
    refused = team.post("/desk/plan", told)
    assert refused.status_code == 422
    assert refused.text.index(meant.title) < refused.text.index(other.title)


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


def test_a_full_day_warns(team: Client, batch: Batch, member: User) -> None:
    policies.change(Policy("SSA", soft_cap=1), based_on=0, by=member, why="One at a time.")
    scheduling.add(batch, make_advisory(), by=member)
    assert "2 advisories on this day are more than 1." in team.get("/desk/").text


def test_planning_from_an_advisory_offers_its_good_dates_and_has_it_on_top(team: Client, advisory: Advisory) -> None:
    later = make_advisory(state=State.READY, title="Another one")
    page = team.get(f"/desk/plan?advisory={later.number}").text
    assert f"/desk/plan?advisory={later.number}&amp;at=" in page
    assert page.index(f"{later.label}: ") < page.index(f"{advisory.label}: ")


def test_the_good_dates_of_what_members_were_told_of_count_from_that_day(
    team: Client, batch: Batch, advisory: Advisory
) -> None:
    preparing = "of preparation from the report"
    assert preparing in team.get(f"/desk/{batch.pk}/move").text
    assert preparing in team.get(f"/desk/plan?advisory={make_advisory(state=State.READY).number}").text
    told_at, loose = timezone.now() - timedelta(days=2), make_advisory(state=State.PREDISCLOSED)
    for one in (advisory, loose):
        Tiding.objects.create(what=What.PREDISCLOSED, audience=Audience.MEMBERS, advisory=one, made_at=told_at)
    for page in (f"/desk/{batch.pk}/move", f"/desk/plan?advisory={loose.number}"):
        shown = team.get(page).text
        assert f"pre-disclosed on {told_at.day} " in shown
        assert preparing not in shown
