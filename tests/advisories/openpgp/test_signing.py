"""Signing: what goes out verifies, and of the key nothing comes out."""

import io
import logging
import pickle
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import pysequoia
import pytest
from pysequoia import Tsk

from advisories.formats import clearsign
from advisories.formats.openpgp import Keyring, Verified
from advisories.openpgp import signing
from advisories.openpgp.certificates import Certificate
from advisories.openpgp.signing import FileSigner, SigningTrouble

TEXT = b"- dash\n-----BEGIN PGP SIGNATURE-----\nFrom me  \t\r\n\n\xc5\x81 end\n"
CANARY = "canary-passphrase-77c1"
KINDS = [b"", b"\n", b"\n\n", b"no end of line", TEXT, b"\xff\xfe", b"a\r\nb\r\n", b"- - -\n" * 3, b" \n\t\n x \n\n\n"]


@pytest.mark.parametrize("text", KINDS)
def test_a_clear_signed_text_is_read_back_by_our_own_reader(signer: FileSigner, text: bytes) -> None:
    found = clearsign.read(signer.sign_clear(text))
    assert found.signed == clearsign.canonical(text)
    assert isinstance(Keyring([signer.certificate.binary]).verify(found.signed, found.signature), Verified)


def test_every_line_of_a_clear_signed_text_ends_in_one_newline(signer: FileSigner) -> None:
    signed = signer.sign_clear(TEXT)
    assert b"\r" not in signed
    assert signed.endswith(b"-----END PGP SIGNATURE-----\n")


def test_a_detached_signature_is_over_exactly_the_bytes(signer: FileSigner) -> None:
    signature = pysequoia.Sig.from_bytes(signer.sign_detached(b"a \r\n"))
    known = [pysequoia.Cert.from_bytes(signer.certificate.binary)]
    assert pysequoia.verify(bytes=b"a \r\n", store=lambda _: known, signature=signature).valid_sigs
    with pytest.raises(RuntimeError):
        pysequoia.verify(bytes=b"a\r\n", store=lambda _: known, signature=signature)


def program(tmp_path: Path, body: str) -> list[str]:
    """A signing program: a script that this Python runs."""
    script = tmp_path / "sign.py"
    script.write_text(f"import sys, os, time, subprocess\nmode, data = sys.argv[1], sys.stdin.buffer.read()\n{body}")
    return [sys.executable, str(script), "{mode}"]


def signs(tmp_path: Path, key: Path) -> list[str]:
    return program(
        tmp_path,
        "import pysequoia as p\n"
        f"key = p.Tsk.from_file({str(key)!r})\n"
        "kind = p.SignatureMode.CLEAR if mode == 'clearsign' else p.SignatureMode.DETACHED\n"
        "data = data.removesuffix(b'\\n') if mode == 'clearsign' else data\n"
        "sys.stdout.buffer.write(p.sign(key.signer(), data, mode=kind))\n",
    )


def test_a_program_signs_in_both_ways(tmp_path: Path, team_key_file: Path, team_certificate: Certificate) -> None:
    signer = signing.from_program(signs(tmp_path, team_key_file), team_certificate)
    assert clearsign.read(signer.sign_clear(TEXT)).signed == clearsign.canonical(TEXT)
    assert signer.sign_detached(TEXT).startswith(b"-----BEGIN PGP SIGNATURE-----\n")


def test_a_program_that_signs_by_another_key_is_trouble(
    tmp_path: Path, team_key_file: Path, member_certificate: Certificate
) -> None:
    signer = signing.from_program(signs(tmp_path, team_key_file), member_certificate)
    for sign in (signer.sign_clear, signer.sign_detached):
        with pytest.raises(SigningTrouble, match="doesn't verify with the team's certificate"):
            sign(TEXT)


def test_a_program_that_signs_another_text_is_trouble(tmp_path: Path, signer: FileSigner) -> None:
    signed = signer.sign_clear(b"Another text\n").decode()
    argv = program(tmp_path, f"sys.stdout.write({signed!r})")
    with pytest.raises(SigningTrouble, match="not the text that was given"):
        signing.from_program(argv, signer.certificate).sign_clear(TEXT)


