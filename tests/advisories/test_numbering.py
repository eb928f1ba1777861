"""What becomes of numbers: every one keeps a page for those who may know of it, and nothing is lost on the way."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from advisories import numbering, policies
from advisories.affected import Status
from advisories.lifecycle import State, StepNotAllowed
from advisories.models import Advisory, Affected, Event, Finder, Identifier, Report, Seat, StaleAdvisory, Standing
from advisories.numbering import NoReason, NotThere
from advisories.policy import Announced
from tests.make import make_advisory, make_publication, make_report, make_user, signed_in


@pytest.fixture
def writer(db: None) -> User:
    return make_user("security@sluice.example", Role.SECURITY)


@pytest.fixture
def team(writer: User) -> Client:
    client = Client()
    client.force_login(writer)
    return client


def reported(advisory: Advisory) -> Report:
    report = make_report()
    Report.objects.filter(pk=report.pk).update(advisory=advisory)
    Finder.objects.filter(pk=report.finder_id).update(terms="Not before May.", credit="named")
    report.refresh_from_db()
    return report


def test_a_merged_advisory_hands_its_reports_over_with_their_finders(writer: User) -> None:
    one, other = make_advisory(impact="Kept."), make_advisory()
    report = reported(one)
    numbering.merge(one, other, because="The same flaw.", by=writer)
    report.refresh_from_db()
    assert report.advisory == other
    assert (report.finder.terms, report.finder.credit) == ("Not before May.", "named")
    assert (one.state, one.merged_into, one.impact) == (State.MERGED, other, "Kept.")


def test_a_merged_advisory_leads_to_the_other_beside_its_reason(writer: User) -> None:
    one, other = make_advisory(), make_advisory(title="Known words")
    numbering.merge(one, other, because="The same flaw.", by=writer)
    page = signed_in(writer).get(f"/advisories/{one.number}/").text
    assert f'The same flaw. <a href="/advisories/{other.number}/">{other.label}: Known words</a>' in page


def test_the_record_tells_a_merge_on_both_sides(writer: User) -> None:
    one, other = make_advisory(), make_advisory()
    numbering.merge(one, other, because="The same flaw.", by=writer)
    assert Event.objects.about(one).filter(kind="merged").get().detail == {"into": other.number}
    assert Event.objects.about(other).filter(kind="took-in").get().detail == {"from": one.number}


def test_strangers_learn_of_a_merged_number_once_the_other_is_public_and_not_before(writer: User) -> None:
    one, other = make_advisory(title="Secret words", impact="Secret text"), make_advisory(title="Known words")
    numbering.merge(one, other, because="The same flaw.", by=writer)
    assert Client().get(f"/advisories/{one.number}/").status_code == 404
    make_publication(other, timezone.now() - timedelta(days=1))
    page = Client().get(f"/advisories/{one.number}/").content.decode()
    assert "The same flaw." in page
    assert f'href="/advisories/{other.number}/"' in page
    assert "Secret" not in page


def test_a_guest_of_the_other_one_finds_a_pointer(writer: User) -> None:
    one, other = make_advisory(title="Secret words"), make_advisory()
    guest = make_user()
    Seat.objects.create(advisory=other, user=guest)
    numbering.merge(one, other, because="The same flaw.", by=writer)
    client = Client()
    client.force_login(guest)
    page = client.get(f"/advisories/{one.number}/").content.decode()
    assert "was merged into" in page
    assert "Secret words" not in page


def test_pointers_lead_to_where_the_text_is_now(writer: User) -> None:
    first, second, third = make_advisory(), make_advisory(), make_advisory()
    numbering.merge(first, second, because="The same flaw.", by=writer)
    numbering.merge(second, third, because="The same flaw.", by=writer)
    first.refresh_from_db()
    assert first.merged_into == third


@pytest.mark.parametrize("state", [State.MERGED, State.UNUSED, State.WITHDRAWN])
def test_nothing_is_merged_into_what_leads_nowhere(writer: User, state: State) -> None:
    one, other = make_advisory(), make_advisory(state=state)
    with pytest.raises(NotThere):
        numbering.merge(one, other, because="The same flaw.", by=writer)
    with pytest.raises(NotThere):
        numbering.merge(one, one, because="The same flaw.", by=writer)


def test_of_two_who_end_an_advisory_one_is_told(writer: User) -> None:
    one, other = make_advisory(), make_advisory()
    seen_before = Advisory.objects.get(pk=one.pk)
    numbering.mark_unused(one, because="Nothing to it.", by=writer)
    with pytest.raises(StaleAdvisory):
        numbering.merge(seen_before, other, because="The same flaw.", by=writer)
    with pytest.raises(StepNotAllowed):
        numbering.merge(one, other, because="The same flaw.", by=writer)


def test_every_end_needs_a_reason(writer: User) -> None:
    one, other = make_advisory(), make_advisory()
    with pytest.raises(NoReason):
        numbering.merge(one, other, because=" ", by=writer)
    with pytest.raises(NoReason):
        numbering.mark_unused(one, because="", by=writer)
    with pytest.raises(NoReason):
        numbering.withdraw(make_advisory(state=State.PUBLIC), because="", by=writer)


def test_the_database_refuses_an_end_without_a_reason_and_a_merge_into_nothing(writer: User) -> None:
    changes: list[dict[str, Any]] = [
        {"state": "unused"},
        {"state": "merged", "ended_because": "x"},
        {"merged_into": make_advisory()},
    ]
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            Advisory.objects.filter(pk=make_advisory().pk).update(**change)


def test_a_part_is_split_off_with_what_was_chosen(writer: User) -> None:
    source = make_advisory(number=12, impact="Large.", mitigation="None.")
    report, left = reported(source), reported(source)
    taken = Identifier.objects.create(advisory=source, value="CVE-2026-1234", state=Standing.RESERVED)
    Affected.objects.create(advisory=source, position=1, tree="sluice", ranges="1.0.x", status=Status.AFFECTED)
    child = numbering.split(
        source, title="The other half", sections=["impact"], reports=[report], identifiers=[taken],
        with_affected=True, by=writer,
    )  # fmt: skip
    assert (child.number, child.state, child.split_from) == (13, State.DRAFTING, source)
    assert (child.impact, child.mitigation) == ("Large.", "")
    assert (list(child.reports.all()), list(source.reports.all())) == ([report], [left])
    assert child.identifiers.get() == taken
    assert child.affected.get().ranges == source.affected.get().ranges == "1.0.x"


def test_nothing_of_another_advisory_can_be_split_off(writer: User) -> None:
    source, other = make_advisory(), make_advisory()
    with pytest.raises(NotThere):
        numbering.split(
            source, title="x", sections=[], reports=[reported(other)], identifiers=[], with_affected=False, by=writer
        )


def test_an_unused_number_has_a_page_for_everyone_only_where_the_policy_tells_numbers(
    writer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    advisory = make_advisory(title="Secret words")
    numbering.mark_unused(advisory, because="Nothing to it.", by=writer)
    assert Client().get(f"/advisories/{advisory.number}/").status_code == 404
    announcing = policies.current_policy()
    object.__setattr__(announcing, "announced", frozenset({Announced.NUMBERS}))
    monkeypatch.setattr("advisories.views.advisories.current_policy", lambda: announcing)
    page = Client().get(f"/advisories/{advisory.number}/").content.decode()
    assert "Nothing to it." in page
    assert "Secret words" not in page


def test_a_withdrawn_advisory_stays_readable_and_says_why(writer: User) -> None:
    advisory = make_advisory(state=State.PUBLIC, impact="Large.")
    before = advisory.public_at
    numbering.withdraw(advisory, because="It was never reachable.", by=writer)
    page = Client().get(f"/advisories/{advisory.number}/").content.decode()
    assert "It was never reachable." in page
    assert "Large." in page
    assert advisory.public_at == before


def test_both_pages_lead_to_each_other_where_both_may_be_read(writer: User) -> None:
    old, new = make_advisory(state=State.PUBLIC), make_advisory(state=State.PUBLIC)
    hidden = make_advisory()
    numbering.supersede(old, new, by=writer)
    numbering.supersede(new, hidden, by=writer)
    assert f'href="/advisories/{new.number}/"' in Client().get(f"/advisories/{old.number}/").content.decode()
    page = Client().get(f"/advisories/{new.number}/").content.decode()
    assert f'href="/advisories/{old.number}/"' in page
    assert f"/advisories/{hidden.number}/" not in page


def test_no_advisory_takes_the_place_of_itself(writer: User) -> None:
    first, second = make_advisory(), make_advisory()
    numbering.supersede(first, second, by=writer)
    with pytest.raises(NotThere):
        numbering.supersede(second, first, by=writer)


def test_a_successor_can_be_taken_back(writer: User) -> None:
    first, second = make_advisory(), make_advisory()
    numbering.supersede(first, second, by=writer)
    numbering.supersede(first, None, by=writer)
    assert first.superseded_by is None


@pytest.mark.parametrize(
    ("what", "state"),
    [
        ("merge", State.DRAFTING),
        ("split", State.READY),
        ("unused", State.RESERVED),
        ("withdraw", State.PUBLIC),
        ("supersede", State.PUBLIC),
    ],
)
def test_each_deed_has_a_page_that_says_what_will_happen(team: Client, what: str, state: State) -> None:
    advisory = make_advisory(state=state, impact="Large.")
    assert "What will happen" in team.get(f"/advisories/{advisory.number}/{what}").content.decode()
    assert f"/advisories/{advisory.number}/{what}" in team.get(f"/advisories/{advisory.number}/").content.decode()


@pytest.mark.parametrize(
    ("what", "state"), [("merge", State.PUBLIC), ("withdraw", State.READY), ("split", State.UNUSED)]
)
def test_a_deed_that_cannot_be_done_has_no_page(team: Client, what: str, state: State) -> None:
    advisory = make_advisory(state=state)
    assert team.get(f"/advisories/{advisory.number}/{what}").status_code == 404
    assert team.post(f"/advisories/{advisory.number}/{what}", {"because": "x"}).status_code == 404


def test_the_pages_do_what_they_say(team: Client) -> None:
    one, other, part = make_advisory(), make_advisory(), make_advisory(impact="Large.")
    team.post(f"/advisories/{one.number}/merge", {"into": other.number, "because": "The same flaw."})
    answer = team.post(f"/advisories/{part.number}/split", {"title": "Half", "sections": ["impact"]})
    team.post(f"/advisories/{part.number}/unused", {"because": "Nothing to it."})
    for advisory in (one, part):
        advisory.refresh_from_db()
    assert one.merged_into == other
    assert part.state == State.UNUSED
    assert Advisory.objects.get(split_from=part).get_absolute_url() == answer["Location"]


def test_guests_may_read_and_not_decide(db: None) -> None:
    advisory, guest = make_advisory(), make_user()
    Seat.objects.create(advisory=advisory, user=guest)
    client = Client()
    client.force_login(guest)
    assert client.post(f"/advisories/{advisory.number}/unused", {"because": "x"}).status_code == 403
