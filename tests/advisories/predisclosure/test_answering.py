"""Members answer for their own products on what they hold, and nobody overwrites anybody unseen."""

import html
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from advisories.models import (
    Advisory,
    Ask,
    AskKind,
    ContactRight,
    KeptFrom,
    Membership,
    MembershipState,
    NoteAudience,
    Organisation,
    Product,
    Readiness,
    ReadinessStatus,
)
from advisories.predisclosure import answering, promising, readiness
from advisories.predisclosure.answering import (
    AnsweredAlready,
    AskedAlready,
    NotTheirsToAnswer,
    SaysNothing,
    StaleReadiness,
    Told,
)
from tests.advisories.predisclosure.told import predisclosed
from tests.make import make_contact, make_member, make_user

pytestmark = pytest.mark.django_db

PREPARED = Told(ReadinessStatus.PREPARED)


@pytest.fixture
def member() -> Membership:
    return make_member()


@pytest.fixture
def contact(member: Membership) -> User:
    return make_contact(member, right=ContactRight.ANSWER)


@pytest.fixture
def product(member: Membership) -> Product:
    return Product.objects.create(organisation=member.organisation, name="Stable 12", builds_on="1.0")


@pytest.fixture
def advisory(member: Membership) -> Advisory:
    return predisclosed(number=40, title="Members may read this")


@pytest.fixture
def client(contact: User) -> Client:
    client = Client()
    client.force_login(contact)
    return client


def test_an_answer_takes_the_place_of_the_one_that_was_read(
    advisory: Advisory, product: Product, contact: User
) -> None:
    first = answering.say(advisory.pk, product, PREPARED, read=None, by=contact)
    answering.say(advisory.pk, product, Told(ReadinessStatus.TESTED), read=first.pk, by=contact)
    assert [one.status for one in Readiness.objects.standing()] == ["tested"]
    assert Readiness.objects.count() == 2


@pytest.mark.parametrize("read", [None, 999_999])
def test_of_two_who_answer_at_once_the_second_sees_the_first(
    advisory: Advisory, product: Product, contact: User, read: int | None
) -> None:
    answering.say(advisory.pk, product, PREPARED, read=None, by=contact)
    with pytest.raises(StaleReadiness) as stale:
        answering.say(advisory.pk, product, Told(ReadinessStatus.DEPLOYED), read=read, by=contact)
    assert stale.value.standing is not None
    assert stale.value.standing.status == ReadinessStatus.PREPARED


def test_not_affected_says_why(advisory: Advisory, product: Product, contact: User) -> None:
    with pytest.raises(SaysNothing):
        answering.say(advisory.pk, product, Told(ReadinessStatus.NOT_AFFECTED, " "), read=None, by=contact)
    with pytest.raises(IntegrityError), transaction.atomic():
        Readiness.objects.create(advisory=advisory, product=product, status="not-affected", said_by=contact)


def test_a_contact_who_may_only_read_does_not_answer(advisory: Advisory, member: Membership, product: Product) -> None:
    reader = make_contact(member, right=ContactRight.READ)
    with pytest.raises(NotTheirsToAnswer):
        answering.say(advisory.pk, product, PREPARED, read=None, by=reader)


def test_nobody_answers_for_what_another_member_makes(advisory: Advisory, product: Product) -> None:
    other = make_contact(make_member("Other"))
    with pytest.raises(NotTheirsToAnswer):
        answering.say(advisory.pk, product, PREPARED, read=None, by=other)


@pytest.mark.parametrize("lost", ["suspended", "removed", "kept from"])
def test_who_lost_the_advisory_answers_no_more(
    advisory: Advisory, member: Membership, product: Product, contact: User, lost: str
) -> None:
    if lost == "kept from":
        KeptFrom.objects.create(advisory=advisory, organisation=member.organisation, reason="A mistake.")
    else:
        member.move_to(MembershipState(lost), by=None, reason="A leak.")
    with pytest.raises(NotTheirsToAnswer):
        answering.say(advisory.pk, product, PREPARED, read=None, by=contact)
    assert not Readiness.objects.visible_to(contact).exists()