def test_a_program_knows_nothing_of_our_environment(
    tmp_path: Path, signer: FileSigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENSTOCK_SECRET_KEY", CANARY)
    argv = program(tmp_path, f"open({str(tmp_path / 'seen')!r}, 'w').write(repr(dict(os.environ)))")
    with pytest.raises(SigningTrouble):
        signing.from_program(argv, signer.certificate).sign_detached(b"x")
    assert CANARY not in (tmp_path / "seen").read_text()


def test_a_program_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path, signer: FileSigner) -> None:
    body = (
        "child = subprocess.Popen(['sleep', '60'])\n"
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(child.pid))\ntime.sleep(60)"
    )
    began = time.monotonic()
    with pytest.raises(SigningTrouble, match="took longer than 1 s"):
        signing.from_program(program(tmp_path, body), signer.certificate, limit_s=1).sign_detached(b"x")
    assert time.monotonic() - began < 20
    # It was told to end; on a busy machine it takes its time to.
    state, until = Path("/proc", (tmp_path / "pid").read_text(), "stat"), time.monotonic() + 10
    while _runs(state) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _runs(state)


def _runs(state: Path) -> bool:
    try:
        return state.read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_a_program_without_a_place_for_the_mode_is_refused(team_certificate: Certificate) -> None:
    with pytest.raises(SigningTrouble, match=r"needs an argument with \{mode\}"):
        signing.from_program(["gpg", "--clearsign"], team_certificate)


def test_a_key_that_has_expired_signs_nothing(tmp_path: Path) -> None:
    key = Tsk.generate("Team <team@sluice.example>", validity_seconds=1)
    file = tmp_path / "expired.key"
    file.write_bytes(bytes(key))
    time.sleep(2)
    with pytest.raises(SigningTrouble, match="has expired, or its passphrase"):
        signing.from_file(file, None)


class Troubled:
    """A key whose every secret is known here, and all the ways to fail with it."""

    def __init__(self, team: Tsk, place: Path) -> None:
        self.key, self.place = team, place
        self.key_file = place / "key"
        self.key_file.write_text(str(team))
        self.passphrase = place / "passphrase"
        self.passphrase.write_text(f"{CANARY}\n")

    def unreadable(self) -> None:
        signing.from_file(self.place / "missing", self.passphrase)

    def wrong_passphrase(self) -> None:
        signing.from_file(self.key_file, self.passphrase)

    def no_passphrase_file(self) -> None:
        signing.from_file(self.key_file, self.place / "missing")

    def no_key(self) -> None:
        (self.place / "other").write_text(f"{self.key}"[:400])
        signing.from_file(self.place / "other", self.passphrase)

    def failing_program(self) -> None:
        argv = program(self.place, f"print({str(self.key)!r}); print({CANARY!r}, file=sys.stderr); sys.exit(3)")
        signing.from_program(argv, signing.certificate_of(self.key_file)).sign_clear(TEXT)

    def babbling_program(self) -> None:
        argv = program(self.place, f"print({str(self.key)!r}); print({CANARY!r}, file=sys.stderr)")
        signing.from_program(argv, signing.certificate_of(self.key_file)).sign_detached(TEXT)

    def pickled(self) -> None:
        pickle.dumps(signing.from_file(self.key_file, None))

    def missing_program(self) -> None:
        signing.from_program(["/nonexistent", CANARY, "{mode}"], signing.certificate_of(self.key_file)).sign_clear(b"")


WAYS: list[Callable[[Troubled], None]] = [
    Troubled.unreadable, Troubled.wrong_passphrase, Troubled.no_passphrase_file, Troubled.no_key,
    Troubled.failing_program, Troubled.babbling_program, Troubled.pickled, Troubled.missing_program,
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_no_failure_shows_key_or_passphrase(
    way: Callable[[Troubled], None], team: Tsk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    troubled = Troubled(team, tmp_path)
    secrets = [CANARY, *(line for line in str(team).splitlines() if len(line) > 30 and " " not in line)]
    with pytest.raises((SigningTrouble, TypeError)) as failure:
        way(troubled)
    told = io.StringIO()
    error = failure.value
    # With every local variable of every function on the way, as an error page would show them; the test's own left out.
    trace = traceback.TracebackException.from_exception(error, capture_locals=True)
    for frame in trace.stack:
        if "/tests/" not in frame.filename:
            told.write(f"{frame.name} {frame.locals}")
    logging.getLogger("advisories").error("failed: %s", error, exc_info=error)
    told.write(f"{error!s} {error!r} {error.__cause__!r} {error.__context__!r} {caplog.text.partition('Traceback')[0]}")
    assert not [secret for secret in secrets if secret in told.getvalue()]


def test_a_signer_shows_neither_key_nor_arguments(signer: FileSigner, team: Tsk) -> None:
    shown = f"{signer} {signer!r} {signing.from_program(['sign', CANARY, '{mode}'], signer.certificate)!r}"
    assert CANARY not in shown
    assert not [line for line in str(team).splitlines() if len(line) > 30 and line in shown]
