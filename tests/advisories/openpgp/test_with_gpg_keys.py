"""Certificates and signatures that gpg made, and what gpg says of ours."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pysequoia import Tsk

from advisories.formats import clearsign
from advisories.openpgp import certificates, signing
from advisories.openpgp.certificates import CertificateRefused
from advisories.openpgp.signing import FileSigner
from tests.advisories.openpgp.gpg import PASSPHRASE, Gpg
from tests.advisories.openpgp.test_signing import KINDS, TEXT


def refusal(data: bytes) -> str:
    with pytest.raises(CertificateRefused) as refused:
        certificates.read_for_encryption(data, datetime.now(UTC))
    return str(refused.value)


@pytest.mark.parametrize("text", KINDS)
def test_gpg_verifies_our_clear_signature(gpg: Gpg, team: Tsk, signer: FileSigner, text: bytes) -> None:
    gpg.take(bytes(team.extract_certificate()))
    assert gpg.says_good(gpg.run("--verify", given=signer.sign_clear(text)), signer.certificate.fingerprint)


def test_gpg_takes_the_same_text_out_of_our_clear_signature(gpg: Gpg, team: Tsk, signer: FileSigner) -> None:
    gpg.take(bytes(team.extract_certificate()))
    out = gpg.run("--decrypt", given=signer.sign_clear(TEXT)).stdout
    assert out.removesuffix(b"\n") == clearsign.canonical(TEXT).replace(b"\r\n", b"\n")


def test_gpg_verifies_our_detached_signature(gpg: Gpg, team: Tsk, signer: FileSigner, tmp_path: Path) -> None:
    gpg.take(bytes(team.extract_certificate()))
    (tmp_path / "signature").write_bytes(signer.sign_detached(TEXT))
    said = gpg.run("--verify", str(tmp_path / "signature"), "-", given=TEXT)
    assert gpg.says_good(said, signer.certificate.fingerprint)


@pytest.mark.parametrize("algorithm", ["ed25519", "rsa3072"])
def test_a_key_with_a_passphrase_that_gpg_exported_signs(gpg: Gpg, tmp_path: Path, algorithm: str) -> None:
    fingerprint, secret = gpg.locked(PASSPHRASE, algorithm=algorithm)
    key, passphrase = tmp_path / "key", tmp_path / "passphrase"
    key.write_bytes(secret)
    passphrase.write_text(f"{PASSPHRASE}\n")
    signer = signing.from_file(key, passphrase)
    assert gpg.says_good(gpg.run("--verify", given=signer.sign_clear(TEXT)), fingerprint)


@pytest.mark.parametrize("text", KINDS)
def test_gpg_signs_for_us_as_the_program(gpg: Gpg, text: bytes) -> None:
    address = "program@sluice.example"
    if address.encode() not in gpg.run("--list-keys").stdout:
        gpg.make(address)
    certificate = certificates.read(gpg.public(address))
    options = ["--homedir", str(gpg.home), "--batch", "--local-user", certificate.fingerprint, "--armor"]
    signer = signing.from_program(["gpg", *options, "--{mode}"], certificate)
    assert clearsign.read(signer.sign_clear(text)).signed == clearsign.canonical(text)
    assert signer.sign_detached(text)


def test_a_part_for_encryption_that_lapsed_is_refused_although_the_key_lives(gpg: Gpg) -> None:
    fingerprint = gpg.make("lapsed@member.example", algorithm="ed25519/sign", ends="1y")
    gpg.add(fingerprint, algorithm="cv25519", use="encr", ends="seconds=1")
    time.sleep(2)
    assert refusal(gpg.public(fingerprint)).startswith("Its part for encryption expired on ")


def test_a_newer_part_for_encryption_takes_the_place_of_one_that_lapsed(gpg: Gpg) -> None:
    fingerprint = gpg.make("renewed@member.example", algorithm="ed25519/sign", ends="1y")
    gpg.add(fingerprint, algorithm="cv25519", use="encr", ends="seconds=1")
    gpg.add(fingerprint, algorithm="cv25519", use="encr", ends="1y")
    time.sleep(2)
    now = datetime.now(UTC)
    certificate = certificates.read_for_encryption(gpg.public(fingerprint), now)
    assert len(certificate.encryption_keys(now)) == 1
    assert len(certificate.subkeys) == 2
    assert certificates.recipient(certificate, now).fingerprint.upper() == fingerprint


def test_a_prolonged_part_for_encryption_counts_again(gpg: Gpg) -> None:
    fingerprint = gpg.make("prolonged@member.example", algorithm="ed25519/sign", ends="1y")
    gpg.add(fingerprint, algorithm="cv25519", use="encr", ends="seconds=1")
    time.sleep(2)
    [lapsed] = certificates.read(gpg.public(fingerprint)).subkeys
    gpg.run("--passphrase", "", "--quick-set-expire", fingerprint, "1y", lapsed.fingerprint)
    assert certificates.read_for_encryption(gpg.public(fingerprint), datetime.now(UTC)).fingerprint == fingerprint


def test_elgamal_is_refused_by_name(gpg: Gpg) -> None:
    fingerprint = gpg.make("old@member.example", algorithm="dsa2048/sign")
    gpg.add(fingerprint, algorithm="elg2048", use="encr", ends="1y")
    assert "ElGamal" in refusal(gpg.public(fingerprint))


def test_a_short_rsa_key_is_refused_with_its_size(gpg: Gpg) -> None:
    fingerprint = gpg.make("short@member.example", algorithm="rsa1024")
    assert refusal(gpg.public(fingerprint)) == "This key is RSA with 1,024 bits; fewer than 2,048 are too few."


def test_a_key_revoked_by_gpg_is_refused(gpg: Gpg) -> None:
    fingerprint = gpg.make("revoked@member.example", algorithm="rsa2048")
    written = (gpg.home / "openpgp-revocs.d" / f"{fingerprint}.rev").read_bytes()
    gpg.take(written.replace(b":-----BEGIN", b"-----BEGIN"))
    assert refusal(gpg.public(fingerprint)) == "This key has been revoked by its owner."