def test_other_members_read_what_was_said_to_all_and_nothing_else(
    advisory: Advisory, product: Product, contact: User
) -> None:
    late = make_member("Late")
    other = make_contact(late)
    said = answering.say(advisory.pk, product, PREPARED, read=None, by=contact)
    assert not readiness.shared(advisory.pk, other)
    told = Told(ReadinessStatus.TESTED, note="It slows guests down.", told_to=NoteAudience.MEMBERS)
    shared = answering.say(advisory.pk, product, told, read=said.pk, by=contact)
    assert not readiness.shared(advisory.pk, other), "the other member doesn't hold it"
    holder = make_member("Holder")
    predisclosed_again = make_contact(holder)
    promising.catch_up(holder)
    assert readiness.shared(advisory.pk, predisclosed_again) == (shared,)


def test_silence_is_counted_as_silence(advisory: Advisory, product: Product, contact: User) -> None:
    silent = make_member("Silent")
    promising.catch_up(silent)
    answering.say(advisory.pk, product, PREPARED, read=None, by=contact)
    seen = readiness.glance([advisory.pk], make_user("", Role.SECURITY))[advisory.pk]
    assert {one.word: one.number for one in seen.counts} == {"Silent": 1, "Fix prepared": 1}


def test_a_member_counts_where_the_least_ready_of_its_products_is(
    advisory: Advisory, product: Product, contact: User
) -> None:
    second = Product.objects.create(organisation=product.organisation, name="Edge")
    answering.say(advisory.pk, product, Told(ReadinessStatus.DEPLOYED), read=None, by=contact)
    answering.say(advisory.pk, second, Told(ReadinessStatus.AFFECTED), read=None, by=contact)
    seen = readiness.glance([advisory.pk], make_user("", Role.SECURITY))[advisory.pk]
    assert [(one.word, one.number) for one in seen.counts if one.number] == [("Affected", 1)]


def test_the_glance_takes_as_many_queries_for_many_as_for_one(
    advisory: Advisory, django_assert_num_queries: Any
) -> None:
    team = make_user("", Role.SECURITY)
    numbers = [advisory.pk, *(predisclosed(number=50 + place).pk for place in range(4))]
    assert team.current_roles
    with django_assert_num_queries(3):
        readiness.glance(numbers[:1], team)
    with django_assert_num_queries(3):
        readiness.glance(numbers, team)


def later() -> Any:
    return timezone.now() + timedelta(days=30)


def test_a_member_asks_once_until_the_team_has_answered(advisory: Advisory, member: Membership, contact: User) -> None:
    values = {"wanted_at": later(), "reason": "Our release is frozen.", "by": contact}
    asked = answering.ask(advisory.pk, member.organisation, AskKind.EXTENSION, **values)
    with pytest.raises(AskedAlready):
        answering.ask(advisory.pk, member.organisation, AskKind.NOT_READY, **values)
    team = make_user("", Role.SECURITY)
    answering.reply(asked, "We cannot wait for that.", by=team)
    with pytest.raises(AnsweredAlready):
        answering.reply(Ask.objects.get(pk=asked.pk), "Or can we?", by=team)
    answering.ask(advisory.pk, member.organisation, AskKind.NOT_READY, **values)


def test_a_question_without_a_reason_or_about_the_past_is_none(
    advisory: Advisory, member: Membership, contact: User
) -> None:
    for wanted_at, reason in ((later(), " "), (timezone.now(), "We were late.")):
        with pytest.raises(SaysNothing):
            answering.ask(
                advisory.pk, member.organisation, AskKind.NOT_READY, wanted_at=wanted_at, reason=reason, by=contact
            )
    assert not Ask.objects.exists()


def test_the_desk_shows_who_cannot_be_ready(advisory: Advisory, member: Membership, contact: User) -> None:
    answering.ask(
        advisory.pk, member.organisation, AskKind.NOT_READY, wanted_at=later(), reason="Holidays.", by=contact
    )
    seen = readiness.glance([advisory.pk], make_user("", Role.SECURITY))[advisory.pk]
    assert [one.organisation for one in seen.asks] == [member.organisation]


