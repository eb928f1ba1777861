"""Planned releases on calendars: who learns of which, and how dates were kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role, User
from advisories import policies
from advisories.calendar import bars
from advisories.content import Fixes
from advisories.lifecycle import State
from advisories.models import Advisory, Arming, Batch, BatchEntry, BatchMove, Publication, Reissue
from advisories.policy import Announced, Policy
from advisories.release import freezing, keeping_dates, planning, scheduling
from advisories.release.batching import Audience, BatchState
from advisories.writing import drafting
from tests.advisories.test_policy_pages import filled
from tests.make import make_advisory, make_user

NAME = "The summer batch"


@pytest.fixture
def person(db: None) -> User:
    return make_user("security@sluice.example", Role.SECURITY)


@pytest.fixture
def hidden(person: User) -> Advisory:
    return make_advisory(number=41, title="Unspeakable", state=State.READY)


def next_tuesday() -> datetime:
    day = timezone.now() + timedelta(days=7)
    return (day + timedelta(days=(1 - day.weekday()) % 7)).replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def batch(hidden: Advisory, person: User) -> Batch:
    return scheduling.plan([hidden], next_tuesday(), by=person, name=NAME)


def freeze(batch: Batch) -> None:
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.FROZEN)


def announce(*what: Announced) -> None:
    held = policies.in_force()
    if frozenset(what) == held.policy.announced:
        return
    new = replace(held.policy, announced=frozenset(what))
    policies.change(new, based_on=held.sequence, by=None, why="For the test.")


def browser(*roles: Role) -> Client:
    client = Client()
    client.force_login(make_user("", *roles))
    return client


def month(client: Client, batch: Batch) -> str:
    return client.get(f"/calendar/?month={batch.planned_at:%Y-%m}").content.decode()


def events(client: Client, address: str) -> list[Any]:
    return list(Calendar.from_ical(client.get(address).content).walk("VEVENT"))


def test_the_team_sees_what_is_planned_without_a_title(batch: Batch) -> None:
    page = month(browser(Role.SECURITY), batch)
    assert NAME in page
    assert "SSA-41" in page
    assert "Unspeakable" not in page


def test_an_announced_number_has_a_page_with_its_date_and_nothing_else(batch: Batch) -> None:
    freeze(batch)
    assert Client().get("/advisories/41/").status_code == 404
    announce(Announced.NUMBERS, Announced.DATES)
    page = Client().get("/advisories/41/")
    assert page.status_code == 200
    assert "SSA-41 is being prepared" in page.text
    assert f"{batch.planned_at:%H:%M} UTC" in page.text
    assert "Unspeakable" not in page.text
    assert NAME not in page.text
    assert Client().get("/advisories/42/").status_code == 404


@pytest.mark.parametrize("told", [[Announced.DATES], [Announced.NUMBERS], []])
def test_a_number_has_no_page_where_not_both_are_announced(batch: Batch, told: list[Announced]) -> None:
    freeze(batch)
    announce(*told)
    assert Client().get("/advisories/41/").status_code == 404


def test_an_open_plan_announces_no_number(batch: Batch) -> None:
    announce(Announced.NUMBERS, Announced.DATES)
    assert Client().get("/advisories/41/").status_code == 404


def test_release_managers_see_settled_dates_and_no_name(batch: Batch) -> None:
    client = browser(Role.RELEASE_MANAGER)
    assert "day-batch" not in month(client, batch)
    freeze(batch)
    page = month(client, batch)
    assert "day-batch" in page
    assert NAME not in page


def test_what_is_not_settled_takes_no_place_that_a_release_manager_could_see(batch: Batch) -> None:
    viewers = make_user("", Role.RELEASE_MANAGER), make_user("", Role.SECURITY)
    counts = [dict(planning.taken_days(Policy("SSA"), viewer)) for viewer in viewers]
    assert counts == [{}, {batch.planned_at.date(): 1}]


def test_a_planned_day_that_the_policy_speaks_against_says_why(batch: Batch, person: User) -> None:
    scheduling.move(batch, next_tuesday() + timedelta(days=1), reason="Later.", by=person)
    assert "not a Tuesday" in month(browser(Role.SECURITY), batch)


def test_a_date_that_passed_without_a_release_is_said(batch: Batch) -> None:
    Batch.objects.filter(pk=batch.pk).update(planned_at=timezone.now() - timedelta(days=1))
    assert "nothing went out" in browser(Role.SECURITY).get("/calendar/").content.decode()


def test_a_change_of_policy_names_the_planned_dates_it_speaks_against(batch: Batch) -> None:
    told = filled(Policy("SSA"), weekdays=["monday"])
    page = browser(Role.COORDINATOR).post("/policy/change", told).content.decode()
    assert f"{NAME} is planned for" in page


@pytest.mark.parametrize("what", [(), (Announced.NUMBERS,)])
def test_readers_learn_no_date_that_the_policy_does_not_announce(
    batch: Batch, client: Client, what: tuple[Announced, ...]
) -> None:
    freeze(batch)
    announce(*what)
    assert events(client, "/calendar/releases.ics") == []
    assert f"{batch.planned_at:%H:%M} UTC</time>" not in client.get("/policy/").content.decode()


def test_readers_learn_an_announced_date_once_it_is_settled_and_not_its_numbers(batch: Batch, client: Client) -> None:
    announce(Announced.DATES)
    assert events(client, "/calendar/releases.ics") == []
    freeze(batch)
    [event] = events(client, "/calendar/releases.ics")
    assert event["DTSTART"].dt == batch.planned_at
    assert "DESCRIPTION" not in event
    page = client.get("/policy/").content.decode()
    assert "Planned now" in page
    assert "SSA-41" not in page


def test_readers_learn_numbers_with_dates_where_the_policy_announces_both(batch: Batch, client: Client) -> None:
    freeze(batch)
    announce(*Announced)
    [event] = events(client, "/calendar/releases.ics")
    assert str(event["DESCRIPTION"]) == "SSA-41"


def test_who_subscribed_to_a_date_hears_that_it_moved_and_that_it_is_given_up(
    batch: Batch, client: Client, person: User
) -> None:
    announce(Announced.DATES)
    scheduling.move(batch, next_tuesday() + timedelta(days=7), reason="Before anyone knew.", by=person)
    freeze(batch)
    [event] = events(client, "/calendar/releases.ics")
    assert (event["SEQUENCE"], event["STATUS"]) == (0, "CONFIRMED")
    scheduling.move(batch, next_tuesday() + timedelta(days=14), reason="Kanari is ill.", by=person)
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.FROZEN)
    [moved] = events(client, "/calendar/releases.ics")
    assert (moved["UID"], moved["SEQUENCE"]) == (event["UID"], 1)
    scheduling.cancel(Batch.objects.get(pk=batch.pk), reason="Kanari is ill.", by=person)
    [gone] = events(client, "/calendar/releases.ics")
    assert (gone["UID"], gone["SEQUENCE"], gone["STATUS"]) == (event["UID"], 2, "CANCELLED")
    assert gone["DTSTART"].dt == moved["DTSTART"].dt
    assert "anari" not in client.get("/calendar/releases.ics").text


def test_a_date_that_nobody_was_told_is_given_up_in_silence(batch: Batch, client: Client, person: User) -> None:
    announce(Announced.DATES)
    scheduling.cancel(batch, reason="Never mind.", by=person)
    assert events(client, "/calendar/releases.ics") == []


def test_a_calendars_names_of_things_tell_nothing_of_their_ids(batch: Batch, client: Client) -> None:
    freeze(batch)
    announce(Announced.DATES)
    [event] = events(client, "/calendar/releases.ics")
    name, _, host = str(event["UID"]).partition("@")
    assert (len(name), host) == (32, "localhost")


def test_the_teams_file_says_where_each_release_stands(batch: Batch) -> None:
    [event] = events(browser(Role.SECURITY), "/calendar/team.ics")
    assert (str(event["SUMMARY"]), str(event["STATUS"])) == ("Sluice security release, 1 advisory (open)", "TENTATIVE")


def released(days_ago: int, *, moved_by: int = 0, number: int = 1) -> Batch:
    """A release that went out by its arming, moved so many days before."""
    at = timezone.now() - timedelta(days=days_ago)
    batch = Batch.objects.create(planned_at=at, state=BatchState.RELEASED)
    if moved_by:
        BatchMove.objects.create(batch=batch, old_at=at - timedelta(days=moved_by), new_at=at, reason="Later.")
    arming = Arming.objects.create(batch=batch, digest="0" * 64, public_at=at)
    for _ in range(number):
        advisory = make_advisory(state=State.READY)
        revision = freezing.freeze(advisory, Fixes(), audience=Audience.READERS, by=None, reason=Reissue.TEXT)
        Publication.objects.issue(
            advisory=advisory, revision=revision, arming=arming, number=advisory.number, version=1, title="Out",
            content=drafting.for_readers(revision.content), public_at=at,
        )  # fmt: skip
        BatchEntry.objects.create(batch=batch, advisory=advisory, left_at=at)
    return batch


def test_planned_dates_are_measured_against_actual_ones(person: User) -> None:
    released(40, number=2)
    released(10, moved_by=7)
    late, kept = keeping_dates.releases(person)
    assert (late.slip_in_words, late.moves, late.advisories) == ("7 days later", 1, 1)
    assert (kept.slip_in_words, kept.moves, kept.advisories) == ("", 0, 2)


def test_what_is_armed_and_past_its_instant_counts_without_any_worker(person: User) -> None:
    batch = released(3)
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.ARMED)
    assert len(keeping_dates.releases(person)) == 1


def test_the_page_of_kept_dates_shows_them(person: User, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    client = browser(Role.SECURITY)
    assert "Nothing is out yet" in client.get("/calendar/record/").content.decode()
    for days in (100, 60, 20):
        released(days, moved_by=days // 20, number=days // 20)
    with django_assert_max_num_queries(7):
        page = client.get("/calendar/record/").content.decode()
    assert "3 days later" in page
    assert 'aria-label="Releases by their number of advisories: 1: 1, 3: 1, 5: 1"' in page


def test_the_month_asks_the_same_however_much_is_planned(
    person: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = browser(Role.SECURITY)
    for _ in range(4):
        planned = scheduling.plan([make_advisory(state=State.READY)], next_tuesday(), by=person)
    with django_assert_max_num_queries(10):
        assert month(client, planned).count("day-batch-says") == 4


def test_a_released_batch_keeps_its_advisories_on_the_calendar(person: User) -> None:
    batch = released(0)
    page = month(browser(Role.SECURITY), batch)
    assert "day-batch-released" in page
    assert "SSA-1" in page


@pytest.mark.parametrize(("role", "status"), [(None, 403), (Role.RELEASE_MANAGER, 200), (Role.SECURITY, 200)])
def test_the_record_of_dates_is_the_teams(db: None, role: Role | None, status: int) -> None:
    assert browser(*([role] if role else [])).get("/calendar/record/").status_code == status


def test_the_highest_bar_fills_the_chart_and_nothing_is_drawn_for_none() -> None:
    chart = bars([("a", 8), ("b", 0), ("c", 1)])
    assert [bar.height for bar in chart.bars] == [96, 0, 12]
    assert bars([]).bars == ()


def test_a_day_is_the_day_in_the_policys_zone(hidden: Advisory, person: User) -> None:
    at = next_tuesday().replace(hour=20)
    scheduling.plan([hidden], at, by=person)
    taken = planning.taken_days(Policy("SSA", zone="Asia/Tokyo"), person)
    assert dict(taken) == {at.astimezone(UTC).date() + timedelta(days=1): 1}
