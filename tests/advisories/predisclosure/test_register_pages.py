"""Pages about letters to members: who had what when, sending again, and what would go out."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pysequoia import Tsk

from accounts.models import Role, Sending, User
from advisories.lifecycle import State
from advisories.models import Advisory, Batch, Delivery, KeptFrom, Membership, MembershipState
from advisories.openpgp.decrypting import DecryptionKey
from advisories.predisclosure import previewing, reading
from advisories.release import releasing, scheduling, sealing
from tests.advisories.predisclosure.mailserver import MailServer
from tests.advisories.predisclosure.sending import SECRET, deliver, text_of, told_of
from tests.advisories.release.test_releasing import SECTIONS, fixes_of
from tests.make import make_advisory, make_contact, make_member, make_member_key, make_user
from tests.walk.scene import embargoed_until

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(db: None) -> User:
    return make_user("one@sluice.example", Role.SECURITY)


@pytest.fixture(autouse=True)
def _signed_in(client: Client, person: User) -> None:
    client.force_login(person)


def page(client: Client, advisory: Advisory, shown: str = "all") -> str:
    response = client.get(f"/advisories/{advisory.number}/deliveries/", {"show": shown})
    assert response.status_code == 200
    return response.content.decode()


def test_nobody_told_is_said_so(client: Client) -> None:
    assert "Nobody has been told" in page(client, make_advisory())


def test_each_member_stands_with_what_became_of_its_letter(
    client: Client, server: MailServer, team_signs: Path
) -> None:
    first, removed = make_member("First"), make_member("Removed")
    advisory = told_of()
    deliver()
    reading.acknowledge(advisory.number, by=make_contact(first, "ada@first.example"))
    removed.move_to(MembershipState.REMOVED, by=None, reason="They asked for it.")
    text = page(client, advisory)
    assert "Acknowledged" in text
    assert "Silence: no sign since" in text
    assert "removed on" in text


def test_silence_is_found(client: Client, server: MailServer, team_signs: Path) -> None:
    for name in ("Loud", "Quiet"):
        make_member(name)
    advisory = told_of()
    deliver()
    Delivery.objects.filter(membership__organisation__name="Loud").update(fetched_at=timezone.now())
    text = page(client, advisory, "silent")
    assert "Quiet" in text
    assert "Loud" not in text


def test_members_that_were_told_nothing_are_named_with_the_reason(client: Client) -> None:
    make_member("First")
    advisory = told_of()
    kept = make_member("Vendor")
    KeptFrom.objects.create(advisory=advisory, organisation=kept.organisation, reason="A narrower circle.")
    assert "It is kept from them: A narrower circle." in page(client, advisory)


def test_a_letter_that_came_back_is_sent_again_after_asking(client: Client) -> None:
    make_member("First")
    advisory = told_of()
    Delivery.objects.update(state=Sending.BOUNCED, sent_at=timezone.now(), bounced_at=timezone.now())
    delivery = Delivery.objects.get()
    address = f"/advisories/{advisory.number}/deliveries/{delivery.pk}/again"
    assert address in page(client, advisory, "trouble")
    assert "security@first.example" in client.get(address).content.decode()
    client.post(address)
    delivery.refresh_from_db()
    assert delivery.state == Sending.QUEUED


def test_a_letter_that_has_arrived_is_not_sent_again(client: Client) -> None:
    make_member("First")
    advisory = told_of()
    Delivery.objects.update(state=Sending.SENT, sent_at=timezone.now())
    client.post(f"/advisories/{advisory.number}/deliveries/{Delivery.objects.get().pk}/again")
    assert Delivery.objects.get().state == Sending.SENT


def test_many_members_take_no_more_questions_than_one(client: Client) -> None:
    make_member("Member 0")
    advisory = told_of()
    with CaptureQueriesContext(connection) as one:
        page(client, advisory)
    for number in range(1, 6):
        make_member(f"Member {number}")
    many = told_of(70418)
    with CaptureQueriesContext(connection) as six:
        page(client, many)
    assert len(six) == len(one)


@pytest.fixture
def batch(person: User) -> Batch:
    """Frozen, and nothing is missing but that members are told."""
    texts = SECTIONS | {"title": SECRET, "deployment": "Nothing before the date."}
    advisory = make_advisory(state=State.READY, number=70417, **texts)
    at = timezone.now() + timedelta(days=7)
    embargoed_until(at, advisory, by=person)
    batch = scheduling.plan([advisory], at, by=None)
    releasing.freeze_batch(batch, fixes_of, by=None)
    return batch


def predisclose(batch: Batch, person: User) -> None:
    sealing.seal_waiting()
    releasing.predisclose(batch, fixes_of, by=person)


def preview_page(client: Client, batch: Batch, **asked: int) -> str:
    response = client.get(f"/advisories/releases/{batch.pk}/rehearsal/members/", asked)
    assert response.status_code == 200
    return response.content.decode()


def test_the_preview_says_who_gets_what_by_which_key_and_who_nothing(
    client: Client, batch: Batch, reservoir: Membership, team_signs: Path
) -> None:
    make_member("Keyless")
    make_member("Paused", MembershipState.SUSPENDED)
    text = preview_page(client, batch)
    assert reservoir.organisation.keys.get().fingerprint in text
    assert "no key that can be used" in text
    assert "Suspended: They asked for it." in text


def test_what_is_shown_is_what_is_sent(
    client: Client, person: User, batch: Batch, reservoir: Membership, team_signs: Path, server: MailServer,
    opened_by: DecryptionKey,
) -> None:  # fmt: skip
    [shown] = previewing.letters_for(batch, reservoir)
    assert SECRET in preview_page(client, batch, member=reservoir.pk)
    predisclose(batch, person)
    deliver()
    text, inner = text_of(server.taken[0], opened_by)
    assert text.splitlines() == shown.text.splitlines()
    assert inner["Subject"] == shown.subject
    same = {name: value for name, value in shown.outside if name in ("From", "To", "Auto-Submitted")}
    assert {name: server.taken[0].message[name] for name in same} == same


def test_who_has_no_key_is_shown_the_notice(client: Client, batch: Batch, team_signs: Path) -> None:
    keyless = make_member("Keyless")
    assert SECRET not in preview_page(client, batch, member=keyless.pk)


def test_a_team_that_cannot_sign_is_told_beforehand(client: Client, batch: Batch, reservoir: Membership) -> None:
    assert "The team has no signing key" in preview_page(client, batch)


def test_what_is_public_is_issued_again_and_not_pre_disclosed(
    client: Client, batch: Batch, reservoir: Membership, team_signs: Path
) -> None:
    assert "Next: pre-disclosed." in preview_page(client, batch)
    Batch.objects.update(is_reissue=True)
    assert "Next: issued again." in preview_page(client, batch)


def test_previewing_sends_and_keeps_nothing(
    client: Client, batch: Batch, reservoir: Membership, team_signs: Path, server: MailServer
) -> None:
    preview_page(client, batch, member=reservoir.pk)
    assert not Delivery.objects.exists()
    assert not server.taken


def test_the_desk_shows_how_far_the_letters_are(client: Client, person: User, batch: Batch, members_key: Tsk) -> None:
    for name in ("First", "Second"):
        make_member_key(make_member(name), bytes(members_key.extract_certificate()))
    predisclose(batch, person)
    first = Delivery.objects.order_by("pk")[0]
    Delivery.objects.filter(pk=first.pk).update(state=Sending.FAILED, trouble="SMTPRecipientsRefused 550")
    text = client.get(f"/desk/{batch.pk}/").content.decode()
    assert "1 did not arrive." in text
    assert "0 of 2" in text
