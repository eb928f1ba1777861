"""Letters to members through a real mail server: once in effect, to those who are told, never in clear."""

import email
from datetime import timedelta
from email.message import Message
from pathlib import Path

import pysequoia
import pytest
from django.db.models.functions import Now
from django.utils import timezone
from pysequoia import Tsk
from pytest_django import Settings

from accounts.models import Role, Sending
from advisories.formats import armour, packets
from advisories.lifecycle import State
from advisories.models import (
    Advisory,
    Delivery,
    DeliveryForm,
    KeptFrom,
    Membership,
    MembershipState,
    Notification,
    Tiding,
    What,
)
from advisories.openpgp import certificates, decrypting
from advisories.openpgp.certificates import Certificate
from advisories.openpgp.decrypting import DecryptionKey, Seal
from advisories.openpgp.signing import Signer
from advisories.predisclosure import delivering, letters
from advisories.release import freezing
from advisories.release.batching import Audience
from tests.advisories.predisclosure.mailserver import MailServer, Taken, free_port, running, sent_to
from tests.advisories.predisclosure.told import retitled, tell
from tests.advisories.release.test_releasing import fixes_of
from tests.make import make_advisory, make_member, make_member_key, make_user

pytestmark = pytest.mark.django_db

SECRET = "Unspeakable overflow"


def told_of(number: int = 417) -> Advisory:
    """An advisory that every member was just promised."""
    advisory = make_advisory(state=State.PREDISCLOSED, number=number, title=SECRET, description="A guest writes.")
    revision = freezing.freeze(advisory, fixes_of(advisory), audience=Audience.MEMBERS, by=None)
    tell(advisory, What.PREDISCLOSED, revision)
    return advisory


def deliver() -> int:
    """What a worker does on a sweep."""
    return sum(delivering.deliver(pk) for pk in delivering.due_tidings())


def at_once() -> None:
    """Whatever waits is due."""
    Delivery.objects.filter(state=Sending.QUEUED).update(due_at=Now())


def the_delivery() -> Delivery:
    return Delivery.objects.get()


@pytest.fixture
def opened_by(members_key: Tsk, tmp_path: Path) -> DecryptionKey:
    file = tmp_path / "member.key"
    file.write_bytes(bytes(members_key))
    return DecryptionKey(file)


def text_of(taken: Taken, key: DecryptionKey) -> tuple[str, Message]:
    mime = email.message_from_bytes(decrypting.open_mail(taken.raw, key, []).mime)
    payload = mime.get_payload()
    part = payload[0] if isinstance(payload, list) else mime
    assert isinstance(part, Message)
    found = part.get_payload(decode=True)
    assert isinstance(found, bytes)
    return found.decode(), mime


def test_a_member_gets_it_signed_and_encrypted_and_nobody_on_the_way_reads_anything(
    team_signs: Path, server: MailServer, reservoir: Membership, opened_by: DecryptionKey, team: Tsk
) -> None:
    told_of()
    assert deliver() == 1
    [taken] = server.taken
    for secret in (b"Unspeakable", b"417", b".patch"):
        assert secret not in taken.raw.replace(taken.id.encode(), b"").split(b"-----BEGIN PGP MESSAGE")[0]
    opened = decrypting.open_mail(taken.raw, opened_by, [certificates.read(bytes(team.extract_certificate()))])
    assert opened.seal is Seal.GOOD
    text, inner = text_of(taken, opened_by)
    assert f"SSA-417 v1: {SECRET}" in text
    assert inner["Subject"] == "[SSA] SSA-417 v1: Pre-disclosed"
    row = the_delivery()
    assert (row.state, row.form, row.encrypted_to) == (
        Sending.SENT, DeliveryForm.ENCRYPTED, reservoir.organisation.keys.get().fingerprint
    )  # fmt: skip


