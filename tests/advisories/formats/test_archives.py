"""Archives of mails."""

import gzip

import pytest

from advisories.formats import archives
from advisories.formats.doubts import Refused

MBOX = (
    b"From a@x Tue Mar 17 12:00:00 2026\nSubject: 1\n\none\n>From here\n>>From there\n\n"
    b"From b@x Wed\nSubject: 2\n\ntwo\n"
)


def test_an_mbox_is_split_and_its_quotes_are_taken_off() -> None:
    found = list(archives.split_mbox(MBOX))
    assert [mail.content for mail in found] == [
        b"Subject: 1\n\none\nFrom here\n>From there\n\n",
        b"Subject: 2\n\ntwo\n",
    ]


def test_every_mail_of_an_mbox_knows_its_line() -> None:
    lines = MBOX.split(b"\n")
    assert [lines[mail.line - 1] for mail in archives.split_mbox(MBOX)] == [b"Subject: 1", b"Subject: 2"]


def test_an_mbox_with_carriage_returns_is_split_too() -> None:
    assert len(list(archives.split_mbox(MBOX.replace(b"\n", b"\r\n")))) == 2


def test_from_inside_a_paragraph_does_not_split() -> None:
    assert len(list(archives.split_mbox(b"From a\nSubject: 1\n\none\nFrom here on\n"))) == 1


def test_what_does_not_begin_with_from_is_no_mbox() -> None:
    with pytest.raises(Refused):
        list(archives.split_mbox(b"Subject: 1\n\nFrom x\n"))


def test_a_gzip_of_several_members_is_unpacked() -> None:
    assert archives.unpacked(gzip.compress(b"one") + gzip.compress(b"two")) == b"onetwo"


def test_what_is_not_packed_stays_as_it_is() -> None:
    assert archives.unpacked(MBOX) == MBOX


@pytest.mark.parametrize("data", [b"\x1f\x8bxx", gzip.compress(b"x" * 1000)[:-5]], ids=["no gzip", "cut short"])
def test_a_broken_gzip_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        archives.unpacked(data)


def test_a_gzip_that_grows_without_bounds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES", 10_000)
    with pytest.raises(Refused, match="unpacks to more"):
        archives.unpacked(gzip.compress(b"\0" * 1_000_000))


def test_both_layouts_of_public_inbox_are_known() -> None:
    key = "0" * 40
    blobs = [(key, "m", b"1"), (key, "d", b"gone"), ("", "ab/" + "c" * 38, b"2"), ("", "description", b"no")]
    assert [mail.content for mail in archives.public_inbox(blobs)] == [b"1", b"2"]
