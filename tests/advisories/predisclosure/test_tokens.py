"""Tokens: made by whoever can show who they are, shown once, and worth nothing without their owner's place."""

import logging
from datetime import timedelta

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from advisories import tokens
from advisories.models import Contact, ContactRight, Event, Membership, MembershipState, Scope, Token
from advisories.models.token import digest_of, draw
from advisories.tokens import MayNotMake
from config.logs import WithoutPrivateLinks
from tests.advisories.predisclosure.told import predisclosed
from tests.api.asking import make_token
from tests.make import make_contact, make_member, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def member() -> Membership:
    return make_member()


@pytest.fixture
def contact(member: Membership) -> User:
    return make_contact(member)


@pytest.fixture
def reader(client: Client, contact: User) -> Client:
    client.force_login(contact)
    return client


def asked_for(contact: User, **changed: str) -> dict[str, str]:
    ends_on = f"{timezone.now() + timedelta(days=30):%Y-%m-%d}"
    place = str(Contact.objects.get(user=contact).pk)
    return {"name": "build machine", "scope": "read", "ends_on": ends_on, "place": place} | changed


def test_a_token_is_shown_once_and_only_its_digest_is_kept(reader: Client, contact: User) -> None:
    page = reader.post("/members/tokens/new", asked_for(contact)).text
    secret = page.split("pst_")[1].split("<")[0]
    token = Token.objects.get()
    assert token.digest == digest_of(f"pst_{secret}")
    assert secret not in reader.get("/members/tokens/").text
    assert secret not in str(Token.objects.values().get())
    assert Event.objects.filter(kind="token-made", by=contact).count() == 1


def test_whoever_signed_in_a_while_ago_is_asked_once_more(reader: Client, contact: User) -> None:
    contact.set_password("correct horse battery")
    contact.save()
    reader.force_login(contact)
    session = reader.session
    for record in session[AUTHENTICATION_METHODS_SESSION_KEY]:
        record["at"] = 0
    session.save()
    for answer in (reader.get("/members/tokens/new"), reader.post("/members/tokens/new", asked_for(contact))):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/confirm")
    assert not Token.objects.exists()


@pytest.mark.parametrize("days", [0, -1, 366, 4000])
def test_a_token_ends_within_a_year(reader: Client, contact: User, days: int) -> None:
    ends_on = f"{timezone.now() + timedelta(days=days):%Y-%m-%d}"
    page = reader.post("/members/tokens/new", asked_for(contact, ends_on=ends_on)).text
    assert "within a year" in page
    assert not Token.objects.exists()


def test_the_database_refuses_one_that_lasts_longer(contact: User) -> None:
    ends_at = timezone.now() + timedelta(days=400)
    with pytest.raises(IntegrityError), transaction.atomic():
        Token.objects.create(user=contact, name="x", scope=Scope.READ, digest="0" * 64, hint="abcd", ends_at=ends_at)


def test_whoever_may_only_read_makes_none_that_answers(member: Membership) -> None:
    reads = make_contact(member, "reads@members.example", ContactRight.READ)
    with pytest.raises(MayNotMake):
        make_token(reads, member, Scope.ANSWER)


def test_the_team_makes_its_own_and_strangers_make_none(client: Client) -> None:
    client.force_login(make_user("", Role.RELEASE_MANAGER))
    ends_on = f"{timezone.now() + timedelta(days=30):%Y-%m-%d}"
    values = {"name": "script", "scope": "read", "ends_on": ends_on, "place": "team"}
    assert "pst_" in client.post("/members/tokens/new", values).text
    client.force_login(make_user())
    assert client.post("/members/tokens/new", values).status_code == 404


def test_nobody_sees_or_revokes_another_ones(reader: Client, member: Membership) -> None:
    other = make_contact(member, "other@members.example")
    token, _ = make_token(other, member)
    assert reader.get(f"/members/tokens/{token.pk}/revoke").status_code == 404
    assert reader.post(f"/members/tokens/{token.pk}/revoke").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


