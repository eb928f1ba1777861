"""Whatever bytes arrive, readers answer with a value or with their own exception."""

import base64
import hashlib
import time
from contextlib import suppress
from functools import cache

import pysequoia
from hypothesis import given
from hypothesis import strategies as st

from advisories.formats import announcement, archives, armour, clearsign, index, mail, meta, xsa_text
from advisories.formats.doubts import NotWritable, Refused
from advisories.formats.openpgp import Keyring, NotVerified, Verified
from tests.advisories.formats import sluice
from tests.advisories.formats.signing import RsaSigner
from tests.advisories.formats.sluice import SLUICE, files, sample

TEXTS = tuple(sample(f"{name}.txt") for name in ("ssa12-v3", "ssa13-v1", "ssa14-v2", "ssa15-v2", "ssa16-v4"))
METAS = tuple(sample(name) for name in ("ssa12.meta", "older.meta", "wrong.meta"))
INDEX = b'[{"ssas": [{"ssa": 1, "title": "x", "cve": ["CVE-2026-0001"], "public_time": "2026-01-01 12:00"}]}]'
SHARDS = (
    b"\n",
    b"\n\n",
    b"\r",
    b"\0",
    b"\xff",
    b"- ",
    b"====",
    b"ABC\n===\n",
    b"UPDATES IN VERSION 03\n=====================\n",
    b"-----BEGIN PGP SIGNED MESSAGE-----\n",
    b"--=separator\n",
    b"Content-Type: multipart/mixed; boundary=x\n",
    b"Subject: =?utf-8?B?",
    b"[]",
    b"{",
    b"null",
    b'"',
    b"1e999",
    b"9" * 30,
    b"ssa12.patch   1.7 - ",
    b"$\n",
    b"$ sha256sum x\n",
    b"0" * 64 + b"  x\n",
    "\u2028\u0085".encode(),
)


@cache
def signer() -> RsaSigner:
    return RsaSigner()


@cache
def keyring() -> Keyring:
    return Keyring([signer().public])


@cache
def signature() -> bytes:
    return signer().signature(TEXTS[0])


@cache
def owner() -> pysequoia.Tsk:
    return pysequoia.Tsk.generate("Sluice security team <security@sluice.example>")


@cache
def by_owner() -> bytes:
    return pysequoia.sign(owner().signer(), TEXTS[0], mode=pysequoia.SignatureMode.CLEAR)


@cache
def whole_mail() -> bytes:
    return sluice.mail(signer().sign(TEXTS[0]), files("ssa12.meta", "ssa12.patch", "ssa12-1.9.patch"), footer=True)


@st.composite
def mutated(draw: st.DrawFn, *seeds: bytes) -> bytes:
    """A seed with a few pieces cut out, doubled, moved, or replaced."""
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 80)))
        shard = draw(st.one_of(st.sampled_from(SHARDS), st.binary(max_size=6), st.just(data[start:end] * 2)))
        data = data[:start] + shard + data[end:]
    return data


@given(mutated(*TEXTS) | st.binary())
def test_texts_are_read_or_refused(data: bytes) -> None:
    with suppress(Refused):
        xsa_text.read(data, SLUICE)


@given(mutated(*TEXTS))
def test_whatever_text_is_read_is_written_the_same_or_not_at_all(data: bytes) -> None:
    try:
        record = xsa_text.read(data, SLUICE).record
        written = xsa_text.write(record, SLUICE)
    except (Refused, NotWritable):
        return
    again = xsa_text.read(written, SLUICE).record
    assert xsa_text.carried(again) == xsa_text.carried(record)
    assert xsa_text.write(again, SLUICE) == written


@given(mutated(*METAS) | st.binary())
def test_recipes_are_read_or_refused(data: bytes) -> None:
    with suppress(Refused):
        meta.read(data, SLUICE)