def test_a_contact_answers_on_the_page(client: Client, advisory: Advisory, product: Product) -> None:
    page = client.get("/members/advisories/40/readiness").text
    assert "Nothing said yet" in page
    address = f"/members/advisories/40/readiness/{product.pk}"
    assert client.get(address).status_code == 200
    assert client.post(address, {"status": "not-affected", "told_to": "team"}).status_code == 422
    sent = {"status": "not-affected", "reason": "That driver is not built.", "told_to": "team", "tracking_id": "RL-9"}
    assert client.post(address, sent).status_code == 302
    page = client.get("/members/advisories/40/readiness").text
    assert "That driver is not built." in page
    assert "RL-9" in page
    assert client.post(address, sent).status_code == 409


def test_a_contact_tells_the_team_of_a_date_that_cannot_be_met(
    client: Client, advisory: Advisory, member: Membership
) -> None:
    sent = {
        "organisation": member.organisation_id,
        "kind": "not-ready",
        "wanted_at": "2099-01-31 12:00",
        "reason": "Ice.",
    }
    assert client.post("/members/advisories/40/readiness/ask", sent).status_code == 302
    assert "has not answered yet" in client.get("/members/advisories/40/readiness").text
    team = Client()
    team.force_login(make_user("", Role.SECURITY))
    assert "Ice." in team.get("/advisories/40/readiness").text
    asked = Ask.objects.get()
    assert team.post(f"/advisories/40/readiness/asks/{asked.pk}/reply", {"answer": ""}).status_code == 422
    assert team.post(f"/advisories/40/readiness/asks/{asked.pk}/reply", {"answer": "Thank you."}).status_code == 302
    assert "Thank you." in client.get("/members/advisories/40/readiness").text


def test_products_are_named_and_retired_by_who_may_answer(client: Client, member: Membership) -> None:
    address = f"/members/products/of/{member.organisation_id}/add"
    assert client.post(address, {"name": "Edge", "builds_on": "1.0"}).status_code == 302
    assert client.post(address, {"name": "edge"}).status_code == 422
    made = Product.objects.get(name="Edge")
    assert client.post(f"/members/products/{made.pk}/retire").status_code == 302
    assert not Product.objects.current().exists()
    reader = Client()
    reader.force_login(make_contact(member, right=ContactRight.READ))
    assert reader.post(address, {"name": "Mine"}).status_code == 403


def test_for_everyone_else_there_is_nothing_there(advisory: Advisory, product: Product) -> None:
    stranger = make_contact(make_member("Stranger"))
    for viewer in (stranger, make_user("", Role.SECURITY), make_user(is_superuser=True)):
        browser = Client()
        browser.force_login(viewer)
        for page in ("readiness", f"readiness/{product.pk}", "discussion"):
            assert browser.get(f"/members/advisories/40/{page}").status_code == 404, page


def test_an_organisation_merged_into_another_is_not_asked_twice(advisory: Advisory, member: Membership) -> None:
    new = make_member("New")
    member.move_to(MembershipState.REMOVED, by=None, reason="Merged.")
    Organisation.objects.filter(pk=member.organisation_id).update(merged_into=new.organisation)
    browser = Client()
    browser.force_login(make_contact(new))
    page = browser.get("/members/advisories/40/readiness").text
    assert "New" in page
    assert "Reservoir Linux" not in page


def test_a_member_finds_a_notice_that_gives_nothing_away(client: Client, advisory: Advisory) -> None:
    text = answering.service_notice("SSA-40", later())
    assert text in html.unescape(client.get("/members/advisories/40/").text)
    assert "SSA-40" not in text, "no policy lets the number be known"
    for secret in ("Members may read this", advisory.description):
        assert not secret or secret not in text


def test_the_desk_says_how_many_products_have_an_answer(client: Client, advisory: Advisory, product: Product) -> None:
    assert "Nothing yet" in client.get("/members/desk/").text
    client.post(f"/members/advisories/40/readiness/{product.pk}", {"status": "tested", "told_to": "team"})
    assert "1 fix tested" in client.get("/members/desk/").text
