"""Signing as the team: by a key in a file, or by a program that reaches a smart card or an agent.

Whatever a signer makes is verified with the team's certificate before anybody gets it: a signature that readers could
not verify is trouble here and not a surprise there. Key material and passphrases stay inside the library's objects;
functions that hold one in a variable don't raise, so that no traceback shows it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pysequoia
from pysequoia import SignatureMode

from advisories.formats import clearsign
from advisories.formats.doubts import Refused
from advisories.formats.openpgp import Keyring, Verified
from advisories.openpgp import certificates
from advisories.openpgp.certificates import Certificate, CertificateRefused
from advisories.openpgp.key_parts import LIBRARY_TROUBLE
from advisories.openpgp.running import ProgramFailed, run

PROGRAM_LIMIT_S = 60.0
"""A smart card takes about a second; somebody may have to touch it."""
_MOST_KEY_BYTES = 1024 * 1024
_MODE = "{mode}"
_NOT_OURS = "The signature that was made doesn't verify with the team's certificate."


class SigningTrouble(Exception):
    """Nothing was signed; says why in a sentence without a secret."""


class Signer(Protocol):
    """Who signs."""

    @property
    def certificate(self) -> Certificate:
        """What its signatures verify with."""

    def sign_detached(self, data: bytes) -> bytes:
        """An armoured signature over exactly these bytes. Raises `SigningTrouble`."""

    def sign_clear(self, text: bytes) -> bytes:
        """`text` with a clear signature: blanks at line ends gone, lines ended by LF. Raises `SigningTrouble`."""


@dataclass(frozen=True, slots=True)
class FileSigner:
    """Signs with a secret key from a file, unlocked once and kept in memory as long as this object lives."""

    certificate: Certificate
    _unlocked: pysequoia.PySigner = field(repr=False, compare=False)

    def sign_detached(self, data: bytes) -> bytes:
        return _or_raise(_checked_detached(data, self._sign(data, SignatureMode.DETACHED), self.certificate))

    def sign_clear(self, text: bytes) -> bytes:
        return _or_raise(_checked_clear(text, self._sign(_for_clear(text), SignatureMode.CLEAR), self.certificate))

    def _sign(self, data: bytes, mode: SignatureMode) -> bytes:
        try:
            return pysequoia.sign(self._unlocked, data, mode=mode)
        except LIBRARY_TROUBLE:
            pass
        raise SigningTrouble("The signing key could not sign.")

    def __reduce__(self) -> str:
        raise TypeError("a signer stays in its process")


@dataclass(frozen=True, slots=True)
class ProgramSigner:
    """Signs by a program that gets the text on standard input: `gpg --batch --local-user FINGERPRINT --armor --{mode}`.

    In its arguments `{mode}` becomes `detach-sign` or `clearsign`; a text to be clear-signed has all its lines ended.
    """

    argv: tuple[str, ...] = field(repr=False)
    certificate: Certificate
    limit_s: float = PROGRAM_LIMIT_S

    def sign_detached(self, data: bytes) -> bytes:
        return _or_raise(_checked_detached(data, self._run(data, "detach-sign"), self.certificate))

    def sign_clear(self, text: bytes) -> bytes:
        return _or_raise(_checked_clear(text, self._run(_for_clear(text) + b"\n", "clearsign"), self.certificate))

    def _run(self, data: bytes, mode: str) -> bytes:
        try:
            return run([argument.replace(_MODE, mode) for argument in self.argv], data, limit_s=self.limit_s)
        except ProgramFailed as failure:
            raise SigningTrouble(f"The signing program {failure}.") from None


def from_file(key_file: Path, passphrase_file: Path | None, certificate: Certificate | None = None) -> FileSigner:
    """A signer by the secret key in a file; `certificate` where what is published differs from what the file holds.

    Raises `SigningTrouble`.
    """
    opened = _opened(key_file, passphrase_file)
    if isinstance(opened, str):
        raise SigningTrouble(opened)
    unlocked, own = opened
    return FileSigner(certificate or own, unlocked)


def from_program(argv: Sequence[str], certificate: Certificate, *, limit_s: float = PROGRAM_LIMIT_S) -> ProgramSigner:
    """A signer by an external program. Raises `SigningTrouble` where its arguments can't tell the two modes apart."""
    if not argv or not any(_MODE in argument for argument in argv[1:]):
        raise SigningTrouble(f"The signing program needs an argument with {_MODE} in it, such as --{_MODE}.")
    return ProgramSigner(tuple(argv), certificate, limit_s)


