"""`python -m bench.letters`: how long signing, encrypting and sending the letters of a batch takes, against gpg."""

import smtplib
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pysequoia import Tsk

from advisories.openpgp import certificates, encrypting, signing
from advisories.openpgp.certificates import Certificate
from advisories.openpgp.encrypting import Content, Enclosure, Envelope
from advisories.openpgp.signing import FileSigner
from bench import machine, page, sink
from bench.timing import Contender, Measured, in_turns, ratio

_WHAT = """\
What the letters of one pre-disclosure cost: for each advisory its text with two patches is made and signed once, then
encrypted for every member by itself, a tenth of them with RSA keys of 3,072 bits and the others with Curve25519, and
handed over one connection to a mail server on this machine, which is a process of its own and keeps nothing. *gpg* does
the same by processes: one `--detach-sign` for each advisory and one `--encrypt` for each letter, all keys in its ring
and its agent running; what it made is sent over one connection as well. Both take turns on a sample; the ratio is how
many times longer gpg took, **the median** of the rounds with the least and the most in parentheses. The whole batch is
then measured by itself. The last row is the portal from the database on: every letter is a row that is claimed, asked
whether its member is still told, written, sent, and marked; the rows were promised in transactions before that. The
last letter of every round is opened by gpg."""

_TEAM = "team@sluice.example"
_EVERY = 10
_TEXT = "A guest can make the host do what it should not.\n" * 60
_PATCH = b"--- a/drivers/queue.c\n+++ b/drivers/queue.c\n@@ -1 +1 @@\n-one\n+two\n" * 60


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of one run."""

    members: int = 300
    advisories: int = 12
    sample: int = 20
    """Members in the rounds against gpg."""
    rounds: int = 3
    with_portal: bool = True
    """Also measure the portal from the database on."""


@dataclass(frozen=True, slots=True)
class Parties:
    """Who writes and who reads."""

    home: Path
    signer: FileSigner
    members: list[Certificate]
    port: int
    """Of the mail server."""


def write_page(to: Path, sizes: Sizes, command: list[str]) -> None:
    """Measure and write the page."""
    load, began = machine.load(), time.monotonic()
    with sink.listening() as port, _parties(sizes, port) as parties:
        measured = in_turns(
            [
                Contender("penstock", lambda _: _ours(parties, sizes.advisories, parties.members[: sizes.sample])),
                Contender("gpg", lambda place: _gpgs(parties, sizes.advisories, sizes.sample, place)),
            ],
            sizes.rounds,
        )
        whole = in_turns(
            [Contender("whole", lambda _: _ours(parties, sizes.advisories, parties.members))], sizes.rounds
        )
        for one in (*measured.values(), *whole.values()):
            for result in one.results:
                _prove(parties, result)
        portal = _portal(parties, sizes) if sizes.with_portal else ""
    head = page.head("Letters", _WHAT, command, load, time.monotonic() - began)
    table = _table(measured["penstock"], measured["gpg"], whole["whole"], sizes)
    to.write_text(f"{head}\n{table}{portal}", encoding="utf-8")


def _table(ours: Measured[bytes], gpgs: Measured[bytes], whole: Measured[bytes], sizes: Sizes) -> str:
    def row(members: int, one: Measured[bytes], rival: Measured[bytes] | None) -> list[str]:
        letters = members * sizes.advisories
        return [
            f"{sizes.advisories} advisories for {members} members", f"{letters:,}", page.took(one.wall_s),
            page.took(one.wall_s / letters), page.took(rival.wall_s) if rival else "",
            page.times(ratio(rival, one)) if rival else "",
        ]  # fmt: skip

    return page.table(
        ["batch", "letters", "signed, encrypted and sent", "each", "gpg", "gpg / penstock"],
        [row(sizes.sample, ours, gpgs), row(sizes.members, whole, None)],
    )


def _ours(parties: Parties, advisories: int, members: list[Certificate]) -> bytes:
    """The last letter's ciphertext."""
    now, letter = datetime.now(UTC), b""
    with smtplib.SMTP("127.0.0.1", parties.port) as post:
        for number in range(advisories):
            envelope = Envelope(_TEAM, ("to@member.example",), f"SSA-{number}", f"<{number}@x>", now)
            content = Content(_TEXT, (Enclosure("one.patch", _PATCH), Enclosure("two.patch", _PATCH)))
            part = encrypting.signed(encrypting.entity(content, envelope), parties.signer)
            for member in members:
                letter = encrypting.letter(encrypting.encrypted(part, [member], now), envelope)
                post.sendmail(_TEAM, ["to@member.example"], letter)
    return letter


