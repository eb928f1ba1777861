"""Who reads what members and the team write to each other."""

from dataclasses import replace

import pytest
from django.test import Client

from accounts.models import Role, User
from advisories import policies
from advisories.models import (
    Advisory,
    Comment,
    CommentAudience,
    CommentFile,
    ContactRight,
    Membership,
    MembershipState,
    Notification,
)
from advisories.writing import commenting
from tests.advisories.predisclosure.told import predisclosed
from tests.make import make_advisory, make_contact, make_guest, make_member, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def first() -> Membership:
    return make_member("First")


@pytest.fixture
def second() -> Membership:
    return make_member("Second")


@pytest.fixture
def advisory(first: Membership, second: Membership) -> Advisory:
    return predisclosed(number=40)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def write(advisory: Advisory, text: str, audience: CommentAudience, membership: Membership | None = None) -> Comment:
    organisation = membership.organisation if membership else None
    return commenting.write(advisory, text, audience=audience, by=make_user(), organisation=organisation)


def read(user: User) -> set[str]:
    return {one.text for one in Comment.objects.visible_to(user)}


def test_each_reads_what_is_meant_for_them(advisory: Advisory, first: Membership, second: Membership) -> None:
    write(advisory, "team", CommentAudience.TEAM)
    write(advisory, "seats", CommentAudience.SEATS)
    write(advisory, "members", CommentAudience.MEMBERS)
    write(advisory, "first alone", CommentAudience.MEMBER, first)
    assert read(make_contact(first)) == {"members", "first alone"}
    assert read(make_contact(second)) == {"members"}
    assert read(make_guest(advisory)) == {"seats", "members"}
    assert read(make_user("", Role.SECURITY)) == {"team", "seats", "members", "first alone"}
    assert read(make_user(is_superuser=True)) == set()


def test_who_is_off_the_list_reads_nothing_any_more(advisory: Advisory, first: Membership) -> None:
    contact = make_contact(first)
    made = commenting.write(
        advisory, "for all", [("notes.txt", b"notes")], audience=CommentAudience.MEMBERS, by=contact,
        organisation=first.organisation,
    )  # fmt: skip
    address = f"/members/advisories/40/discussion/files/{made.files.get().pk}/notes.txt"
    client = browser(contact)
    assert client.get(address).status_code == 200
    first.move_to(MembershipState.SUSPENDED, by=None, reason="A leak.")
    assert client.get(address).status_code == 404
    assert client.get("/members/advisories/40/discussion").status_code == 404
    assert not CommentFile.objects.visible_to(contact).exists()


def test_a_member_writes_to_the_team_unless_it_says_everyone(advisory: Advisory, first: Membership) -> None:
    client = browser(make_contact(first))
    send = {"organisation": first.organisation_id, "draft": ""}
    client.post("/members/advisories/40/discussion", send | {"text": "A question."})
    client.post("/members/advisories/40/discussion", send | {"text": "For all.", "is_for_all": "on"})
    told = dict(Comment.objects.values_list("text", "audience"))
    assert told == {"A question.": "member", "For all.": "members"}


def test_where_the_policy_keeps_members_apart_nobody_writes_to_all(advisory: Advisory, first: Membership) -> None:
    coordinator = make_user("", Role.COORDINATOR)
    apart = replace(policies.current_policy(), members_discuss=False)
    policies.change(apart, based_on=0, by=coordinator, why="They compete.")
    client = browser(make_contact(first))
    assert "is_for_all" not in client.get("/members/advisories/40/discussion").text
    sent = {"organisation": first.organisation_id, "text": "For all.", "is_for_all": "on", "draft": ""}
    client.post("/members/advisories/40/discussion", sent)
    assert Comment.objects.get().audience == CommentAudience.MEMBER


def test_nobody_writes_in_the_name_of_another_member(advisory: Advisory, first: Membership, second: Membership) -> None:
    client = browser(make_contact(first))
    sent = {"organisation": second.organisation_id, "text": "We are them.", "draft": ""}
    assert client.post("/members/advisories/40/discussion", sent).status_code == 422
    assert not Comment.objects.exists()


