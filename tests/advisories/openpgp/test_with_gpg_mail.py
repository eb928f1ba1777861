"""Mail between us and gpg, in both directions, and a bomb that gpg packed."""

import resource
import time
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest
from pysequoia import Tsk

from advisories.openpgp import certificates, decrypting, encrypting
from advisories.openpgp.decrypting import DecryptionKey, NotOpened, Seal
from advisories.openpgp.signing import FileSigner
from tests.advisories.openpgp.gpg import Gpg
from tests.advisories.openpgp.parts import content, parts
from tests.advisories.openpgp.test_mail import CONTENT, ENVELOPE, PATCH

ADDRESS = "reader@member.example"
LETTER = b"Content-Type: text/plain; charset=utf-8\r\n\r\nWords of gpg.\r\n"


@pytest.fixture(scope="module")
def reader(gpg: Gpg) -> str:
    return gpg.make(ADDRESS)


@pytest.fixture
def key(gpg: Gpg, reader: str, tmp_path: Path) -> DecryptionKey:
    file = tmp_path / "reader.key"
    file.write_bytes(gpg.secret(reader))
    return DecryptionKey(file)


def test_gpg_decrypts_our_letter_and_verifies_the_part_in_it(
    gpg: Gpg, reader: str, signer: FileSigner, team: Tsk, tmp_path: Path
) -> None:
    gpg.take(bytes(team.extract_certificate()))
    part = encrypting.signed(encrypting.entity(CONTENT, ENVELOPE), signer)
    to = certificates.read(gpg.public(reader))
    raw = encrypting.letter(encrypting.encrypted(part, [to], datetime.now(UTC)), ENVELOPE)

    _, sealed = parts(message_from_bytes(raw))
    clear = gpg.run("--decrypt", given=content(sealed)).stdout
    signed = message_from_bytes(clear)
    inner, signature = parts(signed)
    (tmp_path / "signature.asc").write_bytes(content(signature))
    boundary = f"--{signed.get_boundary()}\r\n".encode()
    said = gpg.run("--verify", str(tmp_path / "signature.asc"), "-", given=clear.split(boundary)[1][:-2])
    assert gpg.says_good(said, signer.certificate.fingerprint)
    assert [content(part) for part in parts(inner)][1] == PATCH


def as_mail(sealed: bytes) -> bytes:
    return (
        b'From: a@b.example\nContent-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b\n\n'
        b"--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: application/octet-stream\n\n"
        + sealed
        + b"--b--\n"
    )


@pytest.mark.parametrize(
    ("compressed", "seal"), [("none", Seal.GOOD), ("zip", Seal.UNCHECKED), ("zlib", Seal.UNCHECKED)]
)
def test_we_open_what_gpg_signed_and_encrypted(
    gpg: Gpg, reader: str, key: DecryptionKey, compressed: str, seal: Seal
) -> None:
    options = ["--compress-algo", compressed, "--armor", "--recipient", reader, "--local-user", reader]
    sealed = gpg.run(*options, "--sign", "--encrypt", given=LETTER).stdout
    opened = decrypting.open_mail(as_mail(sealed), key, [certificates.read(gpg.public(reader))])
    assert (opened.mime, opened.seal, opened.signed_by) == (LETTER, seal, reader)


def test_a_part_that_gpg_signed_by_itself_is_judged_below_compression_too(
    gpg: Gpg, reader: str, key: DecryptionKey
) -> None:
    signature = gpg.run("--armor", "--local-user", reader, "--detach-sign", given=LETTER).stdout
    head = b'Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=c\r\n\r\n--c\r\n'
    inner = head + LETTER + b"\r\n--c\r\nContent-Type: application/pgp-signature\r\n\r\n" + signature + b"\r\n--c--\r\n"
    sealed = gpg.run("--armor", "--recipient", reader, "--encrypt", given=inner).stdout
    opened = decrypting.open_mail(as_mail(sealed), key, [certificates.read(gpg.public(reader))])
    assert (opened.mime, opened.seal, opened.signed_by) == (LETTER, Seal.GOOD, reader)


def test_we_open_what_gpg_encrypted_to_a_hidden_recipient(gpg: Gpg, reader: str, key: DecryptionKey) -> None:
    sealed = gpg.run("--armor", "--hidden-recipient", reader, "--encrypt", given=LETTER).stdout
    assert decrypting.open_mail(as_mail(sealed), key).mime == LETTER


def test_a_key_with_a_passphrase_opens(gpg: Gpg, tmp_path: Path) -> None:
    reader, secret = gpg.locked("words that lock")
    key, passphrase = tmp_path / "key", tmp_path / "passphrase"
    key.write_bytes(secret)
    sealed = as_mail(gpg.run("--armor", "--recipient", reader, "--encrypt", given=LETTER).stdout)
    passphrase.write_text("words that lock\n")
    assert decrypting.open_mail(sealed, DecryptionKey(key, passphrase)).mime == LETTER
    passphrase.write_text("other words\n")
    with pytest.raises(NotOpened):
        decrypting.open_mail(sealed, DecryptionKey(key, passphrase))


def test_half_a_megabyte_that_holds_four_hundred_are_refused_soon_and_cheaply(
    gpg: Gpg, reader: str, key: DecryptionKey, tmp_path: Path
) -> None:
    zeros = tmp_path / "zeros"
    with zeros.open("wb") as file:
        file.truncate(400 << 20)
    options = ["--compress-algo", "zip", "-z", "9", "--armor", "--recipient", reader, "--output", "-"]
    bomb = as_mail(gpg.run(*options, "--encrypt", str(zeros)).stdout)
    assert len(bomb) < 700_000
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(NotOpened, match="larger than letters may be"):
        decrypting.open_mail(bomb, key)
    assert time.monotonic() - began < 30
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 << 10
