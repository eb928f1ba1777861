"""What people upload becomes an ordered list of patches, byte for byte, and can leave again as an mbox."""

import base64
import gzip
import hashlib
import io
import os
import subprocess
import tarfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from releases.engine.diff import NotAPatch, parse_patch
from releases.engine.limits import Limits, OverLimit
from releases.engine.mailbox import UploadRefused, as_mbox, describe, patch_text, read_upload, split_mbox
from tests.releases.engine.conftest import ENGINE

DIFF = b"diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n-one\n+ONE\n two\n"
QUILT = (
    b"x86/mm: don't free twice\n\nThe page may be gone.\n\nSigned-off-by: A\n\n"
    b"--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n-one\n+ONE\n two\n"
)
SEPARATOR = b"From 1234567890123456789012345678901234567890 Mon Sep 17 00:00:00 2001\n"


def mail(number: int, *, subject: bytes = b"fix", body: bytes = DIFF) -> bytes:
    return (
        SEPARATOR
        + b"From: Ann Author <ann@example.org>\nDate: Tue, 3 Mar 2026 10:11:12 +0100\n"
        + b"Subject: [PATCH %d/2] %s\n\nWhy it is so.\n---\n f | 2 +-\n\n%s-- \n2.39.5\n\n" % (number, subject, body)
    )


def archive(members: dict[str, bytes], **attributes: object) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            for attribute, value in attributes.items():
                setattr(member, attribute, value)
            tar.addfile(member, io.BytesIO(content))
    return data.getvalue()


def test_an_mbox_is_split_into_its_mails_byte_for_byte() -> None:
    box = mail(1) + mail(2, subject=b"more")
    patches = read_upload([("series.mbox", box)])
    assert b"".join(patch.content for patch in patches) == box
    assert [patch.name for patch in patches] == ["0001-fix.patch", "0002-more.patch"]


def test_every_patch_carries_its_digest() -> None:
    (patch,) = read_upload([("fix.patch", QUILT)])
    assert patch.sha256 == hashlib.sha256(QUILT).hexdigest()


def test_prose_that_begins_with_from_does_not_split_a_mail() -> None:
    letter = mail(1).replace(b"Why it is so.", b"From 4.18 on, and:\nFrom here at 10:20 it fails.")
    assert split_mbox(letter) == [letter]


def test_a_cover_letter_is_left_out() -> None:
    cover = SEPARATOR + b"From: A <a@example.org>\nSubject: [PATCH 0/2] a series\n\nHello.\n\n"
    assert len(read_upload([("all.mbox", cover + mail(1) + mail(2))])) == 2


def test_files_keep_the_order_they_were_given_in() -> None:
    assert [patch.name for patch in read_upload([("b.patch", DIFF), ("a.patch", DIFF)])] == ["b.patch", "a.patch"]


def test_a_series_file_among_the_files_puts_them_in_order() -> None:
    upload = [("a.patch", DIFF), ("b.patch", QUILT), ("series", b"# first\nb.patch\na.patch -p1 # then this\n")]
    assert [patch.name for patch in read_upload(upload)] == ["b.patch", "a.patch"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_quilt_series_comes_in_the_order_of_its_series_file(pack: type[bytes]) -> None:
    members = {
        "x/patches/a.patch": DIFF,
        "x/patches/sub/b.patch": QUILT,
        "x/patches/series": b"sub/b.patch\n\na.patch\n",
    }
    patches = read_upload([("patches.tar.gz", pack(archive(members)))])
    assert [patch.content for patch in patches] == [QUILT, DIFF]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b"a.patch -p0", "line 1: -p0 is not taken, patches are applied with -p1"),
        (b"a.patch -R", "line 1: -R is not taken, patches are applied with -p1"),
        (b"gone.patch", "line 1: there is no file gone.patch"),
        (b"../a.patch", "line 1: there is no file ../a.patch"),
        (b"a.patch\na.patch", "line 2: a.patch stands there twice"),
        (b"# nothing", "the series file lists no patch"),
    ],
)
def test_a_series_file_that_cannot_be_followed_is_refused(line: bytes, sentence: str) -> None:
    with pytest.raises(UploadRefused, match=sentence):
        read_upload([("s.tar", archive({"patches/a.patch": DIFF, "patches/series": line}))])


def test_an_archive_without_an_order_is_refused() -> None:
    with pytest.raises(UploadRefused, match="no series file"):
        read_upload([("s.tar", archive({"a.patch": DIFF, "b.patch": DIFF}))])


@pytest.mark.parametrize("name", ["/etc/a.patch", "../a.patch", "x/../../a.patch", "a\x1b.patch"])
def test_a_name_that_leads_out_of_the_archive_is_refused(name: str) -> None:
    with pytest.raises(UploadRefused):
        read_upload([("s.tar", archive({name: DIFF}))])


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_refused(kind: bytes) -> None:
    with pytest.raises(UploadRefused, match="not an ordinary file"):
        read_upload([("s.tar", archive({"a.patch": b""}, type=kind, linkname="/etc/passwd"))])


