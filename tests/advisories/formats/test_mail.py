"""Mails taken apart: what the field sends, and what strangers send."""

from datetime import UTC, datetime

import pytest

from advisories.formats import mail
from advisories.formats.doubts import Refused
from tests.advisories.formats import sluice
from tests.advisories.formats.sluice import SLUICE

SUBJECTS = {
    "Sluice Security Advisory 12 v3 (CVE-2026-0012,CVE-2026-0013) - gate may": (12, 3, 2, "gate may"),
    "[oss-security] Sluice Security Advisory 12 v3 (CVE-2026-0012,\n CVE-2026-0013) - gate": (12, 3, 2, "gate"),
    "[Sluice-devel] Sluice Security Advisory 12 (CVE-2026-0012) - gate - again": (12, None, 1, "gate - again"),
    "Sluice Security Advisory 13 v2 - gate (half) open": (13, 2, 0, "gate (half) open"),
    "Fwd: [oss-security] sluice security advisory SSA-13 v2 - gate": (13, 2, 0, "gate"),
}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_is_understood(subject: str) -> None:
    found = mail.read_subject(mail.one_line(subject), SLUICE)
    assert found is not None
    assert (found.number, found.version, len(found.identifiers), found.title) == SUBJECTS[subject]


@pytest.mark.parametrize("subject", ["", "lunch?", "Weir Security Advisory 1 - x", "Sluice Security Advisory - x"])
def test_other_subjects_are_none_of_ours(subject: str) -> None:
    assert mail.read_subject(subject, SLUICE) is None


def test_an_announcement_is_taken_apart() -> None:
    found = mail.read(sluice.mail(b"text\n", sluice.files("ssa12.meta", "ssa12.patch")))
    assert found.text == b"text\n"
    assert [file.name for file in found.attachments] == ["ssa12.meta", "ssa12.patch"]
    assert found.attachments[1].content == sluice.attached("ssa12.patch")
    assert found.sent_at == datetime(2026, 3, 17, 12, 0, 42, tzinfo=UTC)
    assert found.message_id == "<12.3@sluice.example>"


def test_line_ends_of_the_transport_do_not_change_attachments() -> None:
    raw = sluice.mail(b"text\n", sluice.files("ssa12.patch"), width=76).replace(b"\n", b"\r\n")
    assert mail.read(raw).attachments[0].content == sluice.attached("ssa12.patch")


def test_raw_utf_8_in_a_seven_bit_part_survives() -> None:
    assert mail.read(sluice.mail("Łódź\n".encode(), {})).text == "Łódź\n".encode()


def test_what_list_software_appends_is_not_the_text() -> None:
    assert b"mailing list" not in mail.read(sluice.mail(b"text\n", {}, footer=True)).text


def test_the_signed_part_wins_over_an_earlier_one() -> None:
    raw = sluice.mail(b"hello\n--=separator\nContent-Type: text/plain\n\n-----BEGIN PGP SIGNED MESSAGE-----\n", {})
    assert mail.read(raw).text.startswith(b"-----BEGIN PGP SIGNED")


@pytest.mark.parametrize("name", ["../evil.patch", "/etc/x", ".hidden", "-rf", "a\\b", "a/b", "C:x", "a b", "x" * 400])
def test_an_attachment_with_an_unsafe_name_is_refused(name: str) -> None:
    found = mail.read(sluice.mail(b"text\n", {name: b"x"}))
    assert not found.attachments
    assert [doubt.kind for doubt in found.doubts] == ["file-name"]


def test_a_second_attachment_of_one_name_does_not_replace_the_first() -> None:
    raw = sluice.mail(b"text\n", {"a.patch": b"first", "b.patch": b"second"}).replace(b"b.patch", b"a.patch")
    found = mail.read(raw)
    assert [file.content for file in found.attachments] == [b"first"]
    assert [doubt.kind for doubt in found.doubts] == ["file-twice"]


@pytest.mark.parametrize(
    "header",
    [
        b"Subject: =?utf-8?Q?one=0Atwo=0D=00three?=",
        b"Subject: " + b"(" * 20_000,
        b"Subject: =?nonsense?B?////?=",
        b"Subject: =?utf-8?B?!?= \xff\xfe",
        b"Date: Tue, 99 Foo 99999 99:99:99 +9999\nSubject: x",
        b"Content-Type: text/plain; charset=\xff\nSubject: x",
        b"From: " + b"(" * 20_000 + b"\nSubject: x",
    ],
)
def test_a_hostile_header_leaves_one_printable_line(header: bytes) -> None:
    found = mail.read(header + b"\n\nbody\n")
    assert found.subject.isprintable()


def nested(depth: int) -> bytes:
    head = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (at, at) for at in range(depth))
    return head + b"Content-Type: text/plain\n\nx\n"


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (nested(50), "too-many-parts"),
        (nested(4_000), "too-many-parts not-a-mail"),
        (b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 1_000, "too-many-parts"),
        (b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 100_000, "too-many-parts"),
        (b"x" * (mail.MOST_BYTES + 1), "too-large"),
    ],
)
def test_a_mail_without_bounds_is_refused(raw: bytes, kind: str) -> None:
    with pytest.raises(Refused) as refused:
        mail.read(raw)
    assert refused.value.doubt.kind in kind.split()
