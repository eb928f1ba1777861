"""An organisation applies without an account, completes, is decided upon, appeals."""

import re
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import Invitation, Role, User
from advisories import policies
from advisories.models import (
    Application,
    ApplicationNote,
    ContactRight,
    Delivery,
    Event,
    MemberLetter,
    Membership,
    MembershipState,
    Organisation,
    StaleApplication,
)
from advisories.policy import Policy
from advisories.predisclosure import deciding, joining, member_letters, memberships
from advisories.predisclosure.applications import ApplicationState
from tests.advisories.predisclosure.applying import ANSWERS, filled, key, public_key
from tests.advisories.predisclosure.told import predisclosed
from tests.make import make_member, make_user


@pytest.fixture
def stranger(db: None) -> Client:
    """A browser without a cookie that checks cross-site tokens as a real one is checked."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def coordinator(db: None) -> User:
    return make_user("coordinator@sluice.example", Role.COORDINATOR)


def text(answer: Any) -> str:
    found: str = answer.content.decode()
    return found


def applied(stranger: Client, **changes: Any) -> tuple[Application, str]:
    """The application, and its private address."""
    answer = stranger.post("/members/apply/", filled(**changes))
    assert answer.status_code == 302, re.findall(r'class="errorlist[^>]*>(.*?)</ul>', text(answer))
    return Application.objects.latest("pk"), answer["Location"].partition("?")[0]


def accepted(coordinator: User, application: Application, *, tell_held: bool = False) -> Membership:
    return deciding.accept(application, "It qualifies.", tell_held=tell_held, by=coordinator)[0]


def test_the_form_shows_what_the_policy_asks_and_sets_no_cookie(stranger: Client) -> None:
    answer = stranger.get("/members/apply/")
    assert all(one.name in text(answer).replace("&#x27;", "'") for one in Policy("SSA").criteria)
    assert not answer.cookies


def test_a_whole_application_goes_to_the_team_at_once(stranger: Client) -> None:
    application, page = applied(stranger)
    assert application.state == ApplicationState.APPLIED
    assert application.answers == ANSWERS
    assert "The team looks at it" in text(stranger.get(page))


def test_what_is_incomplete_is_kept_and_says_what_is_missing(stranger: Client) -> None:
    application, page = applied(stranger, key="", accepts_terms=None, **{"answer-kind": ""})
    assert application.state == ApplicationState.BEGUN
    shown = text(stranger.get(page))
    for sentence in ("No OpenPGP key was given.", "The terms are not accepted.", "“Why you qualify” is not answered."):
        assert sentence in shown


def test_what_is_incomplete_can_be_completed(stranger: Client) -> None:
    application, page = applied(stranger, role_address="")
    answer = stranger.post(page, filled())
    assert answer["Location"].endswith("?sent=1")
    application.refresh_from_db()
    assert application.state == ApplicationState.APPLIED


def test_the_form_sent_twice_is_one_application(stranger: Client) -> None:
    sent = filled(draft="ab" * 20)
    pages = {stranger.post("/members/apply/", sent)["Location"] for _ in range(2)}
    assert len(pages) == 1
    assert Application.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "This field is required"),
        ({"role_address": "ada.weir@weir.example"}, "looks like a person"),
        ({"answer-evidence": "https://wiki.internal/"}, "no host that everyone can reach"),
        ({"key": "not a key"}, "This is not an OpenPGP key"),
    ],
)
def test_what_has_the_wrong_shape_is_refused_with_everything_kept(
    stranger: Client, changes: dict[str, str], said: str
) -> None:
    answer = stranger.post("/members/apply/", filled(**changes))
    assert answer.status_code == 422
    assert said in text(answer)
    assert "Weir Cloud, every guest." in text(answer)
    assert not Application.objects.exists()


def test_a_secret_key_is_refused_and_not_shown_again(stranger: Client) -> None:
    secret = str(key())
    answer = stranger.post("/members/apply/", filled(key=secret))
    assert "This is a secret key." in text(answer)
    assert secret[100:160] not in text(answer)


def test_a_key_that_was_uploaded_stays_in_the_form(stranger: Client) -> None:
    file = SimpleUploadedFile("key.asc", public_key().encode())
    answer = stranger.post("/members/apply/", filled(name="", key="", key_file=file))
    assert "BEGIN PGP PUBLIC KEY BLOCK" in text(answer)


def test_a_link_that_was_never_given_is_like_any_page_that_is_not_there(stranger: Client) -> None:
    applied(stranger)
    assert stranger.get(f"/members/apply/{'0' * 40}/").status_code == 404


def test_too_many_from_one_network_are_told_to_wait(stranger: Client, settings: Any) -> None:
    settings.REPORTS_PER_HOUR = 1
    applied(stranger)
    assert stranger.post("/members/apply/", filled(draft="cd" * 20)).status_code == 429


def test_the_letter_leads_to_the_page_and_tells_nothing(stranger: Client) -> None:
    applied(stranger)
    assert member_letters.send(MemberLetter.objects.get().pk)
    [letter] = mail.outbox
    assert letter.to == ["ada@weir.example"]
    assert "Weir" not in letter.subject + str(letter.body)
    [link] = re.findall(r"/members/apply/\w+/", str(letter.body))
    assert stranger.get(link).status_code == 200


def test_what_looks_automatic_gets_no_letter(stranger: Client) -> None:
    application, _ = applied(stranger, website="https://spam.example")
    assert application.is_suspect
    assert not MemberLetter.objects.exists()


def test_an_application_during_an_embargo_is_marked_for_the_team_alone(stranger: Client) -> None:
    predisclosed()
    application, page = applied(stranger)
    assert application.is_during_embargo
    assert "embargo" not in text(stranger.get(page))


def test_the_team_asks_and_the_applicant_answers(stranger: Client, coordinator: User) -> None:
    application, page = applied(stranger)
    deciding.ask(application, "Which hosts?", by=coordinator)
    assert "Which hosts?" in text(stranger.get(page))
    stranger.post(page, filled(answer="All of them."))
    application.refresh_from_db()
    assert application.state == ApplicationState.APPLIED
    assert ApplicationNote.objects.last().text == "All of them."  # type: ignore[union-attr]


def test_a_note_of_the_team_is_not_told_to_the_applicant(stranger: Client, coordinator: User) -> None:
    application, page = applied(stranger)
    deciding.note(application, "A friend of mine works there.", by=coordinator)
    assert "A friend" not in text(stranger.get(page))


def test_acceptance_makes_a_member_with_key_terms_and_an_invited_contact(stranger: Client, coordinator: User) -> None:
    application, _ = applied(stranger)
    membership = accepted(coordinator, application)
    assert (membership.role_address, membership.terms_version) == ("security@weir.example", 1)
    contact = membership.organisation.contacts.get()
    assert (contact.user.email, contact.right) == ("ada@weir.example", ContactRight.MANAGE)
    assert Invitation.objects.open().filter(user=contact.user).exists()
    assert membership.organisation.keys.get().fingerprint == key().extract_certificate().fingerprint.upper()
    assert Event.objects.about(membership.organisation).filter(kind="member-joined").exists()


def test_what_lacks_something_is_accepted_by_nobody(stranger: Client, coordinator: User) -> None:
    application, _ = applied(stranger)
    policies.change(Policy("SSA", terms="Quite other terms."), based_on=0, by=coordinator, why="They were too long.")
    with pytest.raises(deciding.Incomplete, match="terms have changed"):
        accepted(coordinator, application)
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("tell_held", [True, False])
def test_whether_it_is_told_what_members_know_is_a_choice(stranger: Client, coordinator: User, tell_held: bool) -> None:
    make_member()
    advisory = predisclosed()
    application, _ = applied(stranger)
    assert deciding.welcome(application, timezone.now()).held == (advisory,)
    membership = accepted(coordinator, application, tell_held=tell_held)
    assert Delivery.objects.filter(membership=membership).exists() is tell_held


def test_of_two_decisions_at_once_one_counts(stranger: Client, coordinator: User) -> None:
    application, _ = applied(stranger)
    same = Application.objects.get(pk=application.pk)
    deciding.reject(application, "It does not qualify.", by=coordinator)
    with pytest.raises(StaleApplication):
        deciding.ask(same, "Which hosts?", by=coordinator)
    assert not Organisation.objects.exists()


def test_nobody_decides_on_what_was_changed_since_they_looked(stranger: Client, coordinator: User) -> None:
    application, page = applied(stranger)
    deciding.ask(application, "Which hosts?", by=coordinator)
    stranger.post(page, filled())
    with pytest.raises(StaleApplication):
        deciding.reject(application, "No answer.", by=coordinator)


def test_a_rejection_can_be_appealed_and_decided_otherwise(stranger: Client, coordinator: User) -> None:
    application, page = applied(stranger)
    deciding.reject(application, "We see no service.", by=coordinator)
    assert "We see no service." in text(stranger.get(page))
    stranger.post(f"{page}appeal", {"reason": "It was down that day."})
    application.refresh_from_db()
    assert application.state == ApplicationState.APPEALED
    assert accepted(coordinator, application).state == MembershipState.ACTIVE


def test_an_applicant_withdraws(stranger: Client) -> None:
    application, page = applied(stranger)
    assert stranger.get(f"{page}withdraw").status_code == 200
    stranger.post(f"{page}withdraw")
    application.refresh_from_db()
    assert application.state == ApplicationState.WITHDRAWN


def test_a_name_on_the_list_is_not_accepted_twice(stranger: Client, coordinator: User) -> None:
    make_member("weir cloud")
    application, _ = applied(stranger)
    with pytest.raises(deciding.OnTheListAlready):
        accepted(coordinator, application)


def test_whoever_was_removed_comes_back_under_the_same_record_without_the_old_people(
    stranger: Client, coordinator: User
) -> None:
    first = accepted(coordinator, applied(stranger)[0])
    memberships.remove(first, "They asked for it.", by=coordinator)
    assert not first.organisation.contacts.current().exists()
    assert not first.organisation.keys.in_use().exists()
    again, _ = applied(stranger, contact_address="grace@weir.example", draft="ef" * 20)
    second = accepted(coordinator, again)
    assert second.organisation == first.organisation
    assert [contact.user.email for contact in second.organisation.contacts.current()] == ["grace@weir.example"]


def test_the_key_of_an_application_that_lapsed_meanwhile_is_missing(stranger: Client) -> None:
    application, _ = applied(stranger)
    application.certificate = ""
    assert [gap.field for gap in joining.gaps(application, Policy("SSA"))] == ["key"]