def test_a_bomb_is_refused_while_it_inflates() -> None:
    bomb = gzip.compress(bytes(50_000_000), 9)
    assert len(bomb) < 60_000
    with pytest.raises(OverLimit, match="upload_bytes"):
        read_upload([("s.tar.gz", bomb)], limits=Limits(upload_bytes=1_000_000))


def test_too_many_members_are_refused() -> None:
    with pytest.raises(OverLimit, match="upload_members"):
        read_upload([("s.tar", archive({f"{number}": b"" for number in range(20)}))], limits=Limits(upload_members=10))


def test_too_many_patches_are_refused() -> None:
    with pytest.raises(OverLimit, match="patches_per_series"):
        read_upload([("s.mbox", mail(1) * 4)], limits=Limits(patches_per_series=3))


@pytest.mark.parametrize(
    "damage", [gzip.compress(DIFF, mtime=0)[:20], gzip.compress(DIFF, mtime=0), b"\x1f\x8b\x08junk"]
)
def test_a_damaged_archive_is_refused(damage: bytes) -> None:
    with pytest.raises(UploadRefused):
        read_upload([("s.tar.gz", damage)])


def test_an_empty_upload_is_refused() -> None:
    with pytest.raises(UploadRefused, match="no patch"):
        read_upload([])


def test_the_patches_attached_to_an_announcement_are_taken_out() -> None:
    text = (
        b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="=sep"\n'
        b"Subject: Advisory\nFrom: T <t@example.org>\n\n"
        b"--=sep\nContent-Type: text/plain\n\nRead this.\n\n"
        b'--=sep\nContent-Type: application/octet-stream; name="a.meta"\nContent-Transfer-Encoding: base64\n\ne30=\n\n'
        b'--=sep\nContent-Disposition: attachment; filename="fix-4.17.patch"\nContent-Transfer-Encoding: base64\n\n%s\n'
        b"--=sep--\n" % base64.encodebytes(QUILT)
    )
    (patch,) = read_upload([("mail.eml", text)])
    assert (patch.name, patch.content) == ("fix-4.17.patch", QUILT)


def test_a_patch_in_an_encoded_mail_is_read() -> None:
    head = b"From: A <a@example.org>\nSubject: fix\nContent-Transfer-Encoding: "
    plain = parse_patch(DIFF).files[0].hunks[0].new
    for encoding, body in (
        (b"base64", base64.encodebytes(DIFF)),
        (b"quoted-printable", DIFF.replace(b"one", b"=6Fne")),
    ):
        (patch,) = read_upload([("m.eml", head + encoding + b"\n\n" + body)])
        assert parse_patch(patch_text(patch.content)).files[0].hunks[0].new == plain


def test_a_plain_patch_is_read_as_it_stands() -> None:
    assert patch_text(QUILT) is QUILT


def test_a_mail_is_described() -> None:
    head = describe(mail(1, subject=b"x86: do\n it right"))
    assert head.subject == "x86: do it right"
    assert (head.author_name, head.author_email) == ("Ann Author", "ann@example.org")
    assert head.date == datetime(2026, 3, 3, 10, 11, 12, tzinfo=timezone(timedelta(hours=1)))
    assert head.message == "Why it is so."


def test_a_quilt_patch_has_its_first_line_as_subject() -> None:
    head = describe(QUILT)
    assert head.subject == "x86/mm: don't free twice"
    assert head.message == "The page may be gone.\n\nSigned-off-by: A"
    assert head.author_email == ""


def test_a_bare_diff_has_nothing_to_say() -> None:
    assert describe(DIFF).subject == ""


def test_a_header_in_the_text_names_the_author() -> None:
    content = mail(1).replace(b"Why it", b"From: Bo <bo@example.org>\n\nWhy it")
    assert describe(content).author_name == "Bo"
    assert describe(content).message == "Why it is so."


@pytest.mark.parametrize(
    "name",
    [
        b"=?UTF-8?q?J=C3=BCrgen=20Gro=C3=9F?=",
        b"=?utf-8?B?SsO8cmdlbg==?= =?utf-8?Q?_Gro=C3=9F?=",
        "Jürgen Groß".encode(),
        "Jürgen Groß".encode("latin-1"),
        '"Jürgen Groß"'.encode(),
    ],
)
def test_names_are_read_however_they_are_written(name: bytes) -> None:
    assert describe(b"From: " + name + b" <j@example.org>\nSubject: s\n\n" + DIFF).author_name == "Jürgen Groß"


