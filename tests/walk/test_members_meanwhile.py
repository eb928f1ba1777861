"""The sixth of the hardest cases: members that come, go, merge and change people while an embargo runs."""

import pytest
from django.test import Client

from accounts.models import Role, User
from advisories.models import Application, Contact, ContactRight, Delivery, Event, Membership, Notification, Revision
from advisories.predisclosure import contacts, deciding, delivering, memberships
from tests.advisories.predisclosure.applying import filled
from tests.advisories.predisclosure.told import predisclosed, revised
from tests.make import make_contact, make_member, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> User:
    return make_user("", Role.COORDINATOR)


def held(user: User) -> list[int]:
    return [one.number for one in Revision.objects.held_by(user)]


def applied() -> Application:
    assert Client().post("/members/apply/", filled()).status_code == 302
    return Application.objects.get()


def speaks_for(membership: Membership) -> User:
    return Contact.objects.get(organisation=membership.organisation).user


def test_an_application_under_an_embargo_is_marked_and_lets_in_to_nothing_by_itself(team: User) -> None:
    make_member("First")
    predisclosed()
    application = applied()
    assert application.is_during_embargo
    membership, told = deciding.accept(application, "They qualify.", tell_held=False, by=team)
    assert not told
    assert held(speaks_for(membership)) == []


def test_whoever_is_let_in_to_what_runs_holds_the_newest_revision_alone(team: User) -> None:
    make_member("First")
    revised(predisclosed())
    membership, told = deciding.accept(applied(), "They qualify.", tell_held=True, by=team)
    assert len(told) == 1
    assert held(speaks_for(membership)) == [2]


def test_what_waits_for_a_removed_member_is_not_sent_and_nothing_says_why(team: User) -> None:
    membership = make_member("Gone")
    contact = make_contact(membership)
    advisory = predisclosed()
    memberships.remove(membership, "They told a customer.", by=team)
    for tiding in delivering.due_tidings():
        delivering.deliver(tiding)
    waited = Delivery.objects.get()
    assert waited.sent_at is None
    assert "customer" not in waited.trouble
    assert not Notification.objects.filter(user=contact).exists()
    assert held(contact) == []
    assert Event.objects.about(membership.organisation).filter(kind="membership-changed").exists()
    assert Delivery.objects.filter(tiding__advisory=advisory, membership=membership).exists()


def test_two_that_become_one_hold_what_either_was_told(team: User) -> None:
    old = make_member("Old")
    person = make_contact(old)
    predisclosed()
    new = make_member("New")
    contact = make_contact(new)
    assert held(contact) == []
    memberships.merge(old.organisation, new.organisation, "One bought the other.", bring_people=True, by=team)
    assert held(contact) == held(person) == [1]
    assert {one.organisation for one in Contact.objects.current().filter(user=person)} == {new.organisation}


def test_whoever_leaves_an_organisation_takes_nothing_along_and_who_follows_finds_it(team: User) -> None:
    membership = make_member("First")
    leaving = make_contact(membership)
    predisclosed()
    follows = contacts.invite(
        membership.organisation, "new@first.example", "Nia", ContactRight.MANAGE, by=leaving
    ).user  # fmt: skip
    contacts.end(leaving.organisation_contacts.get(), by=team)
    assert held(leaving) == []
    assert held(follows) == [1]
