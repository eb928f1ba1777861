"""The policy's pages: everyone reads what it promises, the team its history, coordinators change it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role
from advisories import policies
from advisories.forms.policy_entry import PolicyEntry
from advisories.models import PolicyVersion
from advisories.policy import Announced, Blackout, Policy
from advisories.policy.document import as_text, to_document
from tests.make import make_user


def browser(*roles: Role) -> Client:
    client = Client()
    client.force_login(make_user("", *roles))
    return client


@pytest.fixture
def coordinator(db: None) -> Client:
    return browser(Role.COORDINATOR)


def filled(policy: Policy, **changes: Any) -> dict[str, Any]:
    """What a browser sends when somebody opens the form on `policy` and changes these fields."""
    entry = PolicyEntry(document=to_document(policy), why="It has to.")
    parts = [entry.main, *(form for _, form in entry.replies)]
    for rows in (entry.blackouts, entry.clocks, entry.criteria):
        parts += [rows.management_form, *rows]
    data: dict[str, Any] = {}
    for part in parts:
        for field in part:
            value = field.field.prepare_value(field.value()) if field.value() is not None else ""
            data[field.html_name] = [str(each) for each in value] if isinstance(value, list) else value
    return {name: value for name, value in data.items() if value != "" and value is not False} | changes


def save(client: Client, policy: Policy, based_on: int = 0) -> Any:
    told = {"document": as_text(policy), "based_on": based_on, "why": "It has to."}
    return client.post("/policy/save", told)


def text(answer: Any) -> str:
    found: str = answer.content.decode()
    return found


def test_everyone_reads_what_is_promised(db: None, client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        page = text(client.get("/policy/"))
    assert "Advisories are published on Tuesdays, at 12:00 UTC." in page
    assert "linux-distros list: 14 days from the first post to the list, at least 1 day." in page
    assert "/policy/change" not in page


def test_blackouts_and_reasons_stay_inside(coordinator: Client, client: Client) -> None:
    secret = Blackout("Before the big one", date(2026, 12, 1), date(2026, 12, 2))
    save(coordinator, Policy("SSA", blackouts=(secret,)))
    page = text(client.get("/policy/"))
    assert "big one" not in page
    assert "It has to" not in page


def test_what_is_not_an_address_is_no_link(coordinator: Client, client: Client) -> None:
    policy = Policy("SSA")
    clock = replace(policy.clocks[0], source="javascript:alert(1)")
    save(coordinator, replace(policy, clocks=(clock,)))
    assert 'href="javascript' not in text(client.get("/policy/"))


def test_the_form_opens_on_what_holds_and_sent_back_unchanged_changes_nothing(coordinator: Client) -> None:
    assert coordinator.get("/policy/change").status_code == 200
    answer = coordinator.post("/policy/change", filled(Policy("SSA")))
    assert answer.status_code == 422
    assert "Nothing differs" in text(answer)


FULL = Policy(
    "SSA", blackouts=(Blackout("Year's end", date(2026, 12, 21), date(2027, 1, 3)),), countries=("DE", "GB-SCT"),
    announced=frozenset(Announced),
)  # fmt: skip


def test_every_field_goes_through_the_form_and_back(db: None) -> None:
    entry = PolicyEntry(filled(FULL))
    assert entry.is_valid(), (entry.main.errors, entry.blackouts.errors, entry.clocks.errors, entry.wrong)
    assert entry.policy == FULL


def test_a_preview_saves_nothing_and_shows_the_dates_under_both(coordinator: Client) -> None:
    page = text(coordinator.post("/policy/change", filled(Policy("SSA"), weekdays=["thursday"])))
    assert not PolicyVersion.objects.exists()
    assert "<strong>Tuesday " in page
    assert "<strong>Thursday " in page


def test_a_preview_says_what_will_be_announced(coordinator: Client) -> None:
    page = text(coordinator.post("/policy/change", filled(Policy("SSA"), announced=["planned dates"])))
    assert "Everyone will see planned dates of advisories that are still under embargo" in page


def test_from_the_preview_one_goes_back_to_the_form_with_everything_kept(coordinator: Client) -> None:
    told = {"document": as_text(replace(FULL, quorum=4)), "based_on": 0, "why": "Four eyes and four more."}
    page = text(coordinator.post("/policy/change", told))
    assert 'name="quorum" value="4"' in page
    assert "Four eyes and four more." in page


def test_what_was_saved_holds_and_stands_in_the_history(coordinator: Client) -> None:
    answer = save(coordinator, replace(FULL, quorum=3))
    assert answer.url == "/policy/history/1/"
    assert policies.current_policy() == replace(FULL, quorum=3)
    page = text(coordinator.get("/policy/history/1/"))
    assert "It has to." in page
    assert "3 members of the team" in page


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"weekdays": ["sunday"]}, "is not in the working week"),
        ({"rhythm": "weeks"}, "needs a number of weeks"),
        ({"rhythm": "month"}, "Choose the days of the month"),
        ({"countries": "DE, Narnia"}, "No holidays are known"),
        ({"opens": "18:00"}, "hold no working time"),
        ({"clocks-0-exceptional": "3 days"}, "is no longer than its rule"),
        ({"clocks-0-limit": "a fortnight"}, "Give days or hours"),
        ({"blackouts-0-name": "x", "blackouts-0-first": "2026-12-02", "blackouts-0-last": "2026-12-01"}, "before it"),
        ({"reply-low-update_days": "0"}, "greater than or equal to 1"),
        ({"why": ""}, "required"),
        ({"zone": "Europe/Xanadu"}, "Select a valid choice"),
        ({"clocks-TOTAL_FORMS": "nonsense"}, "ManagementForm"),
    ],
)
def test_what_is_wrong_is_said_beside_the_form(coordinator: Client, changes: dict[str, Any], told: str) -> None:
    answer = coordinator.post("/policy/change", filled(Policy("SSA"), **changes))
    assert answer.status_code == 422
    assert told in text(answer)


def test_a_removed_row_is_gone(coordinator: Client) -> None:
    entry = PolicyEntry(filled(Policy("SSA"), **{"clocks-1-DELETE": "on"}))
    assert entry.is_valid()
    assert entry.policy is not None
    assert [rule.key for rule in entry.policy.clocks] == ["linux-distros", "ninety-days"]


def test_the_second_of_two_coordinators_sees_both_and_overwrites_nothing(coordinator: Client) -> None:
    save(coordinator, Policy("SSA", quorum=3, soft_cap=9))
    answer = save(browser(Role.COORDINATOR), Policy("SSA", quorum=4))
    page = text(answer)
    assert answer.status_code == 409
    assert policies.current_policy() == Policy("SSA", quorum=3, soft_cap=9)
    assert "3 members of the team" in page
    assert "4 members of the team" in page
    assert 'name="quorum" value="4"' in page
    assert 'name="soft_cap" value="9"' in page
    assert 'name="based_on" value="1"' in page


def test_the_preview_of_an_outdated_form_shows_both_too(coordinator: Client) -> None:
    save(coordinator, Policy("SSA", quorum=3))
    answer = coordinator.post("/policy/change", filled(Policy("SSA"), quorum="4"))
    assert answer.status_code == 409
    assert "You both changed the same" in text(answer)


@pytest.mark.parametrize("told", [{}, {"document": "{"}, {"document": '{"prefix": "XSA"}', "why": "x"}])
def test_a_preview_that_no_page_of_ours_made_is_refused(coordinator: Client, told: dict[str, str]) -> None:
    assert coordinator.post("/policy/save", told)["Location"] == "/policy/change"
    assert not PolicyVersion.objects.exists()


@pytest.mark.parametrize("role", [None, Role.SECURITY, Role.RELEASE_MANAGER])
def test_only_coordinators_change_it(db: None, role: Role | None) -> None:
    client = browser(*([role] if role else []))
    assert client.get("/policy/change").status_code == 403
    assert client.post("/policy/change", filled(Policy("SSA"), quorum="1")).status_code == 403
    assert save(client, Policy("SSA", quorum=1)).status_code == 403
    assert not PolicyVersion.objects.exists()


@pytest.mark.parametrize(("role", "status"), [(None, 403), (Role.RELEASE_MANAGER, 403), (Role.SECURITY, 200)])
def test_the_history_is_the_teams(coordinator: Client, role: Role | None, status: int) -> None:
    save(coordinator, Policy("SSA", quorum=3))
    client = browser(*([role] if role else []))
    assert client.get("/policy/history/").status_code == status
    assert client.get("/policy/history/1/").status_code == status


def test_the_history_asks_the_same_of_the_database_however_long_it_is(
    coordinator: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(1, 6):
        save(coordinator, Policy("SSA", quorum=2 + number), number - 1)
    with django_assert_max_num_queries(6):
        assert "Version 5" in text(coordinator.get("/policy/history/"))


def test_finders_are_promised_what_the_policy_says(coordinator: Client, client: Client) -> None:
    policy = Policy("SSA")
    terms = tuple(replace(each, first_answer_hours=24) for each in policy.reply_terms)
    assert "Within 2 working days" in text(client.get("/report/"))
    save(coordinator, replace(policy, reply_terms=terms))
    assert "Within 3 working days" in text(client.get("/report/"))
