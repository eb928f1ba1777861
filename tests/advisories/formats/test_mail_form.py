"""Announcements as mails: what is written is read back whole, by our reader and by Python's."""

import email
import email.policy
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisories.formats import announcement, mail, mail_form
from advisories.formats.doubts import NotWritable
from advisories.formats.mail import Attachment
from advisories.formats.mail_form import Envelope
from advisories.formats.openpgp import Keyring, Verified
from advisories.formats.record import Identifier, PatchFile, Record
from tests.advisories.formats.editions import PUBLIC_AT, twelve
from tests.advisories.formats.signing import RsaSigner
from tests.advisories.formats.sluice import SLUICE

ENVELOPE = Envelope(
    sender="security@sluice.example",
    sender_name="Sluice, the security team (Łódź)",
    recipients=("sluice-announce@lists.sluice.example", "oss@lists.example"),
    message_id="<ssa-12.3@sluice.example>",
    sent_at=PUBLIC_AT,
    in_reply_to="<ssa-12.2@sluice.example>",
)


def test_what_is_written_is_read_back_without_a_doubt(rsa: RsaSigner) -> None:
    raw = announcement.write_mail(twelve(), SLUICE, rsa.sign, ENVELOPE)
    found = announcement.read_mail(raw, SLUICE, Keyring([rsa.public]))
    assert found.record == twelve()
    assert isinstance(found.verdict, Verified)
    assert found.doubts == ()
    assert (found.message_id, found.sent_at) == (ENVELOPE.message_id, PUBLIC_AT)


def test_carriage_returns_on_the_way_change_nothing(rsa: RsaSigner) -> None:
    raw = announcement.write_mail(twelve(), SLUICE, rsa.sign, ENVELOPE).replace(b"\n", b"\r\n")
    assert announcement.read_mail(raw, SLUICE, Keyring([rsa.public])).doubts == ()


def test_the_same_announcement_is_the_same_mail(rsa: RsaSigner) -> None:
    assert announcement.write_mail(twelve(), SLUICE, rsa.sign, ENVELOPE) == announcement.write_mail(
        twelve(), SLUICE, rsa.sign, ENVELOPE
    )


def test_an_ordinary_mail_program_finds_text_recipe_and_patches_in_their_order(rsa: RsaSigner) -> None:
    raw = announcement.write_mail(twelve(), SLUICE, rsa.sign, ENVELOPE)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    text, *attached = message.iter_parts()
    assert "BEGIN PGP SIGNED MESSAGE" in text.get_content()
    assert [part.get_filename() for part in attached] == ["ssa12.meta", "ssa12.patch", "ssa12-1.9.patch"]
    assert message["From"].addresses[0].display_name == ENVELOPE.sender_name


def test_the_subject_has_the_fields_form() -> None:
    expected = "Sluice Security Advisory 12 v3 (CVE-2026-0012,CVE-2026-0013) - gate may stay open"
    assert mail_form.subject(twelve(), SLUICE) == expected
    unassigned = mail_form.subject(replace(twelve(), identifiers=()), SLUICE)
    assert unassigned == "Sluice Security Advisory 12 v3 - gate may stay open"


@pytest.mark.parametrize(
    "record",
    [
        replace(twelve(), title="two\nlines"),
        replace(twelve(), title=""),
        replace(twelve(), identifiers=(Identifier("X", "X-(1)"),)),
    ],
    ids=["two lines", "empty", "brackets"],
)
def test_a_subject_that_would_be_read_otherwise_is_not_written(record: Record) -> None:
    with pytest.raises(NotWritable):
        mail_form.subject(record, SLUICE)


@pytest.mark.parametrize(
    "envelope",
    [
        replace(ENVELOPE, recipients=()),
        replace(ENVELOPE, recipients=("a@b.example\nBcc: c@d.example",)),
        replace(ENVELOPE, sender="Somebody <a@b.example>"),
        replace(ENVELOPE, sender_name="a\nSubject: other"),
        replace(ENVELOPE, message_id="12.3@sluice.example"),
        replace(ENVELOPE, sent_at=PUBLIC_AT.replace(tzinfo=None)),
    ],
    ids=["nobody", "two headers", "not an address", "name of two lines", "no brackets", "no zone"],
)
def test_an_envelope_that_could_say_more_than_it_should_is_refused(rsa: RsaSigner, envelope: Envelope) -> None:
    with pytest.raises(NotWritable):
        announcement.write_mail(twelve(), SLUICE, rsa.sign, envelope)


def test_a_patch_that_is_not_at_hand_or_not_the_one_listed_stops_the_mail(rsa: RsaSigner) -> None:
    first, second = twelve().patches
    for patch in (PatchFile(first.name, first.sha256), replace(first, content=b"other")):
        with pytest.raises(NotWritable):
            announcement.write_mail(replace(twelve(), patches=(patch, second)), SLUICE, rsa.sign, ENVELOPE)


TEXTS = st.binary(max_size=3_000).map(lambda data: data.replace(b"\r", b"").replace(b"\0", b"")) | st.text(
    st.characters(blacklist_categories=("Cs", "Cc")), max_size=1_500
).map(lambda text: (text * 3 + "\n-- \n.\nFrom here\n" + text).encode())


@given(TEXTS, st.lists(st.binary(max_size=400), max_size=3), st.text(st.characters(codec="utf-8"), max_size=200))
def test_any_text_and_files_come_through(text: bytes, contents: list[bytes], title: str) -> None:
    subject = mail.one_line(f"SSA {title}")
    text = b"-----BEGIN PGP SIGNED MESSAGE-----\n" + text
    attachments = [Attachment(f"ssa{at}.patch", content) for at, content in enumerate(contents)]
    found = mail.read(mail_form.write(subject, text, attachments, ENVELOPE))
    assert found.text == text
    assert found.attachments == tuple(attachments)
    assert found.subject == subject
