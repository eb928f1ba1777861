"""Encrypted and signed mail: made, opened again, judged, and kept within bounds."""

import time
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.policy import SMTP, default
from pathlib import Path
from typing import Any

import pysequoia
import pytest
from pysequoia import Tsk

from advisories.openpgp import certificates, decrypting, encrypting
from advisories.openpgp.certificates import Certificate
from advisories.openpgp.decrypting import DecryptionKey, Limits, NotOpened, Seal
from advisories.openpgp.encrypting import Content, Enclosure, Envelope, NotEncrypted
from advisories.openpgp.signing import FileSigner

NOW = datetime.now(UTC).replace(microsecond=0)
PATCH = b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n \n-\xff\r\n+From here\n"
CONTENT = Content(
    "Words \u0141 with a canary-9f1.\nFrom the start  \n.\n", (Enclosure("fix-1.patch", PATCH),), "SSA-7: canary-9f1"
)
ENVELOPE = Envelope(
    "Sluice security team <security@sluice.example>",
    ("security@member.example",),
    "SSA-7 v1",
    "<7@sluice.example>",
    NOW,
)


@pytest.fixture
def member_key(member: Tsk, tmp_path: Path) -> DecryptionKey:
    file = tmp_path / "member.key"
    file.write_bytes(bytes(member))
    return DecryptionKey(file)


@pytest.fixture
def raw(signer: FileSigner, member_certificate: Certificate) -> bytes:
    part = encrypting.signed(encrypting.entity(CONTENT, ENVELOPE), signer)
    return encrypting.letter(encrypting.encrypted(part, [member_certificate], NOW), ENVELOPE)


def inner(mime: bytes) -> Message:
    return message_from_bytes(mime, policy=default)


def test_what_travels_in_clear_holds_nothing_of_the_letter(raw: bytes) -> None:
    assert b"canary-9f1" not in raw
    assert b"fix-1.patch" not in raw
    outer = message_from_bytes(raw)
    assert outer["Subject"] == "SSA-7 v1"
    assert outer.get_content_type() == "multipart/encrypted"


def test_the_member_gets_text_patch_and_subject_and_sees_who_signed(
    raw: bytes, member_key: DecryptionKey, team_certificate: Certificate
) -> None:
    opened = decrypting.open_mail(raw, member_key, [team_certificate])
    assert (opened.seal, opened.signed_by) == (Seal.GOOD, team_certificate.fingerprint)
    message = inner(opened.mime)
    text, patch = message.iter_parts()  # type: ignore[attr-defined]
    assert message["Subject"] == CONTENT.subject
    assert text.get_content().splitlines() == CONTENT.text.splitlines()
    assert (patch.get_filename(), patch.get_payload(decode=True)) == ("fix-1.patch", PATCH)


def test_a_change_on_the_way_is_seen(member_key: DecryptionKey, raw: bytes) -> None:
    at = raw.index(b"BEGIN PGP MESSAGE") + 400
    changed = raw[:at] + (b"A" if raw[at : at + 1] != b"A" else b"B") + raw[at + 1 :]
    with pytest.raises(NotOpened):
        decrypting.open_mail(changed, member_key)


def test_a_signed_letter_is_kept_by_a_mail_program_that_writes_it_again(
    signer: FileSigner, team_certificate: Certificate
) -> None:
    raw = encrypting.letter(encrypting.signed(encrypting.entity(CONTENT, ENVELOPE), signer), ENVELOPE)
    again = message_from_bytes(raw).as_bytes(policy=SMTP.clone(refold_source="none"))
    for one in (raw, again):
        assert decrypting._judged(one, Seal.NONE, "", (team_certificate,)).seal is Seal.GOOD


def test_a_signed_part_is_seven_bits_and_no_line_is_one_that_servers_change(signer: FileSigner) -> None:
    part = encrypting.signed(encrypting.entity(CONTENT, ENVELOPE), signer)
    assert part.isascii()
    lines = part.split(b"\r\n")
    assert not [line for line in lines if line.startswith(b"From ") or line.endswith((b" ", b"\t")) or len(line) > 998]
    assert b"\n" not in part.replace(b"\r\n", b"")


@pytest.mark.parametrize("header", ["sender", "subject", "message_id"])
def test_a_line_break_in_a_header_is_refused(header: str) -> None:
    values: dict[str, Any] = {
        "sender": "a@b.example",
        "subject": "x",
        "message_id": "<1@b.example>",
        header: "x\r\nBcc: eve@b.example",
    }
    with pytest.raises(ValueError, match=r"line break|linefeed"):
        encrypting.letter(b"", Envelope(recipients=("c@d.example",), date=NOW, **values))


def test_a_key_that_cannot_be_encrypted_to_makes_no_letter_at_all() -> None:
    key = Tsk.generate("A <a@b.example>", validity_seconds=1).extract_certificate()
    lapsed = certificates.read(bytes(key))
    time.sleep(2)
    with pytest.raises(NotEncrypted, match="This key expired on "):
        encrypting.encrypted(b"x", [lapsed], datetime.now(UTC))
    with pytest.raises(NotEncrypted, match="no key"):
        encrypting.encrypted(b"x", [], NOW)


