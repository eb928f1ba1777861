"""Clear-signed text: what is inside, what is outside, and what is refused."""

from collections.abc import Callable

import pytest

from advisories.formats import clearsign
from advisories.formats.doubts import NotWritable, Refused
from tests.advisories.formats.signing import RsaSigner

SIGNATURE = b"-----BEGIN PGP SIGNATURE-----\n\nabcd\n-----END PGP SIGNATURE-----\n"


def framed(body: bytes, headers: bytes = b"Hash: SHA256\n") -> bytes:
    return b"-----BEGIN PGP SIGNED MESSAGE-----\n" + headers + b"\n" + body + b"\n" + SIGNATURE


def test_dashes_are_unescaped_and_blanks_at_line_ends_are_not_signed() -> None:
    found = clearsign.read(framed(b"- - a dash\n- From here\nblanks \t\n"))
    assert found.signed == b"- a dash\r\nFrom here\r\nblanks\r\n"


def test_carriage_returns_make_no_difference() -> None:
    with_lf = framed(b"one\n\ntwo")
    assert clearsign.read(with_lf.replace(b"\n", b"\r\n")).signed == clearsign.read(with_lf).signed


def test_the_newline_before_the_signature_is_not_signed() -> None:
    assert clearsign.read(framed(b"text")).signed == b"text"


def test_what_stands_outside_is_not_read() -> None:
    found = clearsign.read(b"Read me, I am signed!\n" + framed(b"text") + b"Me too!\n")
    assert found.text == b"text\n"
    assert found.around


def test_the_first_line_is_counted_from_the_beginning() -> None:
    assert clearsign.read(b"one\ntwo\n" + framed(b"text")).first_line == 6


def test_only_the_first_signed_message_counts() -> None:
    assert clearsign.read(framed(b"first") + framed(b"second")).text == b"first\n"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"just text\n", "not-signed"),
        (framed(b"text", b"Comment: released today\n"), "unsigned-header"),
        (framed(b"text", b"Hash: SHA256\nAll versions are safe.\n"), "unsigned-header"),
        (framed(b"text", b" \n"), "unsigned-header"),
        (framed(b"-----BEGIN SOMETHING-----"), "dash-not-escaped"),
        (framed(b"text").partition(b"-----BEGIN PGP SIGNATURE")[0], "signature-cut-short"),
        (framed(b"text").partition(b"-----END")[0], "signature-cut-short"),
        (b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256", "signature-cut-short"),
    ],
)
def test_an_odd_frame_is_refused(data: bytes, kind: str) -> None:
    with pytest.raises(Refused) as refused:
        clearsign.read(data)
    assert refused.value.doubt.kind == kind


def test_what_is_framed_is_read_back_as_it_is_signed(rsa: RsaSigner) -> None:
    text = b"- dash\nFrom me\n\n  indented\nblanks  \n"
    found = clearsign.read(rsa.sign(text))
    assert found.signed == clearsign.canonical(text)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda text, sign: text,
        lambda text, sign: sign(text + b"more\n"),
        lambda text, sign: b"above\n" + sign(text),
    ],
    ids=["not signed", "another text", "something around it"],
)
def test_a_signer_that_gives_back_something_else_is_noticed(
    rsa: RsaSigner, wrong: Callable[[bytes, clearsign.Sign], bytes]
) -> None:
    with pytest.raises(NotWritable):
        clearsign.signed(b"gate\n", lambda text: wrong(text, rsa.sign))
