"""Signatures: by certificates, by bare keys, and everything that must not pass."""

from datetime import UTC, datetime, timedelta

import pysequoia
import pytest

from advisories.formats import armour, clearsign
from advisories.formats.doubts import Refused
from advisories.formats.openpgp import Keyring, NotVerified, Verified
from tests.advisories.formats import signing
from tests.advisories.formats.signing import MADE_AT, RsaSigner

TEXT = b"- dash\nFrom me, \xc5\x81\n\nend\n"
SIGNED = clearsign.canonical(TEXT)


@pytest.fixture(scope="module")
def secret() -> pysequoia.Tsk:
    return pysequoia.Tsk.generate("Sluice security team <security@sluice.example>")


def reason(keyring: Keyring, signature: bytes, signed: bytes = SIGNED) -> str:
    verdict = keyring.verify(signed, signature)
    assert isinstance(verdict, NotVerified)
    return verdict.reason


def test_a_bare_key_verifies_and_tells_who_and_when(rsa: RsaSigner) -> None:
    assert Keyring([rsa.public]).verify(SIGNED, rsa.signature(TEXT)) == Verified(rsa.fingerprint, MADE_AT)


@pytest.mark.parametrize("algorithm", [8, 9, 10, 11])
def test_a_bare_key_takes_every_sound_hash(rsa: RsaSigner, algorithm: int) -> None:
    verdict = Keyring([rsa.public]).verify(SIGNED, rsa.signature(TEXT, hash_algorithm=algorithm))
    assert verdict == Verified(rsa.fingerprint, MADE_AT, weak=False)


def test_an_old_hash_is_accepted_and_called_weak(rsa: RsaSigner) -> None:
    verdict = Keyring([rsa.public]).verify(SIGNED, rsa.signature(TEXT, hash_algorithm=2))
    assert verdict == Verified(rsa.fingerprint, MADE_AT, weak=True)


def test_an_armoured_bare_key_is_the_same_key(rsa: RsaSigner) -> None:
    assert Keyring([armour.add(rsa.public, b"PUBLIC KEY BLOCK")]).fingerprints == (rsa.fingerprint,)


def test_another_text_does_not_pass(rsa: RsaSigner) -> None:
    assert "does not fit" in reason(Keyring([rsa.public]), rsa.signature(TEXT), SIGNED + b"\r\nand more")


def test_the_right_first_digits_alone_prove_nothing(rsa: RsaSigner) -> None:
    assert "does not fit" in reason(Keyring([rsa.public]), rsa.signature(TEXT, really_over=b"another text"))


def test_another_key_does_not_pass(rsa: RsaSigner) -> None:
    assert "signed by the key" in reason(Keyring([RsaSigner().public]), rsa.signature(TEXT))


def test_a_signature_over_a_binary_document_does_not_pass(rsa: RsaSigner) -> None:
    assert "text document" in reason(Keyring([rsa.public]), rsa.signature(TEXT, kind=0))


def test_a_signature_older_than_its_key_does_not_pass(rsa: RsaSigner) -> None:
    assert "older than the key" in reason(
        Keyring([rsa.public]), rsa.signature(TEXT, made_at=signing.KEY_MADE_AT - timedelta(days=1))
    )


def test_a_signature_that_has_ended_does_not_pass(rsa: RsaSigner) -> None:
    ended = rsa.signature(TEXT, made_at=datetime(2021, 1, 1, tzinfo=UTC), more=signing.subpacket(3, b"\0\0\0\x09"))
    assert "ended on 2021-01-01" in reason(Keyring([rsa.public]), ended)


def test_an_unknown_critical_statement_does_not_pass(rsa: RsaSigner) -> None:
    assert "critical" in reason(Keyring([rsa.public]), rsa.signature(TEXT, more=signing.subpacket(0x80 | 99, b"x")))


def test_without_keys_nothing_is_verified(rsa: RsaSigner) -> None:
    assert "no key" in reason(Keyring(), rsa.signature(TEXT))


@pytest.mark.parametrize("garbage", [b"", b"x", b"-----BEGIN PGP SIGNATURE-----\n\n!\n-----END PGP SIGNATURE-----\n"])
def test_garbage_is_a_reason_and_no_exception(rsa: RsaSigner, garbage: bytes) -> None:
    assert reason(Keyring([rsa.public]), garbage)


def test_a_wrong_checksum_of_the_armour_is_seen(rsa: RsaSigner) -> None:
    lines = rsa.signature(TEXT).split(b"\n")
    at = next(at for at, line in enumerate(lines) if line.startswith(b"=") and len(line) == 5)
    lines[at] = b"=AAAA"
    assert "checksum" in reason(Keyring([rsa.public]), b"\n".join(lines))


def test_a_certificate_verifies_what_its_owner_clear_signed(secret: pysequoia.Tsk) -> None:
    certificate = secret.extract_certificate()
    message = clearsign.read(pysequoia.sign(secret.signer(), TEXT, mode=pysequoia.SignatureMode.CLEAR))
    verdict = Keyring([bytes(certificate)]).verify(message.signed, message.signature)
    assert isinstance(verdict, Verified)
    assert verdict.fingerprint == certificate.fingerprint.upper()


def test_a_certificate_does_not_verify_another_text(secret: pysequoia.Tsk) -> None:
    message = clearsign.read(pysequoia.sign(secret.signer(), TEXT, mode=pysequoia.SignatureMode.CLEAR))
    told = reason(Keyring([bytes(secret.extract_certificate())]), message.signature, message.signed + b"x")
    assert "\n" not in told


def test_whose_a_signature_claims_to_be_is_told_where_no_given_key_verifies_it(secret: pysequoia.Tsk) -> None:
    message = clearsign.read(pysequoia.sign(secret.signer(), TEXT, mode=pysequoia.SignatureMode.CLEAR))
    signature = pysequoia.Sig.from_bytes(armour.remove(message.signature, b"SIGNATURE"))
    assert signature.issuer_fingerprint is not None
    other = pysequoia.Tsk.generate("Weir <weir@sluice.example>").extract_certificate()
    told = reason(Keyring([bytes(other)]), message.signature, message.signed)
    assert f"names {signature.issuer_fingerprint.upper()} and says {signature.created:%Y-%m-%d}" in told


def test_certificates_and_bare_keys_live_together(rsa: RsaSigner, secret: pysequoia.Tsk) -> None:
    keyring = Keyring([rsa.public, str(secret.extract_certificate()).encode()])
    message = clearsign.read(pysequoia.sign(secret.signer(), TEXT, mode=pysequoia.SignatureMode.CLEAR))
    assert isinstance(keyring.verify(message.signed, message.signature), Verified)
    assert isinstance(keyring.verify(SIGNED, rsa.signature(TEXT)), Verified)


def test_a_secret_key_is_refused_as_such(secret: pysequoia.Tsk) -> None:
    for given in (bytes(secret), str(secret).encode()):
        with pytest.raises(Refused, match="secret key"):
            Keyring([given])


@pytest.mark.parametrize("data", [b"", b"no key", b"\x99\x00\x01\x04", b"\x99\x00"])
def test_what_is_no_key_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        Keyring([data])


def test_a_short_key_is_refused() -> None:
    with pytest.raises(Refused, match="1024 bits"):
        Keyring([RsaSigner(1024).public])
