"""The desk of a member and the page of what they hold lead on to what belongs to it."""

import pytest
from django.test import Client

from advisories.affected import Needs, Status
from advisories.lifecycle import State
from advisories.models import Advisory, Affected, Membership
from tests.advisories.predisclosure.told import predisclosed
from tests.make import make_advisory, make_contact, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def member() -> Membership:
    return make_member()


@pytest.fixture
def own(member: Membership) -> Client:
    client = Client()
    client.force_login(make_contact(member))
    return client


def held_with_condition_on(other: Advisory) -> Advisory:
    advisory = make_advisory(state=State.PREDISCLOSED)
    Affected.objects.create(
        advisory=advisory, position=1, tree="sluice", ranges="1.3", status=Status.AFFECTED, condition_on=other,
        condition_needs=Needs.FIX_ABSENT,
    )  # fmt: skip
    return predisclosed(advisory)


def test_a_condition_leads_to_the_other_advisory_as_they_hold_it(own: Client) -> None:
    other = predisclosed()
    page = own.get(f"/members/advisories/{held_with_condition_on(other).number}/").text
    assert f'<a href="/members/advisories/{other.number}/">{other.label}</a>' in page


def test_a_condition_on_what_they_do_not_hold_names_nothing(own: Client) -> None:
    hidden = make_advisory(state=State.READY, number=74321)
    assert "74321" not in own.get(f"/members/advisories/{held_with_condition_on(hidden).number}/").text


def test_the_desk_leads_to_their_organisation(own: Client, member: Membership) -> None:
    assert f'href="/members/organisation/{member.organisation_id}/"' in own.get("/members/desk/").text