def pgp_mime(clear: bytes, to: Tsk, by: Tsk | None = None) -> bytes:
    """As other people's mail programs do it: signature and encryption in one."""
    sealed = pysequoia.encrypt(clear, recipients=[to.extract_certificate()], signer=by.signer() if by else None)
    return (
        b"From: ada@research.example\nSubject: ...\nContent-Type: multipart/encrypted; "
        b'protocol="application/pgp-encrypted"; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\n'
        b"Version: 1\n\n--b\nContent-Type: application/octet-stream\n\n" + sealed + b"\n--b--\n"
    )


CLEAR = b"Content-Type: text/plain; charset=utf-8\n\nWords\n"


def test_a_letter_without_a_signature_is_opened_and_says_so(member: Tsk, member_key: DecryptionKey) -> None:
    opened = decrypting.open_mail(pgp_mime(CLEAR, member), member_key)
    assert (opened.mime, opened.seal) == (CLEAR, Seal.NONE)


def test_a_signature_made_along_with_the_encryption_is_judged(
    member: Tsk, team: Tsk, member_key: DecryptionKey, team_certificate: Certificate
) -> None:
    raw = pgp_mime(CLEAR, member, by=team)
    assert decrypting.open_mail(raw, member_key, [team_certificate]).seal is Seal.GOOD
    stranger = decrypting.open_mail(raw, member_key)
    assert (stranger.mime, stranger.seal) == (CLEAR, Seal.UNKNOWN)
    assert stranger.signed_by


def test_a_key_that_lies_in_the_letter_is_tried_and_called_that(
    member: Tsk, team: Tsk, member_key: DecryptionKey, team_certificate: Certificate
) -> None:
    clear = (
        b"Content-Type: multipart/mixed; boundary=c\n\n--c\n" + CLEAR + b"--c\nContent-Type: application/pgp-keys\n\n"
    )
    clear += team_certificate.armoured.encode() + b"--c--\n"
    opened = decrypting.open_mail(pgp_mime(clear, member, by=team), member_key)
    assert (opened.seal, opened.key_came_along, opened.signed_by) == (
        Seal.GOOD, True, team_certificate.fingerprint,
    )  # fmt: skip


def test_a_signature_over_another_text_does_not_hold(
    member: Tsk, member_key: DecryptionKey, signer: FileSigner, team_certificate: Certificate
) -> None:
    part = encrypting.signed(encrypting.entity(CONTENT, ENVELOPE), signer).replace(b"Words", b"Wards")
    opened = decrypting.open_mail(pgp_mime(part, member), member_key, [team_certificate])
    assert opened.seal is Seal.BAD


def test_an_inline_message_is_opened_as_text(member: Tsk, member_key: DecryptionKey) -> None:
    sealed = pysequoia.encrypt(b"W\xc3\xb6rds\n", recipients=[member.extract_certificate()])
    opened = decrypting.open_mail(b"From: a@b.example\n\nHello,\n\n" + sealed + b"\nBye\n", member_key)
    assert inner(opened.mime).get_payload(decode=True) == b"W\xc3\xb6rds\n"


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@b.example\n\nnothing here\n",
        b"From: a@b.example\n\n-----BEGIN PGP MESSAGE-----\n\ncut off",
        b"From: a@b.example\n\n-----BEGIN PGP MESSAGE-----\n\n////\n-----END PGP MESSAGE-----\n",
        b"Content-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\n1\n--b--",
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 9_000,
    ],
)
def test_what_cannot_be_opened_says_so_in_one_sentence(raw: bytes, member_key: DecryptionKey) -> None:
    with pytest.raises(NotOpened) as refused:
        decrypting.open_mail(raw, member_key)
    assert str(refused.value).count("\n") == 0
    assert str(refused.value).endswith(".")


def test_a_letter_to_another_key_stays_closed(team: Tsk, member_key: DecryptionKey) -> None:
    with pytest.raises(NotOpened, match="encrypted to another one, or damaged"):
        decrypting.open_mail(pgp_mime(CLEAR, team), member_key)


def test_a_key_that_cannot_be_read_says_so(member: Tsk, tmp_path: Path) -> None:
    with pytest.raises(NotOpened, match="key for decryption can't be used"):
        decrypting.open_mail(pgp_mime(CLEAR, member), DecryptionKey(tmp_path / "missing"))


def test_what_is_larger_than_the_limit_stays_closed(member: Tsk, member_key: DecryptionKey) -> None:
    raw = pgp_mime(CLEAR + b"x" * 200_000, member)
    assert decrypting.open_mail(raw, member_key, limits=Limits(most_bytes=300_000)).seal is Seal.NONE
    with pytest.raises(NotOpened, match="larger than letters may be"):
        decrypting.open_mail(raw, member_key, limits=Limits(most_bytes=150_000))
