"""Certificates as people give them: taken, described, or refused in a sentence that they can act on."""

from datetime import UTC, datetime, timedelta

import pysequoia
import pytest
from pysequoia import CipherSuite, Tsk

from advisories.openpgp import certificates, key_parts
from advisories.openpgp.certificates import Certificate, CertificateRefused

NOW = datetime.now(UTC)
LATER = NOW + timedelta(days=1)


def refusal(data: bytes) -> str:
    with pytest.raises(CertificateRefused) as refused:
        certificates.read_for_encryption(data, NOW)
    return str(refused.value)


def public(key: Tsk) -> bytes:
    return bytes(key.extract_certificate())


def test_armoured_and_binary_are_read_alike(member: Tsk) -> None:
    certificate = certificates.read(str(member.extract_certificate()).encode())
    assert certificate == certificates.read(public(member))
    assert certificate.user_ids == ("Member <security@member.example>",)
    assert certificate.fingerprint == member.extract_certificate().fingerprint.upper()


def test_what_is_given_back_is_the_same_certificate(member_certificate: Certificate) -> None:
    assert certificates.read(member_certificate.armoured.encode()) == member_certificate


@pytest.mark.parametrize(
    ("suite", "told"),
    [
        (CipherSuite.Cv25519, "Curve25519"),
        (CipherSuite.RSA3k, "RSA, 3,072 bits"),
        (CipherSuite.P384, "NIST P-384"),
    ],
)
def test_algorithm_and_size_are_those_of_the_key_for_encryption(suite: CipherSuite, told: str) -> None:
    assert certificates.read(public(Tsk.generate("A <a@b.example>", cipher_suite=suite))).algorithm == told


def test_a_modern_key_is_described_too() -> None:
    key = Tsk.generate("A <a@b.example>", profile=pysequoia.Profile.RFC9580)
    assert certificates.read_for_encryption(public(key), NOW).algorithm == "X25519"


@pytest.mark.parametrize("armoured", [True, False])
def test_a_secret_key_is_refused_and_nothing_of_it_is_repeated(member: Tsk, armoured: bool) -> None:
    told = refusal(str(member).encode() if armoured else bytes(member))
    assert told.startswith("This is a secret key.")


@pytest.mark.parametrize("armoured", [True, False])
def test_two_keys_are_refused(member: Tsk, team: Tsk, armoured: bool) -> None:
    both = [key.extract_certificate() for key in (member, team)]
    given = "".join(map(str, both)).encode() if armoured else b"".join(map(bytes, both))
    assert refusal(given) == "There are several keys in it: give exactly one."


@pytest.mark.parametrize("given", [b"ssh-ed25519 AAAA", b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAA", b"\x00" * 9])
def test_what_is_no_key_is_refused_with_the_command_that_makes_one(given: bytes) -> None:
    assert refusal(given) == "This is not an OpenPGP key: export it with “gpg --armor --export”."


def test_nothing_is_no_key() -> None:
    assert refusal(b" \n") == "There is no key in it."


def test_a_file_past_all_measure_is_not_read() -> None:
    assert refusal(b"\x99" * (certificates.MOST_BYTES + 1)).startswith("This is larger than")


def test_a_signature_is_no_key(team: Tsk) -> None:
    signature = pysequoia.sign(team.signer(), b"x", mode=pysequoia.SignatureMode.DETACHED, armor=False)
    assert refusal(signature) == "This is OpenPGP data and not a public key."


def test_a_key_without_any_signature_is_refused(member: Tsk) -> None:
    primary, _, _ = key_parts.split(public(member))
    assert refusal(bytes(primary.packet)).startswith("This key comes alone")


def test_a_key_says_when_it_lapses() -> None:
    made_at = datetime.now(UTC)
    certificate = certificates.read(public(Tsk.generate("A <a@b.example>", validity_seconds=3600)))
    until = certificate.encrypts_until(made_at)
    assert until is not None
    assert abs(until - made_at - timedelta(hours=1)) < timedelta(minutes=3)
    assert certificate.why_not_encrypted_to(LATER).startswith("This key expired on ")
    assert certificate.encryption_keys(LATER) == ()


def test_a_key_without_an_end_has_none(member_certificate: Certificate) -> None:
    assert member_certificate.encrypts_until(NOW) is None
    assert member_certificate.why_not_encrypted_to(NOW + timedelta(days=9999)) == ""


def test_a_revoked_key_is_refused(member: Tsk) -> None:
    certificate = member.extract_certificate()
    revoked = pysequoia.Cert.from_bytes(bytes(certificate) + bytes(certificate.revoke(member.certifier())))
    assert refusal(bytes(revoked)) == "This key has been revoked by its owner."


def test_a_key_without_a_part_for_encryption_is_refused(member: Tsk) -> None:
    primary, user_ids, subkeys = key_parts.split(public(member))
    sign_only = [part for part in subkeys if not key_parts.subkey(part).encrypts]
    given = bytes(key_parts.assemble([primary, *user_ids, *sign_only]))
    assert refusal(given) == "This key can only sign: it has no part for encryption."


def test_a_part_for_encryption_that_another_key_bound_does_not_count(member: Tsk, team: Tsk) -> None:
    primary, user_ids, subkeys = key_parts.split(public(member))
    _, _, strange = key_parts.split(public(team))
    mixed = [*subkeys, *strange]
    given = b"".join(bytes(packet) for part in (primary, *user_ids, *mixed) for packet in part.packets)
    keys = certificates.read(given).encryption_keys(NOW)
    assert [key.fingerprint for key in keys] == [
        key_parts.subkey(part).fingerprint for part in subkeys if key_parts.subkey(part).encrypts
    ]


@pytest.mark.parametrize("at", range(0, 400, 7))
def test_a_damaged_certificate_is_refused_or_still_read_and_never_raises_otherwise(member: Tsk, at: int) -> None:
    given = bytearray(public(member))
    given[at % len(given)] ^= 0x55
    told = "read"
    try:
        certificates.read_for_encryption(bytes(given), NOW)
    except CertificateRefused as refused:
        told = str(refused)
    assert "\n" not in told