def test_two_letters_about_one_advisory_have_nothing_in_common_on_the_outside(
    team_signs: Path, server: MailServer, reservoir: Membership
) -> None:
    tell(told_of(), What.DATE_MOVED)
    deliver()
    deliver()
    first, second = (one.message for one in server.taken)
    assert first["Subject"] != second["Subject"]
    assert not {"References", "In-Reply-To", "Thread-Topic"} & {*first.keys(), *second.keys()}


def test_whoever_got_v1_gets_v2_with_the_difference(
    team_signs: Path, server: MailServer, reservoir: Membership, opened_by: DecryptionKey
) -> None:
    advisory = told_of()
    deliver()
    tell(advisory, What.REVISED, retitled(advisory))
    deliver()
    text, _ = text_of(server.taken[1], opened_by)
    assert "What differs from v1" in text
    assert f"- {SECRET}" in text
    assert "+ Another title" in text


def test_whoever_was_not_sent_v1_gets_v2_without_a_difference(
    team_signs: Path, server: MailServer, reservoir: Membership, opened_by: DecryptionKey
) -> None:
    advisory = told_of()
    Delivery.objects.update(state=Sending.FAILED)
    tell(advisory, What.REVISED, retitled(advisory))
    deliver()
    text, _ = text_of(server.taken[0], opened_by)
    assert "What differs" not in text
    assert "All of SSA-417 v2" in text


def test_what_a_member_has_already_is_not_sent_again_when_it_becomes_public(
    team_signs: Path, server: MailServer, reservoir: Membership, opened_by: DecryptionKey
) -> None:
    advisory = told_of()
    deliver()
    tell(advisory, What.PUBLISHED, advisory.revisions.get())
    deliver()
    text, inner = text_of(server.taken[1], opened_by)
    assert "All of" not in text
    assert not inner.is_multipart()


def test_a_member_without_a_key_is_only_told_to_look(team_signs: Path, server: MailServer) -> None:
    make_member("Keyless")
    told_of()
    deliver()
    [taken] = server.taken
    assert b"417" not in taken.raw.replace(taken.id.encode(), b"").replace(b"=_", b"")
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


def test_each_letter_is_to_one_member_and_names_no_other(team_signs: Path, server: MailServer) -> None:
    for name in ("First", "Second"):
        made = pysequoia.Tsk.generate(name)
        make_member_key(make_member(name), bytes(made.extract_certificate()))
    told_of()
    deliver()
    for one in server.taken:
        other = {"security@first.example": b"second", "security@second.example": b"first"}[one.recipient]
        assert other not in one.raw.lower()
        assert len(decrypting_keys(one.raw)) == 1


def decrypting_keys(raw: bytes) -> list[str]:
    """Key ids that an onlooker reads from the outside of the message."""
    armoured = raw[raw.index(b"-----BEGIN PGP MESSAGE") : raw.index(b"-----END PGP MESSAGE-----") + 25]
    binary = armour.remove(armoured, b"MESSAGE")
    return [str(tag) for tag, _ in list(packets.packets(binary))[:3] if tag == 1]


def test_the_signature_is_made_once_for_all_who_get_the_same(
    settings: Settings, server: MailServer, team_signs: Path, team: Tsk, tmp_path: Path
) -> None:
    for number in range(4):
        made = pysequoia.Tsk.generate(f"Member {number}")
        make_member_key(make_member(f"Member {number}"), bytes(made.extract_certificate()))
    told_of()
    tiding = Tiding.objects.get()
    signer = letters.signer()
    assert signer is not None
    counting = _Counting(signer)
    desk = letters.Desk(tiding, counting)
    for delivery in tiding.deliveries.all():
        desk.letter(delivery, timezone.now())
    assert counting.signatures == 1


class _Counting:
    """Passes on to a signer, and counts."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer
        self.signatures = 0

    @property
    def certificate(self) -> Certificate:
        return self._signer.certificate

    def sign_detached(self, data: bytes) -> bytes:
        self.signatures += 1
        return self._signer.sign_detached(data)

    def sign_clear(self, text: bytes) -> bytes:
        return self._signer.sign_clear(text)
