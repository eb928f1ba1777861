"""Letters from outside: whatever comes is taken apart as far as it can be, and nothing is refused."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisories.reporting.letters import MOST_TEXT, Letter, Mark, read

CAP = 1_000_000
TOKEN = "0123456789abcdef" * 2 + "01234567"


def letter(
    headers: dict[str, str] | None = None, *, text: str = "Words\n", cap: int = CAP, recipient: str = ""
) -> Letter:
    told = {"From": "Ada <ada@research.example>", "Subject": "Queue", "Message-ID": "<1@research.example>"}
    head = "".join(f"{name}: {value}\r\n" for name, value in (told | (headers or {})).items())
    return read(f"{head}\r\n{text}".encode(), cap=cap, recipient=recipient)


def test_a_plain_letter_is_read() -> None:
    found = letter()
    assert (found.sender, found.sender_name, found.subject) == ("ada@research.example", "Ada", "Queue")
    assert (found.message_id, found.text, found.marks) == ("<1@research.example>", "Words", frozenset())


@pytest.mark.parametrize(
    "address", [f"To: security+{TOKEN}@sluice.example", f"Delivered-To: security+{TOKEN.upper()}@sluice.example"]
)
def test_a_token_is_found_in_the_address_whatever_its_case(address: str) -> None:
    assert read(f"{address}\n\nWords".encode(), cap=CAP).tokens == (TOKEN,)


def test_the_recipient_that_the_server_names_counts() -> None:
    assert letter(recipient=f"security+{TOKEN}@sluice.example").tokens == (TOKEN,)


def test_a_letter_names_those_it_answers() -> None:
    found = letter({"References": "<a@x> <b@x>", "In-Reply-To": "<c@x>"})
    assert found.references == ("<a@x>", "<b@x>", "<c@x>")


def test_a_subject_cannot_carry_a_header() -> None:
    hidden = base64.b64encode(b"Queue\r\nBcc: all@world.example").decode()
    assert letter({"Subject": f"=?utf-8?b?{hidden}?="}).subject == "Queue Bcc: all@world.example"


@pytest.mark.parametrize(
    ("charset", "content"),
    [("iso-8859-1", b"gr\xfc\xdfe"), ("no-such-charset", "grüße".encode()), ("utf-8", b"gr\xfc\xdfe")],
)
def test_a_text_is_readable_whatever_its_charset_claims(charset: str, content: bytes) -> None:
    raw = b"Content-Type: text/plain; charset=" + charset.encode() + b"\n\n" + content
    assert read(raw, cap=CAP).text == "grüße"


def test_html_alone_is_read_as_text() -> None:
    raw = b"Content-Type: text/html\n\n<p>Words &amp; <b>more</b></p><script>x</script>"
    assert read(raw, cap=CAP).text.strip() == "Words & more"


def test_attachments_keep_their_bytes() -> None:
    raw = (
        b'Content-Type: multipart/mixed; boundary="b"\n\n--b\n\nWords\n--b\nContent-Type: application/octet-stream\n'
        b'Content-Disposition: attachment; filename="proof.bin"\nContent-Transfer-Encoding: base64\n\nAP8=\n--b--\n'
    )
    found = read(raw, cap=CAP)
    assert (found.text, found.attachments) == ("Words", (("proof.bin", b"\x00\xff"),))


def test_broken_mime_is_marked_and_its_text_read() -> None:
    found = read(b'Content-Type: multipart/mixed; boundary="b"\n\n--b\n\nWords that stand alone', cap=CAP)
    assert Mark.BROKEN in found.marks
    assert "Words" in found.text


def test_a_mail_bomb_of_parts_is_marked_and_survived() -> None:
    raw = b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\nx\n" * 20_000
    assert Mark.BROKEN in read(raw, cap=CAP).marks


def test_of_a_large_letter_the_beginning_is_read() -> None:
    found = letter(text="Words " * 100_000, cap=10_000)
    assert Mark.LARGE in found.marks
    assert found.text.startswith("Words Words")


@pytest.mark.parametrize(
    ("headers", "mark"),
    [
        ({"Auto-Submitted": "auto-replied"}, Mark.AUTOMATIC),
        ({"Precedence": "auto_reply"}, Mark.AUTOMATIC),
        ({"Precedence": "bulk"}, Mark.LIST),
        ({"List-Id": "<sluice-devel.lists.example>"}, Mark.LIST),
        ({"Return-Path": "<>"}, Mark.BOUNCE),
        ({"From": "MAILER-DAEMON@mx.example"}, Mark.BOUNCE),
        ({"Content-Type": "multipart/report; boundary=b"}, Mark.BOUNCE),
    ],
)
def test_what_a_machine_sent_is_marked(headers: dict[str, str], mark: Mark) -> None:
    assert mark in letter(headers).marks


def test_a_person_who_says_so_is_no_machine() -> None:
    assert letter({"Auto-Submitted": "no"}).marks == frozenset()


@pytest.mark.parametrize(
    "raw", [b"Content-Type: multipart/encrypted; boundary=b\n\n--b--\n", b"\n-----BEGIN PGP MESSAGE-----\nx\n"]
)
def test_an_encrypted_letter_is_marked(raw: bytes) -> None:
    assert Mark.ENCRYPTED in read(raw, cap=CAP).marks


def test_no_text_holds_what_a_database_refuses() -> None:
    assert "\0" not in read(b"Subject: a\0b\n\nc\0d", cap=CAP).text


@given(st.binary(max_size=2_000))
def test_no_bytes_are_refused(raw: bytes) -> None:
    found = read(raw, cap=1_000)
    assert len(found.text) <= MOST_TEXT
    assert "\n" not in found.subject