def certificate_of(key_file: Path) -> Certificate:
    """The public part of a secret key in a file. Raises `SigningTrouble`."""
    found = _public_part(key_file)
    if isinstance(found, str):
        raise SigningTrouble(found)
    return found


def passphrase_in(file: Path | None) -> str | None:
    """The first line of a file, or None where there is none. Raises `OSError` and `ValueError`."""
    return file.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r") if file is not None else None


def _opened(key_file: Path, passphrase_file: Path | None) -> tuple[pysequoia.PySigner, Certificate] | str:
    """The unlocked key with its certificate, or why there is none. Never raises: its variables hold secrets."""
    certificate = _public_part(key_file)
    if isinstance(certificate, str):
        return certificate
    try:
        passphrase = passphrase_in(passphrase_file)
    except (OSError, ValueError) as error:
        return f"The file with the signing key's passphrase can't be read ({type(error).__name__})."
    try:
        return pysequoia.Tsk.from_bytes(key_file.read_bytes()).signer(passphrase), certificate
    except (*LIBRARY_TROUBLE,):
        return "The signing key can't be used: it has expired, or its passphrase is missing or wrong."


def _public_part(key_file: Path) -> Certificate | str:
    """The certificate of a secret key, or why there is none. Never raises, for the same reason."""
    try:
        if key_file.stat().st_size > _MOST_KEY_BYTES:
            return "The file with the key is too large to be one."
        content = key_file.read_bytes()
    except OSError as error:
        return f"The file with the key can't be read ({type(error).__name__})."
    try:
        return certificates.read(bytes(pysequoia.Tsk.from_bytes(content).extract_certificate()))
    except CertificateRefused as refusal:
        return str(refusal)
    except LIBRARY_TROUBLE:
        return "The file with the key holds no secret key."


def _for_clear(text: bytes) -> bytes:
    """What is signed is what every reader hashes, so that programs that treat blanks differently agree."""
    return clearsign.canonical(text).replace(b"\r\n", b"\n")


def _or_raise(checked: bytes | str) -> bytes:
    """What was signed, or the reason raised: here no variable holds what a signer's program wrote."""
    if isinstance(checked, str):
        raise SigningTrouble(checked)
    return checked


def _checked_detached(data: bytes, signature: bytes, certificate: Certificate) -> bytes | str:
    """The signature, or a sentence that says what is wrong with it."""
    try:
        known = pysequoia.Cert.from_bytes(certificate.binary)
        found = pysequoia.verify(bytes=data, store=lambda _: [known], signature=pysequoia.Sig.from_bytes(signature))
    except LIBRARY_TROUBLE:
        return _NOT_OURS
    return signature.strip() + b"\n" if found.valid_sigs else _NOT_OURS


def _checked_clear(text: bytes, signed: bytes, certificate: Certificate) -> bytes | str:
    """The signed text, or a sentence that says what is wrong with it."""
    try:
        found = clearsign.read(signed)
        verdict = Keyring([certificate.binary]).verify(found.signed, found.signature)
    except Refused:
        return "What the signer made is no clear-signed text."
    if not isinstance(verdict, Verified) or found.around:
        return _NOT_OURS
    if found.signed != clearsign.canonical(text):
        return "What was signed is not the text that was given."
    return signed.replace(b"\r\n", b"\n").strip(b"\n") + b"\n"
