"""Letters to members through a real mail server: once in effect, to those who are told, never in clear."""

from pathlib import Path

import pysequoia
import pytest
from django.utils import timezone
from pysequoia import Tsk
from pytest_django import Settings

from accounts.models import Sending
from advisories.formats import armour, packets
from advisories.models import (
    Delivery,
    DeliveryForm,
    Membership,
    Tiding,
    What,
)
from advisories.openpgp import certificates, decrypting
from advisories.openpgp.certificates import Certificate
from advisories.openpgp.decrypting import DecryptionKey, Seal
from advisories.openpgp.signing import Signer
from advisories.predisclosure import letters
from tests.advisories.predisclosure.mailserver import MailServer
from tests.advisories.predisclosure.sending import SECRET, deliver, text_of, the_delivery, told_of
from tests.advisories.predisclosure.told import retitled, tell
from tests.make import make_member, make_member_key

pytestmark = pytest.mark.django_db


def test_a_member_gets_it_signed_and_encrypted_and_nobody_on_the_way_reads_anything(
    team_signs: Path, server: MailServer, reservoir: Membership, opened_by: DecryptionKey, team: Tsk
) -> None:
    told_of()
    assert deliver() == 1
    [taken] = server.taken
    for secret in (b"Unspeakable", b"70417", b".patch"):
        assert secret not in taken.raw.replace(taken.id.encode(), b"").split(b"-----BEGIN PGP MESSAGE")[0]
    opened = decrypting.open_mail(taken.raw, opened_by, [certificates.read(bytes(team.extract_certificate()))])
    assert opened.seal is Seal.GOOD
    text, inner = text_of(taken, opened_by)
    assert f"SSA-70417 v1: {SECRET}" in text
    assert inner["Subject"] == "[SSA] SSA-70417 v1: Pre-disclosed"
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
    assert "All of SSA-70417 v2" in text


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