@given(st.data())
def test_mails_are_read_or_refused(data: st.DataObject) -> None:
    raw = data.draw(mutated(whole_mail()) | st.binary())
    try:
        found = announcement.read_mail(raw, SLUICE, keyring())
    except Refused:
        return
    if isinstance(found.verdict, Verified):
        assert found.signed == clearsign.canonical(TEXTS[0])
    for patch in found.record.patches:
        assert patch.content is None or hashlib.sha256(patch.content).hexdigest() == patch.sha256


@given(st.data())
def test_a_changed_signed_text_never_verifies(data: st.DataObject) -> None:
    signed = clearsign.canonical(TEXTS[0])
    at = data.draw(st.integers(0, len(signed) - 1))
    other = signed[:at] + bytes([signed[at] ^ data.draw(st.integers(1, 255))]) + signed[at + 1 :]
    assert isinstance(keyring().verify(other, signature()), NotVerified)


@given(mutated(INDEX))
def test_indexes_are_read_or_refused(data: bytes) -> None:
    with suppress(Refused):
        index.read(data, SLUICE)


@given(st.data())
def test_a_changed_signature_is_a_reason_or_says_the_same(data: st.DataObject) -> None:
    changed = data.draw(mutated(signature()))
    assert isinstance(keyring().verify(clearsign.canonical(TEXTS[0]), changed), Verified | NotVerified)


@given(st.data())
def test_keys_are_read_or_refused(data: st.DataObject) -> None:
    with suppress(Refused):
        Keyring([data.draw(mutated(signer().public) | st.binary())])


@given(st.data())
def test_a_changed_message_of_a_certificate_says_the_same_or_does_not_verify(data: st.DataObject) -> None:
    certified = Keyring([bytes(owner().extract_certificate())])
    with suppress(Refused):
        message = clearsign.read(data.draw(mutated(by_owner())))
        verdict = certified.verify(message.signed, message.signature)
        assert isinstance(verdict, NotVerified) or message.signed == clearsign.read(by_owner()).signed


@given(st.data())
def test_changed_certificates_are_read_or_refused(data: st.DataObject) -> None:
    message = clearsign.read(by_owner())
    with suppress(Refused):
        changed = Keyring([data.draw(mutated(bytes(owner().extract_certificate())))])
        assert isinstance(changed.verify(message.signed, message.signature), Verified | NotVerified)


@given(st.binary())
def test_armour_gives_back_what_went_in(data: bytes) -> None:
    assert armour.remove(armour.add(data, b"SIGNATURE"), b"SIGNATURE") == data


@given(mutated(b"From a\nSubject: x\n\nx\n\nFrom b\nSubject: y\n\ny\n") | st.binary())
def test_archives_are_split_or_refused(data: bytes) -> None:
    with suppress(Refused):
        assert all(found.line >= 1 for found in archives.split_mbox(archives.unpacked(data)))


@given(st.text(max_size=200), st.text(max_size=60))
def test_headers_never_break_out_of_their_line(subject: str, name: str) -> None:
    encoded = "=?utf-8?B?" + base64.b64encode(subject.encode(errors="replace")).decode() + "?="
    found = mail.read(f"Subject: {encoded}\nX: {name!r}\n\nx".encode(errors="replace"))
    assert found.subject.isprintable()


def test_texts_made_to_be_slow_are_read_in_no_time() -> None:
    head = b"Sluice Security Advisory SSA-12\n\ntitle\n\nRESOLUTION\n==========\n\n"
    many = 20_000
    slow = (
        b"Sluice Security Advisory " + b" " * many * 10,
        head + b"ssa12.patch  1.7,\n" + b"          1.7,\n" * many,
        head + b"ssa12-?.patch  1.7\n" * 9_000 + b"".join(b"%064x  ssa12-%d.patch\n" % (at, at) for at in range(9_000)),
        head + (b"A\n===\n\n" * many),
        head + b"CREDITS\n=======\n\n" + b"found by " * many,
        head + b"ssa12.patch  " + b"1.7 - " * many,
        head + b"ssa12.patch  " + b" . " * many,
    )
    started = time.process_time()
    for text in slow:
        with suppress(Refused):
            xsa_text.read(text, SLUICE)
    assert time.process_time() - started < 20
