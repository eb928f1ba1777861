"""The team's and the members' own pages: who gets in, what each step does, what the page says beforehand."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from advisories import policies
from advisories.models import (
    Application,
    Contact,
    ContactRight,
    Delivery,
    KeptFrom,
    MemberKey,
    MemberLetter,
    Membership,
    MembershipState,
    Organisation,
)
from advisories.policy import Policy
from advisories.predisclosure import deciding, member_letters
from advisories.predisclosure.applications import ApplicationState
from tests.advisories.predisclosure.applying import filled, key, public_key
from tests.advisories.predisclosure.told import predisclosed
from tests.make import make_contact, make_member, make_user

pytestmark = pytest.mark.django_db


def browser(user: User | None = None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def text(answer: Any) -> str:
    found: str = answer.content.decode()
    return found


@pytest.fixture
def member() -> Membership:
    return make_member(terms_version=1, terms_accepted_at=timezone.now())


@pytest.fixture
def own(member: Membership) -> Client:
    return browser(make_contact(member, "own@reservoir.example"))


@pytest.fixture
def coordinator() -> Client:
    return browser(make_user("coordinator@sluice.example", Role.COORDINATOR))


@pytest.fixture
def applicant() -> Application:
    Client().post("/members/apply/", filled())
    return Application.objects.get()


PEOPLE = ("anonymous", "nobody", "release manager", "operator", "reading contact", "managing contact", "other contact",
          "removed contact", "security", "coordinator")  # fmt: skip

PAGES: dict[str, tuple[str, ...]] = {
    # Address, and who is let in; the rest hear 403 on what everyone knows to be there, else 404, or sign in.
    "/members/": PEOPLE,
    "/members/apply/": PEOPLE,
    "/members/team/": ("security", "coordinator"),
    "/members/team/applications/{reference}/": ("security", "coordinator"),
    "/members/team/applications/{reference}/accept": ("coordinator",),
    "/members/team/members/{membership}/suspend": ("coordinator",),
    "/members/team/members/{membership}/remove": ("coordinator",),
    "/members/team/members/{organisation}/merge/": ("coordinator",),
    "/members/organisation/{organisation}/": ("reading contact", "managing contact", "security", "coordinator"),
}


def person(who: str, member: Membership) -> User | None:
    if who == "anonymous":
        return None
    roles = {"release manager": Role.RELEASE_MANAGER, "security": Role.SECURITY, "coordinator": Role.COORDINATOR}
    if who in roles:
        return make_user(f"{who.replace(' ', '-')}@sluice.example", roles[who])
    if who == "reading contact":
        return make_contact(member, "reads@reservoir.example", ContactRight.READ)
    if who == "managing contact":
        return make_contact(member, "keeps@reservoir.example")
    if who == "other contact":
        return make_contact(make_member("Elsewhere"), "other@elsewhere.example")
    if who == "removed contact":
        return make_contact(member, "ended@reservoir.example", until_at=timezone.now())
    return make_user(f"{who}@sluice.example", is_superuser=who == "operator")


@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_lets_in_whom_it_should(who: str, member: Membership, applicant: Application) -> None:
    client = browser(person(who, member))
    known = {"reference": applicant.reference, "membership": member.pk, "organisation": member.organisation_id}
    for pattern, let_in in PAGES.items():
        answer = client.get(pattern.format(**known))
        expected = {200} if who in let_in else {302} if who == "anonymous" else {403, 404}
        assert answer.status_code in expected, (pattern, answer.status_code)


@pytest.mark.parametrize("step", ["suspend", "remove"])
def test_a_step_says_what_it_brings_about_and_closes_every_door(
    step: str, member: Membership, own: Client, coordinator: Client
) -> None:
    advisory = predisclosed()
    address = f"/members/team/members/{member.pk}/{step}"
    page = text(coordinator.get(address))
    assert f"It knows {advisory.label}, which is still under embargo." in page
    assert own.get("/members/desk/").status_code == 200
    coordinator.post(address, {"reason": "They talked about it."})
    assert own.get("/members/desk/").status_code in (403, 404)
    letter = MemberLetter.objects.get(kind="standing")
    assert "talked" not in str(member_letters.written(letter).body)


def test_a_step_without_a_reason_does_nothing(member: Membership, coordinator: Client) -> None:
    assert coordinator.post(f"/members/team/members/{member.pk}/remove", {"reason": " "}).status_code == 422
    member.refresh_from_db()
    assert member.state == MembershipState.ACTIVE


@pytest.mark.parametrize("tells", ["yes", "no"])
def test_coming_back_from_a_suspension_is_told_only_what_somebody_chose(
    tells: str, member: Membership, coordinator: Client
) -> None:
    member.move_to(MembershipState.SUSPENDED, by=None, reason="For a while.")
    advisory = predisclosed()
    address = f"/members/team/members/{member.pk}/resume"
    assert advisory.label in text(coordinator.get(address))
    assert coordinator.post(address, {"reason": "They are back."}).status_code == 422
    coordinator.post(address, {"reason": "They are back.", "tells": tells})
    assert Delivery.objects.filter(membership=member).exists() is (tells == "yes")


def test_two_organisations_become_one_that_holds_what_both_were_told(
    member: Membership, own: Client, coordinator: Client
) -> None:
    predisclosed()
    other = make_member("Weir Cloud")
    answer = coordinator.post(
        f"/members/team/members/{member.organisation_id}/merge/",
        {"into": other.organisation_id, "bring_people": "on", "reason": "One bought the other."},
    )
    assert answer.status_code == 302
    organisation = Organisation.objects.get(pk=member.organisation_id)
    assert organisation.merged_into == other.organisation
    person = User.objects.get(email="own@reservoir.example")
    Contact.objects.filter(user=person).update(from_at=timezone.now() - timedelta(minutes=1))
    assert Delivery.objects.held_by(person).exists()


def test_an_organisation_is_not_put_into_itself_or_into_one_off_the_list(
    member: Membership, coordinator: Client
) -> None:
    gone = make_member("Gone", MembershipState.REMOVED)
    for pk in (member.organisation_id, gone.organisation_id):
        told = {"into": pk, "reason": "A mistake."}
        answer = coordinator.post(f"/members/team/members/{member.organisation_id}/merge/", told)
        assert answer.status_code == 422


def test_a_decision_from_the_page(applicant: Application, coordinator: Client) -> None:
    page = f"/members/team/applications/{applicant.reference}/"
    assert "What it shows" in text(coordinator.get(page))
    coordinator.post(f"{page}note", {"text": "Looks fine.", "turn": applicant.turn})
    answer = coordinator.post(f"{page}accept", {"reason": "It qualifies.", "turn": applicant.turn})
    assert answer.status_code == 302
    applicant.refresh_from_db()
    assert applicant.state == ApplicationState.ACCEPTED


def test_the_second_of_two_who_decide_is_told(applicant: Application, coordinator: Client) -> None:
    page = f"/members/team/applications/{applicant.reference}/"
    deciding.reject(applicant, "No service.", by=make_user("", Role.COORDINATOR))
    answer = coordinator.post(f"{page}accept", {"reason": "It qualifies.", "turn": 2})
    assert answer.status_code == 409


def test_contacts_keep_contacts(own: Client, member: Membership) -> None:
    page = f"/members/organisation/{member.organisation_id}/"
    own.post(f"{page}contacts", {"address": "grace@reservoir.example", "right": "answer"})
    grace = member.organisation.contacts.get(user__email="grace@reservoir.example")
    assert grace.right == ContactRight.ANSWER
    Contact.objects.filter(pk=grace.pk).update(from_at=timezone.now() - timedelta(minutes=1))
    own.post(f"{page}contacts/{grace.pk}/end")
    assert not member.organisation.contacts.current().filter(pk=grace.pk).exists()


def test_the_last_who_keeps_things_cannot_leave_by_themselves(own: Client, member: Membership) -> None:
    contact = member.organisation.contacts.get()
    answer = own.post(f"/members/organisation/{member.organisation_id}/contacts/{contact.pk}/end", follow=True)
    assert "Somebody must be left" in text(answer)
    assert member.organisation.contacts.current().exists()


@pytest.mark.parametrize("right", [ContactRight.READ, ContactRight.ANSWER])
@pytest.mark.parametrize("what", ["contacts", "keys", "address", "terms", "confirm", "listing"])
def test_who_only_reads_or_answers_changes_nothing(right: ContactRight, what: str, member: Membership) -> None:
    reader = browser(make_contact(member, "reader@reservoir.example", right))
    assert reader.post(f"/members/organisation/{member.organisation_id}/{what}").status_code == 403


@pytest.mark.parametrize("what", ["contacts", "keys", "address", "terms", "confirm", "listing"])
def test_who_speaks_for_another_finds_nothing(what: str, member: Membership) -> None:
    other = browser(make_contact(make_member("Elsewhere"), "other@elsewhere.example"))
    assert other.post(f"/members/organisation/{member.organisation_id}/{what}").status_code == 404


def test_nobody_accepts_terms_in_a_members_place(member: Membership, coordinator: Client) -> None:
    assert coordinator.post(f"/members/organisation/{member.organisation_id}/terms").status_code == 403


def test_a_key_is_added_prolonged_and_taken_out_of_use(own: Client, member: Membership) -> None:
    page = f"/members/organisation/{member.organisation_id}/"
    for _ in range(2):
        own.post(f"{page}keys", {"key": public_key()})
    in_use = MemberKey.objects.in_use().get()
    own.post(f"{page}keys/{in_use.pk}/retire")
    assert not MemberKey.objects.in_use().exists()


def test_a_secret_key_is_refused_on_the_members_page_too(own: Client, member: Membership) -> None:
    secret = str(key())
    answer = own.post(f"/members/organisation/{member.organisation_id}/keys", {"key": secret})
    assert answer.status_code == 422
    assert secret[100:160] not in text(answer)


def test_another_address_counts_only_once_it_is_confirmed(own: Client, member: Membership) -> None:
    page = f"/members/organisation/{member.organisation_id}/"
    own.post(f"{page}address", {"address": "psirt@reservoir.example"})
    member.refresh_from_db()
    assert member.role_address == "security@reservoir-linux.example"
    token = member_letters.address_token(member, "psirt@reservoir.example")
    stranger = Client(enforce_csrf_checks=True)
    assert "psirt@reservoir.example" in text(stranger.get(f"/members/address/{token}/"))
    stranger.post(f"/members/address/{token}/")
    member.refresh_from_db()
    assert member.role_address == "psirt@reservoir.example"


def test_a_link_to_an_address_is_void_once_there_is_another(member: Membership) -> None:
    token = member_letters.address_token(member, "psirt@reservoir.example")
    Membership.objects.update(role_address="cert@reservoir.example")
    assert Client().get(f"/members/address/{token}/").status_code == 404
    assert Client().get(f"/members/address/{token[:-2]}/").status_code == 404


def test_a_personal_address_is_refused_with_the_reason(own: Client, member: Membership) -> None:
    page = f"/members/organisation/{member.organisation_id}/address"
    assert "gives mailboxes to persons" in text(own.post(page, {"address": "security@gmail.com"}))


def test_changed_terms_are_shown_and_accepted_by_their_version(own: Client, member: Membership) -> None:
    page = f"/members/organisation/{member.organisation_id}/"
    by = make_user("", Role.COORDINATOR)
    policies.change(Policy("SSA", terms="Other terms."), based_on=0, by=by, why="They were too long.")
    assert "The terms have changed" in text(own.get(page))
    own.post(f"{page}terms", {"version": "1"})
    member.refresh_from_db()
    assert member.terms_version == 1
    own.post(f"{page}terms", {"version": "2"})
    member.refresh_from_db()
    assert member.terms_version == 2
    own.get(page)
    assert "is not accepted yet" not in text(own.get(page))


def test_members_are_named_in_public_only_if_policy_and_they_agree(client: Client, member: Membership) -> None:
    make_member("Shy", MembershipState.ACTIVE)
    Organisation.objects.filter(name="Shy").update(is_listed=False)
    assert "Reservoir Linux" not in text(client.get("/members/"))
    by = make_user("", Role.COORDINATOR)
    policies.change(Policy("SSA", lists_members=True), based_on=0, by=by, why="Like others do.")
    page = text(client.get("/members/"))
    assert "Reservoir Linux" in page
    assert "Shy" not in page
    assert member.role_address not in page
    member.move_to(MembershipState.SUSPENDED, by=None, reason="For a while.")
    assert "Reservoir Linux" not in text(client.get("/members/"))


def test_the_team_keeps_an_advisory_from_a_member(member: Membership) -> None:
    advisory = predisclosed()
    team = browser(make_user("", Role.SECURITY))
    page = f"/members/team/advisories/{advisory.number}/kept-from/"
    assert "Kept from nobody" in text(team.get(page))
    team.post(page, {"organisations": [member.organisation_id], "reason": "Its owner asks for it."})
    row = KeptFrom.objects.get()
    assert "was told before" in text(team.get(page))
    team.post(f"{page}{row.pk}/tell")
    assert not KeptFrom.objects.exists()


def test_the_lists_of_the_team_take_as_many_queries_for_many(
    coordinator: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        make_member(f"Member {number}")
    with django_assert_max_num_queries(14):
        coordinator.get("/members/team/")