@pytest.mark.parametrize(
    "headers",
    [
        b"From: " + b"(" * 5_000 + b"\nSubject: s\n",
        b"From: <" * 2_000 + b"\n",
        b"Subject: =?utf-8?b?" + b"A" * 3_000 + b"\n",
        b"Subject: =?idna?q?" + b"a." * 1_000 + b"?=\n",
        b"Subject: =?unicode_escape?q?=5Cx41?=\n",
        b"Subject: =?zip?q?x?= =?utf-8?b?!!!?=\n",
        b"Date: Tue, 99 Foo 99999999999999 99:99:99 +9999\nSubject: s\n",
        b"Date: " + b"1" * 9_000 + b"\nSubject: s\n",
        b"Subject: \x1b[31mred\x00\x07\n",
        b"From:\nSubject:\nDate:\n",
        b"From : spaced <a@example.org>\n",
        b"Subject: a\n" + b" b\n" * 50_000,
        b"From: a@example.org\n" * 20_000,
    ],
)
def test_hostile_headers_are_described_without_harm(headers: bytes) -> None:
    head = describe(headers + b"\n" + DIFF)
    assert all(char.isprintable() or char == "\n" for char in head.subject + head.author_name + head.author_email)
    assert len(head.subject) <= 5_000


@settings(ENGINE)
@given(content=st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(mail(1).split(b" "))).map(b" ".join)))
def test_anything_can_be_described_and_mailed(content: bytes) -> None:
    describe(content)
    assert as_mbox([content]).startswith(b"From ")


def committed(directory: Path, content: bytes) -> Path:
    """A work tree with one commit that holds `f`."""
    run(directory, "init", "--quiet", "--initial-branch=main")
    (directory / "f").write_bytes(content)
    run(directory, "add", "f")
    run(directory, "commit", "--quiet", "--message=base")
    return directory


def run(directory: Path, *arguments: str, text: bytes = b"") -> str:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(directory),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_COMMITTER_NAME": "C",
        "GIT_COMMITTER_EMAIL": "c@example.org",
        "GIT_AUTHOR_NAME": "C",
        "GIT_AUTHOR_EMAIL": "c@example.org",
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        ["git", *arguments], cwd=directory, input=text, env=environment, capture_output=True, check=True
    )
    return done.stdout.decode()


def test_git_am_takes_the_mbox_of_any_patches(tmp_path: Path) -> None:
    tree = committed(tmp_path, b"one\ntwo\n")
    back = DIFF.replace(b"-one\n+ONE", b"-ONE\n+one")
    shouted = QUILT.replace(b"The page", b"From me at 12:34:56 2020\nThe page")
    box = as_mbox([mail(1), back, shouted, mail(2, body=back)])
    run(tree, "am", "--quiet", text=box)
    subjects = run(tree, "log", "--reverse", "--format=%s").splitlines()
    assert subjects == ["base", "fix", "Apply a patch", "x86/mm: don't free twice", "fix"]
    assert (
        run(tree, "log", "-1", "--format=%an <%ae> %aI") == "Ann Author <ann@example.org> 2026-03-03T10:11:12+01:00\n"
    )


def test_git_am_keeps_carriage_returns_of_a_patch(tmp_path: Path) -> None:
    tree = committed(tmp_path, b"one\r\ntwo\r\n")
    patch = b"Title\n\nText.\n\n--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n-one\r\n+ONE\r\n two\r\n"
    run(tree, "am", "--quiet", text=as_mbox([patch]))
    assert (tree / "f").read_bytes() == b"ONE\r\ntwo\r\n"


def test_names_survive_the_way_through_git_am(tmp_path: Path) -> None:
    tree = committed(tmp_path, b"one\ntwo\n")
    patch = "From: Jürgen Groß <j@example.org>\nSubject: Größe\n\nWeiß.\n\n".encode() + DIFF
    run(tree, "am", "--quiet", text=as_mbox([patch]))
    assert run(tree, "log", "-1", "--format=%an|%s|%b").strip() == "Jürgen Groß|Größe|Weiß."


def test_the_mails_of_a_box_read_back_as_the_same_patches() -> None:
    patches = read_upload([("m", as_mbox([QUILT, DIFF, mail(1)]))])
    assert [parse_patch(patch.content).files[0].hunks[0].old for patch in patches] == [(b"one\n", b"two\n")] * 3


def test_what_is_not_a_patch_is_shown_by_its_line() -> None:
    (patch,) = read_upload([("notes.txt", b"Dear team,\n\nplease apply this:\n@@ -1 +1 @@\n-a\n+b\n")])
    with pytest.raises(NotAPatch) as refused:
        parse_patch(patch.content)
    assert refused.value.line == 4


def test_dates_without_a_zone_are_not_guessed() -> None:
    assert describe(b"From: a@example.org\nDate: Tue, 3 Mar 2026 10:11:12\nSubject: s\n\n").date is None
    assert describe(b"From: a@example.org\nDate: 2026-03-03\nSubject: s\n\n").date is None
    date = describe(b"From: a@example.org\nDate: Tue, 3 Mar 2026 10:11:12 +0000\nSubject: s\n\n").date
    assert date == datetime(2026, 3, 3, 10, 11, 12, tzinfo=UTC)