def _gpgs(parties: Parties, advisories: int, members: int, place: Path) -> bytes:
    letter = b""
    text = _TEXT.encode() + _PATCH * 2
    with smtplib.SMTP("127.0.0.1", parties.port) as post:
        for _ in range(advisories):
            signature = _gpg(parties.home, "--local-user", _TEAM, "--armor", "--detach-sign", given=text)
            for number in range(members):
                letter = _gpg(
                    parties.home, "--armor", "--recipient", _address(number), "--encrypt", given=text + signature
                )  # fmt: skip
                post.sendmail(_TEAM, [_address(number)], letter.replace(b"\n", b"\r\n"))
    return letter


def _portal(parties: Parties, sizes: Sizes) -> str:
    """A table of what the portal took, in a process with a database of its own."""
    for number, member in enumerate(parties.members):
        (parties.home / f"{number:04}.cert").write_bytes(member.binary)
    command = [sys.executable, "-m", "bench.delivering", str(parties.home), str(parties.port), str(sizes.advisories)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=3600).stdout.split()
    promised_s, delivered_s, left = float(said[-3]), float(said[-2]), int(said[-1])
    assert left == len(parties.members) * sizes.advisories
    row = [
        f"{sizes.advisories} advisories for {len(parties.members)} members", f"{left:,}", page.took(promised_s),
        page.took(delivered_s), page.took(delivered_s / left),
    ]  # fmt: skip
    return "\n" + page.table(["by the portal, on SQLite", "letters", "promised in", "delivered in", "each"], [row])


def _prove(parties: Parties, letter: bytes) -> None:
    clear = _gpg(parties.home, "--decrypt", given=letter[letter.index(b"-----BEGIN PGP MESSAGE") :])
    assert b"BEGIN PGP SIGNATURE" in clear


@contextmanager
def _parties(sizes: Sizes, port: int) -> Iterator[Parties]:
    with tempfile.TemporaryDirectory(prefix="gpg-") as name:
        home = Path(name)
        home.chmod(0o700)
        try:
            team = Tsk.generate(f"Team <{_TEAM}>")
            key_file = home / "team.key"
            key_file.write_bytes(bytes(team))
            _gpg(home, "--import", given=bytes(team))
            members: list[Certificate] = []
            for number in range(sizes.members):
                # Made by gpg, which doesn't understand the newer messages that keys of the library ask for.
                kind = ("rsa3072", "sign,encr") if number % _EVERY == 0 else ("future-default", "default")
                _gpg(home, "--passphrase", "", "--quick-gen-key", _address(number), *kind, "1y", given=b"")
                members.append(certificates.read(_gpg(home, "--export", _address(number), given=b"")))
            yield Parties(home, signing.from_file(key_file, None), members, port)
        finally:
            subprocess.run(["gpgconf", "--homedir", name, "--kill", "all"], check=True, timeout=30)


def _gpg(home: Path, *arguments: str, given: bytes) -> bytes:
    options = ["--homedir", str(home), "--batch", "--quiet", "--no-tty", "--trust-model", "always"]
    done = subprocess.run(["gpg", *options, *arguments], input=given, capture_output=True, timeout=60, check=True)
    return done.stdout


def _address(number: int) -> str:
    return f"security@member-{number}.example"


def main(arguments: list[str]) -> None:
    parser = ArgumentParser(prog="python -m bench.letters", description=__doc__)
    for name in ("members", "advisories", "sample", "rounds"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Sizes(), name))
    parser.add_argument("--page", type=Path, default=Path(__file__).with_name("letters.md"))
    given = parser.parse_args(arguments)
    sizes = Sizes(given.members, given.advisories, given.sample, given.rounds)
    write_page(given.page, sizes, ["python", "-m", "bench.letters", *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
