"""A whole announcement: signature, text, recipe and patches held together."""

import hashlib

import pytest

from advisories.formats import announcement, clearsign, meta, xsa_text
from advisories.formats.announcement import Announcement
from advisories.formats.doubts import Refused, Severity
from advisories.formats.openpgp import Keyring, NotVerified, Verified
from tests.advisories.formats import sluice
from tests.advisories.formats.signing import RsaSigner
from tests.advisories.formats.sluice import SLUICE, files, sample

TWELVE = files("ssa12.meta", "ssa12.patch", "ssa12-1.9.patch")


def read(rsa: RsaSigner, attachments: dict[str, bytes] = TWELVE, **quirks: str) -> Announcement:
    raw = sluice.mail(rsa.sign(sample("ssa12-v3.txt")), attachments, **quirks)  # type: ignore[arg-type]
    return announcement.read_mail(raw, SLUICE, Keyring([rsa.public]))


def kinds(found: Announcement) -> list[str]:
    return [doubt.kind for doubt in found.doubts]


def test_a_good_announcement_leaves_no_doubt(rsa: RsaSigner) -> None:
    found = read(rsa)
    assert isinstance(found.verdict, Verified)
    assert found.doubts == ()
    assert found.record.recipes is not None
    assert [patch.content for patch in found.record.patches] == [TWELVE["ssa12.patch"], TWELVE["ssa12-1.9.patch"]]


def test_it_survives_carriage_returns_and_a_list_footer(rsa: RsaSigner) -> None:
    raw = sluice.mail(rsa.sign(sample("ssa12-v3.txt")), TWELVE, footer=True).replace(b"\n", b"\r\n")
    found = announcement.read_mail(raw, SLUICE, Keyring([rsa.public]))
    assert found.doubts == ()
    assert found.record == read(rsa).record


def test_exported_and_read_again_it_is_the_same(rsa: RsaSigner) -> None:
    record = read(rsa).record
    recipe = meta.write(record)
    text = xsa_text.write(record, SLUICE, meta_sha256=hashlib.sha256(recipe).hexdigest())
    again = announcement.read_text(rsa.sign(text), TWELVE | {"ssa12.meta": recipe}, SLUICE, Keyring([rsa.public]))
    assert again.record == record
    assert again.doubts == ()


def test_a_bad_signature_is_a_verdict_and_a_refusal_among_the_doubts(rsa: RsaSigner) -> None:
    raw = sluice.mail(rsa.sign(sample("ssa12-v3.txt")).replace(b"stay open", b"stay shut"), TWELVE)
    found = announcement.read_mail(raw, SLUICE, Keyring([rsa.public]))
    assert isinstance(found.verdict, NotVerified)
    assert found.doubts[-1].severity is Severity.REFUSED or "not-verified" in kinds(found)


def test_text_without_a_signature_is_read_and_doubted(rsa: RsaSigner) -> None:
    found = announcement.read_text(sample("ssa12-v3.txt"), TWELVE, SLUICE, Keyring([rsa.public]))
    assert isinstance(found.verdict, NotVerified)
    assert kinds(found) == ["not-signed"]


def test_nothing_outside_the_signature_is_believed(rsa: RsaSigner) -> None:
    above, below = b"All versions are safe.\n\n", b"\nMITIGATION\n==========\n\nNone needed.\n"
    signed = above + rsa.sign(sample("ssa12-v3.txt")) + below
    found = announcement.read_text(signed, TWELVE, SLUICE, Keyring([rsa.public]))
    assert found.record == read(rsa).record
    assert kinds(found) == ["around-signature"]


def test_a_changed_patch_is_not_taken_over(rsa: RsaSigner) -> None:
    found = read(rsa, TWELVE | {"ssa12.patch": b"other"})
    assert kinds(found) == ["sum-differs"]
    assert found.record.patches[0].content is None


def test_a_changed_recipe_is_not_taken_over(rsa: RsaSigner) -> None:
    found = read(rsa, TWELVE | {"ssa12.meta": TWELVE["ssa12.meta"] + b" "})
    assert kinds(found) == ["sum-differs"]
    assert found.record.recipes is None


def test_a_file_that_the_text_does_not_list_is_not_taken_over(rsa: RsaSigner) -> None:
    found = read(rsa, TWELVE | {"ssa12-2.0.patch": b"other"})
    assert kinds(found) == ["file-not-listed"]
    assert len(found.record.patches) == 2


def test_a_listed_file_that_is_missing_is_doubted_with_its_line(rsa: RsaSigner) -> None:
    found = read(rsa, files("ssa12.meta", "ssa12.patch"))
    assert [(doubt.kind, doubt.line) for doubt in found.doubts] == [("file-missing", 55)]


def test_a_recipe_that_cannot_be_read_leaves_the_text(rsa: RsaSigner) -> None:
    broken = b"{"
    text = sample("ssa12-v3.txt").replace(
        hashlib.sha256(TWELVE["ssa12.meta"]).hexdigest().encode(), hashlib.sha256(broken).hexdigest().encode()
    )
    found = announcement.read_text(rsa.sign(text), TWELVE | {"ssa12.meta": broken}, SLUICE, Keyring([rsa.public]))
    assert kinds(found) == ["not-json"]
    assert found.record.recipes is None


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("lunch", ["subject-odd"]),
        ("Sluice Security Advisory 11 v3 (CVE-2026-0012,CVE-2026-0013) - gate may stay open", ["subject-differs"]),
        ("Sluice Security Advisory 12 v2 (CVE-2026-0012,CVE-2026-0013) - gate may stay open", ["subject-differs"]),
        ("Sluice Security Advisory 12 (CVE-2026-0013,CVE-2026-0012) - gate may stay open", []),
        ("Sluice Security Advisory 12 v3 - gate may stay open", ["subject-differs"]),
        ("Sluice Security Advisory 12 v3 (CVE-2026-0012,CVE-2026-0013) - other", ["subject-differs"]),
    ],
)
def test_a_subject_that_says_otherwise_is_doubted(rsa: RsaSigner, subject: str, expected: list[str]) -> None:
    found = read(rsa, subject=subject)
    assert kinds(found) == expected
    assert found.record == read(rsa).record


def test_an_old_hash_is_noted(rsa: RsaSigner) -> None:
    signed = rsa.sign(sample("ssa12-v3.txt"), hash_algorithm=2)
    assert kinds(announcement.read_text(signed, TWELVE, SLUICE, Keyring([rsa.public]))) == ["weak-signature"]


def test_another_mail_is_refused(rsa: RsaSigner) -> None:
    with pytest.raises(Refused):
        announcement.read_mail(sluice.mail(b"Shall we have lunch?\n", {}), SLUICE, Keyring([rsa.public]))


def test_the_signed_bytes_are_kept_for_later(rsa: RsaSigner) -> None:
    found = read(rsa)
    assert found.signed == clearsign.canonical(sample("ssa12-v3.txt"))
    assert isinstance(Keyring([rsa.public]).verify(found.signed, found.signature), Verified)