def test_a_contact_who_may_only_read_does_not_write(advisory: Advisory, first: Membership) -> None:
    client = browser(make_contact(first, right=ContactRight.READ))
    assert client.get("/members/advisories/40/discussion").status_code == 200
    sent = {"organisation": first.organisation_id, "text": "Hello.", "draft": ""}
    assert client.post("/members/advisories/40/discussion", sent).status_code == 403


def test_one_retracts_ones_own_and_not_anothers(advisory: Advisory, first: Membership) -> None:
    contact = make_contact(first)
    mine = commenting.write(
        advisory, "mine", audience=CommentAudience.MEMBERS, by=contact, organisation=first.organisation
    )
    theirs = write(advisory, "theirs", CommentAudience.MEMBERS)
    client = browser(contact)
    assert client.post(f"/members/advisories/40/discussion/{mine.pk}/retract").status_code == 302
    assert client.post(f"/members/advisories/40/discussion/{theirs.pk}/retract").status_code == 403
    assert "mine" not in client.get("/members/advisories/40/discussion").text


def test_the_team_writes_to_one_member_alone(advisory: Advisory, first: Membership, second: Membership) -> None:
    client = browser(make_user("", Role.SECURITY))
    assert f"Only {first.organisation}" in client.get(f"/advisories/40/?to={first.organisation_id}").text
    sent = {"text": "Between us.", "audience": "member", "to": str(first.organisation_id), "draft": ""}
    assert client.post("/advisories/40/thread", sent).status_code == 302
    assert read(make_contact(first)) == {"Between us."}
    assert read(make_contact(second)) == set()


def test_the_team_does_not_write_to_members_before_they_are_told(first: Membership) -> None:
    make_advisory(number=41)
    client = browser(make_user("", Role.SECURITY))
    sent = {"text": "Too early.", "audience": "members", "draft": ""}
    assert client.post("/advisories/41/thread", sent).status_code == 422
    sent = {"text": "Too early.", "audience": "member", "to": str(first.organisation_id), "draft": ""}
    assert client.post("/advisories/41/thread", sent).status_code == 422
    assert not Comment.objects.exists()


def noticed(what: str = "post") -> set[str]:
    return set(Notification.objects.filter(what=what).values_list("user__email", flat=True))


@pytest.mark.parametrize(
    ("audience", "hears"),
    [
        (CommentAudience.MEMBERS, {"one@first.example", "two@second.example", "guest@vendor.example"}),
        (CommentAudience.MEMBER, {"one@first.example"}),
        (CommentAudience.SEATS, {"guest@vendor.example"}),
        (CommentAudience.TEAM, set()),
    ],
)
def test_a_notice_goes_to_who_reads_it_and_to_nobody_else(
    advisory: Advisory, first: Membership, second: Membership, audience: CommentAudience, hears: set[str]
) -> None:
    make_contact(first, "one@first.example")
    make_contact(second, "two@second.example")
    make_guest(advisory)
    member = first.organisation if audience is CommentAudience.MEMBER else None
    writer = make_user("writer@sluice.example", Role.SECURITY)
    make_user("other@sluice.example", Role.SECURITY)
    commenting.write(advisory, "words", audience=audience, by=writer, organisation=member)
    assert noticed() == hears


def test_the_team_hears_of_what_a_member_writes_and_the_writer_does_not(advisory: Advisory, first: Membership) -> None:
    make_user("other@sluice.example", Role.SECURITY)
    contact = make_contact(first, "one@first.example")
    commenting.write(advisory, "words", audience=CommentAudience.MEMBER, by=contact, organisation=first.organisation)
    assert noticed() == {"other@sluice.example"}


def test_who_is_off_the_list_hears_of_nothing(advisory: Advisory, first: Membership) -> None:
    make_contact(first, "one@first.example")
    first.move_to(MembershipState.REMOVED, by=None, reason="A leak.")
    write(advisory, "words", CommentAudience.MEMBERS)
    assert "one@first.example" not in noticed()