def test_a_revoked_token_is_refused_at_once(reader: Client, contact: User, member: Membership) -> None:
    token, secret = make_token(contact, member)
    assert Token.objects.shown(secret, Scope.READ)
    reader.post(f"/members/tokens/{token.pk}/revoke")
    assert Token.objects.shown(secret, Scope.READ) is None
    assert not tokens.revoke(token, by=contact)
    assert Event.objects.filter(kind="token-revoked").count() == 1


def test_a_token_ends_with_its_contact_its_membership_its_person_and_its_day(contact: User, member: Membership) -> None:
    token, secret = make_token(contact, member)

    def is_alive() -> bool:
        return Token.objects.shown(secret, Scope.READ) is not None

    assert is_alive()
    for change in (
        lambda: Contact.objects.filter(user=contact).update(until_at=timezone.now()),
        lambda: User.objects.filter(pk=contact.pk).update(is_active=False),
        lambda: Token.objects.filter(pk=token.pk).update(
            made_at=timezone.now() - timedelta(days=9), ends_at=timezone.now() - timedelta(days=1)
        ),
        lambda: member.move_to(MembershipState.SUSPENDED, by=None, reason="They ask."),
        lambda: member.move_to(MembershipState.REMOVED, by=None, reason="They left."),
    ):
        with transaction.atomic():
            change()
            assert not is_alive()
            transaction.set_rollback(True)
        member.refresh_from_db()
    assert is_alive()


def test_whoever_comes_back_makes_another_token(contact: User, member: Membership) -> None:
    _, secret = make_token(contact, member)
    member.move_to(MembershipState.REMOVED, by=None, reason="They left.")
    Membership.objects.create(organisation=member.organisation, role_address="security@reservoir.example")
    assert Token.objects.shown(secret, Scope.READ) is None


def test_last_use_is_noted(contact: User, member: Membership) -> None:
    token, secret = make_token(contact, member)
    assert token.last_used_at is None
    Token.objects.shown(secret, Scope.READ)
    token.refresh_from_db()
    assert token.last_used_at is not None


@pytest.mark.parametrize("scope", list(Scope))
def test_a_secret_says_what_it_is(scope: Scope) -> None:
    assert draw(scope).startswith("pstf_" if scope == Scope.FEED else "pst_")
    assert draw(scope) != draw(scope)


def test_a_feed_has_numbers_dates_and_links_and_no_word_besides(contact: User, member: Membership) -> None:
    advisory = predisclosed(title="Kanari overflows", description="A kanari sings.", notes="kanari")
    _, secret = make_token(contact, member, Scope.FEED)
    feed = Client().get(f"/members/feed/{secret}/advisories.atom")
    dates = Client().get(f"/members/feed/{secret}/releases.ics")
    assert advisory.label in feed.text
    assert f"/members/advisories/{advisory.number}/" in feed.text
    assert "kanari" not in (feed.text + dates.text).lower()
    assert "no-store" in feed["Cache-Control"]
    assert feed["Content-Type"].startswith("application/atom+xml")


def test_an_address_with_a_wrong_or_another_secret_is_not_there(contact: User, member: Membership) -> None:
    _, reads = make_token(contact, member, Scope.READ)
    for secret in (reads, draw(Scope.FEED), "guess"):
        for name in ("advisories.atom", "releases.ics"):
            assert Client().get(f"/members/feed/{secret}/{name}").status_code == 404


def test_the_secret_of_a_feed_stays_out_of_logs() -> None:
    secret = draw(Scope.FEED)
    record = logging.LogRecord(
        "django.request", logging.WARNING, "", 0, "Not Found: %s", (f"/members/feed/{secret}/x",), None
    )
    WithoutPrivateLinks().filter(record)
    assert secret not in record.getMessage()
    assert "/members/feed/" in record.getMessage()
