"""What keeps a letter from a member: no key, a bad one, a server that is away; and what comes instead, or later."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pysequoia import Tsk
from pytest_django import Settings

from accounts.models import Role, Sending
from advisories.models import (
    Delivery,
    DeliveryForm,
    KeptFrom,
    Membership,
    MembershipState,
    Notification,
    What,
)
from advisories.predisclosure import delivering
from tests.advisories.predisclosure.mailserver import MailServer, free_port, running, sent_to
from tests.advisories.predisclosure.sending import at_once, deliver, the_delivery, told_of
from tests.advisories.predisclosure.told import tell
from tests.make import make_member, make_user

pytestmark = pytest.mark.django_db


def test_a_member_without_a_key_is_only_told_to_look(team_signs: Path, server: MailServer) -> None:
    make_member("Keyless")
    told_of()
    deliver()
    [taken] = server.taken
    assert b"70417" not in taken.raw.replace(taken.id.encode(), b"").replace(b"=_", b"")
    assert b"Unspeakable" not in taken.raw
    assert taken.message.get_content_type() == "multipart/signed"
    assert the_delivery().form == DeliveryForm.NOTICE


def test_a_key_past_its_end_is_none(team_signs: Path, server: MailServer, reservoir: Membership) -> None:
    reservoir.organisation.keys.update(expires_at=timezone.now() - timedelta(days=1))
    told_of()
    deliver()
    assert the_delivery().form == DeliveryForm.NOTICE


def test_without_any_key_of_the_team_everybody_is_only_told_to_look(server: MailServer, reservoir: Membership) -> None:
    told_of()
    deliver()
    assert (the_delivery().state, the_delivery().form) == (Sending.SENT, DeliveryForm.NOTICE)


def test_a_key_of_the_team_that_cannot_sign_holds_everything_back_and_the_team_hears_of_it_once(
    settings: Settings, server: MailServer, reservoir: Membership, tmp_path: Path
) -> None:
    one = make_user("one@sluice.example", Role.SECURITY)
    settings.SIGNING_KEY_FILE = tmp_path / "gone.key"
    told_of()
    for _ in range(3):
        at_once()
        deliver()
        Notification.objects.update(attempts=1)
    row = the_delivery()
    assert (row.state, row.attempts, server.taken) == (Sending.QUEUED, 0, [])
    assert row.trouble.startswith("The team's key can't sign.")
    assert [notice.user for notice in Notification.objects.all()] == [one]


def test_a_signing_program_that_fails_holds_everything_back(
    settings: Settings, server: MailServer, reservoir: Membership, team: Tsk, tmp_path: Path
) -> None:
    certificate = tmp_path / "team.cert"
    certificate.write_bytes(bytes(team.extract_certificate()))
    settings.TEAM_CERTIFICATE_FILE, settings.SIGNING_COMMAND = certificate, ["false", "--{mode}"]
    told_of()
    assert deliver() == 0
    row = the_delivery()
    assert (row.state, row.attempts, server.taken) == (Sending.QUEUED, 0, [])
    assert "signing program" in row.trouble


def test_a_machine_without_the_key_leaves_the_letters_to_one_that_has_it(
    settings: Settings, server: MailServer, reservoir: Membership, team: Tsk, tmp_path: Path
) -> None:
    certificate = tmp_path / "team.cert"
    certificate.write_bytes(bytes(team.extract_certificate()))
    settings.TEAM_CERTIFICATE_FILE = certificate
    told_of()
    assert deliver() == 0
    assert the_delivery().trouble == ""


@pytest.mark.parametrize("state", [MembershipState.SUSPENDED, MembershipState.REMOVED])
def test_who_is_off_the_list_between_promise_and_letter_gets_none(
    team_signs: Path, server: MailServer, reservoir: Membership, state: MembershipState
) -> None:
    told_of()
    reservoir.move_to(state, by=None, reason="They asked for it.")
    deliver()
    assert (the_delivery().state, server.taken) == (Sending.STOPPED, [])


def test_what_is_kept_from_a_member_since_it_was_promised_is_not_sent(
    team_signs: Path, server: MailServer, reservoir: Membership
) -> None:
    advisory = told_of()
    KeptFrom.objects.create(advisory=advisory, organisation=reservoir.organisation, reason="A narrower circle.")
    deliver()
    assert (the_delivery().state, server.taken) == (Sending.STOPPED, [])


def test_a_letter_put_off_by_the_server_comes_later_under_the_same_id(
    team_signs: Path, server: MailServer, reservoir: Membership
) -> None:
    server.answers = lambda recipient, nth: "451 4.7.1 Greylisted" if nth == 1 else "250 Taken"
    told_of()
    assert deliver() == 0
    row = the_delivery()
    assert (row.state, row.trouble) == (Sending.QUEUED, "SMTPRecipientsRefused 451")
    at_once()
    assert deliver() == 1
    assert [one.id for one in server.taken] == [row.header_id]


def test_a_connection_lost_after_the_letter_makes_one_letter_in_effect(
    team_signs: Path, server: MailServer, reservoir: Membership
) -> None:
    server.answers = lambda recipient, nth: None if nth == 1 else "250 Taken"
    told_of()
    assert deliver() == 0
    at_once()
    assert deliver() == 1
    assert [one.id for one in server.taken] == [the_delivery().header_id] * 2


def test_an_address_that_is_refused_for_good_is_given_up_and_the_team_told_at_once(
    team_signs: Path, server: MailServer, reservoir: Membership
) -> None:
    one = make_user("one@sluice.example", Role.SECURITY)
    make_member("Second")
    server.answers = lambda recipient, nth: "550 Nobody" if "reservoir" in recipient else "250 Taken"
    told_of()
    assert deliver() == 1
    assert Delivery.objects.get(membership=reservoir).state == Sending.FAILED
    assert [notice.user for notice in Notification.objects.all()] == [one]


def test_a_server_that_is_away_is_asked_once_and_everything_goes_out_when_it_is_back(
    settings: Settings, team_signs: Path, reservoir: Membership
) -> None:
    sent_to(port := free_port(), settings)
    for name in ("Second", "Third"):
        make_member(name)
    told_of()
    assert deliver() == 0
    assert sorted(Delivery.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    assert delivering.due_tidings() == []
    with running(server := MailServer(), port):
        at_once()
        assert deliver() == 3
    assert len({one.id for one in server.taken}) == 3


def test_what_came_later_does_not_overtake_what_came_before(
    team_signs: Path, server: MailServer, reservoir: Membership
) -> None:
    advisory = told_of()
    Delivery.objects.update(due_at=timezone.now() + timedelta(minutes=5))
    tell(advisory, What.DATE_MOVED)
    assert deliver() == 0
    at_once()
    assert [deliver(), deliver()] == [1, 1]
    assert [one.id for one in server.taken] == list(Delivery.objects.order_by("pk").values_list("header_id", flat=True))
