"""Invitations: a link that works once, for a while, until it is replaced or withdrawn."""

import re
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import inviting, letters
from accounts.models import Invitation, Letter, Role, TeamSeat, User
from tests.make import make_user

CHOSEN = {"name": "Ivy", "new_password1": "staple battery 9", "new_password2": "staple battery 9"}


@pytest.fixture
def coordinator(db: None) -> Client:
    client = Client()
    client.force_login(make_user("coordinator@sluice.example", Role.COORDINATOR))
    return client


@pytest.fixture
def invitation(coordinator: Client) -> Invitation:
    coordinator.post("/team/", {"address": "Ivy@sluice.example", "role": "security"})
    return Invitation.objects.get()


def link(invitation: Invitation) -> str:
    return f"/invitation/{invitation.token}"


def test_the_link_comes_by_mail_and_names_nothing_secret(invitation: Invitation) -> None:
    letters.send(Letter.objects.get().pk)
    (message,) = mail.outbox
    assert message.to == ["ivy@sluice.example"]
    found = re.search(r"http://localhost:8000(\S+)", str(message.body))
    assert found
    assert found[1] == link(invitation)


def test_the_invited_person_chooses_a_password_and_holds_the_seat(invitation: Invitation) -> None:
    assert Client().post(link(invitation), CHOSEN)["Location"] == "/sign-in"
    person = User.objects.get(email="ivy@sluice.example")
    assert person.check_password("staple battery 9")
    assert person.name == "Ivy"
    assert TeamSeat.objects.current().filter(user=person, role=Role.SECURITY).exists()


def test_then_a_second_factor_comes_first(invitation: Invitation) -> None:
    client = Client()
    client.post(link(invitation), CHOSEN)
    answer = client.post("/sign-in", {"login": "ivy@sluice.example", "password": "staple battery 9"})
    assert answer["Location"] == "/account/second-factor/"


def test_a_link_works_once(invitation: Invitation) -> None:
    Client().post(link(invitation), CHOSEN)
    assert Client().get(link(invitation)).status_code == 404
    assert Client().post(link(invitation), CHOSEN).status_code == 404


def test_a_weak_password_is_refused_and_the_link_still_works(invitation: Invitation) -> None:
    answer = Client().post(link(invitation), {"name": "Ivy", "new_password1": "ivy", "new_password2": "ivy"})
    assert answer.status_code == 422
    assert Client().get(link(invitation)).status_code == 200


def test_a_link_expires(invitation: Invitation) -> None:
    then = timezone.now() - timedelta(days=8)
    Invitation.objects.update(invited_at=then, expires_at=then + timedelta(days=7))
    assert Client().post(link(invitation), CHOSEN).status_code == 404


def test_a_changed_link_works_not_at_all(invitation: Invitation) -> None:
    assert Client().get(f"/invitation/{invitation.token[:-1]}").status_code == 404
    assert Client().get(f"/invitation/{invitation.pk}.1").status_code == 404


def test_a_withdrawn_invitation_is_over(coordinator: Client, invitation: Invitation) -> None:
    coordinator.post(f"/team/invitations/{invitation.pk}/withdraw")
    assert Client().post(link(invitation), CHOSEN).status_code == 404


def test_only_the_last_link_that_was_sent_works(coordinator: Client, invitation: Invitation) -> None:
    old = link(invitation)
    coordinator.post(f"/team/invitations/{invitation.pk}/again")
    invitation.refresh_from_db()
    assert Client().get(old).status_code == 404
    assert Client().get(link(invitation)).status_code == 200


def test_somebody_who_has_an_account_gets_the_seat_and_no_invitation(coordinator: Client) -> None:
    ada = make_user("ada@sluice.example", password="correct horse")
    coordinator.post("/team/", {"address": ada.email, "role": "release-manager"})
    assert not Invitation.objects.exists()
    assert TeamSeat.objects.current().filter(user=ada).exists()


def test_the_console_invites_too(db: None) -> None:
    call_command("give_seat", "ivy@sluice.example", "coordinator", invite=True)
    assert Letter.objects.get().kind == Letter.Kind.INVITATION


@pytest.mark.django_db(transaction=True)
def test_of_two_who_hold_the_link_one_chooses_the_password() -> None:
    inviting.invite("ivy@sluice.example", by=None)
    token = Invitation.objects.get().token
    start, won = threading.Barrier(2), []

    def choose(name: str) -> None:
        start.wait()
        try:
            inviting.accept(token, name=name, password=f"staple battery {name}")
        except inviting.InvitationUsed:
            pass
        else:
            won.append(name)
        finally:
            connection.close()

    threads = [threading.Thread(target=choose, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    person = User.objects.get(email="ivy@sluice.example")
    assert [person.name] == won
    assert person.check_password(f"staple battery {won[0]}")
