"""Mail over LMTP, on real sockets: kept before it is confirmed, answered for each recipient, bounded in every way."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from django.db import OperationalError
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from advisories.lmtp.listening import Bounds, Listener
from advisories.lmtp.wire import MOST_LINE, Gone, InHand, TooLarge, Wire
from advisories.management.commands import receive_lmtp
from advisories.models import DoorKind, Fate, IncomingMail, Report, ReportDoor
from advisories.reporting import incoming
from tests.make import make_report

ROOT = Path(__file__).resolve().parents[2]
LETTER = (
    b"From: ada@research.example\r\nSubject: Queue\r\nMessage-ID: <1@research.example>\r\n\r\nWords.\r\n..\r\nEnd.\r\n"
)
OURS = "security@localhost"
BOUNDS = Bounds(most_bytes=100_000, most_in_hand=200_000, connections=3, idle_s=5, total_s=20)

Start = Callable[..., Listener]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a listener of some kind; all end with the test."""
    started: list[tuple[Listener, threading.Thread]] = []

    def begin(
        deliver: Callable[[bytes, str, Sequence[str]], bool] = receive_lmtp.deliver,
        bounds: Bounds = BOUNDS, address: str = "127.0.0.1:0",
    ) -> Listener:  # fmt: skip
        listener = Listener(address, bounds, incoming.is_ours, deliver)
        thread = threading.Thread(target=listener.run)
        thread.start()
        started.append((listener, thread))
        return listener

    yield begin
    for listener, _ in started:
        listener.stop()
    for _, thread in started:
        thread.join()


def client(listener: Listener) -> smtplib.LMTP:
    one = smtplib.LMTP("127.0.0.1", listener.port)
    assert one.sock is not None
    one.sock.settimeout(30)
    return one


@pytest.mark.django_db(transaction=True)
def test_a_letter_is_kept_before_it_is_confirmed(start: Start) -> None:
    with client(start()) as mail:
        mail.sendmail("ada@research.example", [OURS], LETTER)
        assert Report.objects.get().title == "Queue"
    kept = incoming.original(IncomingMail.objects.get())
    assert kept == b"Return-Path: <ada@research.example>\r\n" + LETTER


@pytest.mark.django_db(transaction=True)
def test_each_recipient_is_answered(start: Start) -> None:
    report = make_report()
    token = ReportDoor.open_for(report, DoorKind.ADDRESS)
    mail = client(start())
    ours = [OURS, f"security+{token}@localhost"]
    assert set(mail.sendmail("ada@research.example", [*ours, "eve@elsewhere.example"], LETTER)) == {
        "eve@elsewhere.example"
    }
    # Python's client reads one reply to a letter, however many there are.
    mail.close()
    assert IncomingMail.objects.get().report == report
    assert report.messages.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_accepted_recipients_get_two_replies_after_the_letter(start: Start) -> None:
    with raw(start()) as line:
        say(line, b"LHLO a\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<security@localhost>\r\n", 8)
        say(line, b"RCPT TO:<security+x@localhost>\r\nDATA\r\n", 2)
        assert say(line, LETTER.replace(b"\r\n.", b"\r\n..") + b".\r\nNOOP\r\n", 3) == [
            b"250 2.0.0 Kept", b"250 2.0.0 Kept", b"250 2.0.0 Ok",
        ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_what_a_machine_returns_is_known_by_its_empty_sender(start: Start) -> None:
    with client(start()) as mail:
        mail.sendmail("", [OURS], LETTER)
    assert IncomingMail.objects.get().fate == Fate.BOUNCE


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_lost_before_the_answer_makes_one_letter_of_two_attempts(start: Start) -> None:
    listener = start()
    with raw(listener) as line:
        say(line, b"LHLO a\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<security@localhost>\r\nDATA\r\n", 9)
        line.sendall(LETTER + b".\r\n")
    wait_until(IncomingMail.objects.exists)
    with client(listener) as mail:
        mail.sendmail("a@b.example", [OURS], LETTER.replace(b"\r\n..", b"\r\n."))
    assert IncomingMail.objects.count() == Report.objects.count() == 1


def test_a_letter_that_breaks_off_is_not_kept(start: Start) -> None:
    delivered: list[bytes] = []

    def deliver(letter: bytes, sender: str, recipients: Sequence[str]) -> bool:
        delivered.append(letter)
        return True

    listener = start(deliver)
    with raw(listener) as line:
        say(line, b"LHLO a\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<security@localhost>\r\nDATA\r\n", 9)
        line.sendall(LETTER)
    wait_until(lambda: listener._free._value == BOUNDS.connections)
    assert delivered == []


def test_a_letter_that_cannot_be_kept_is_left_to_the_mail_server(
    start: Start, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("words of the database")

    monkeypatch.setattr(incoming, "receive", away)
    with client(start()) as mail, pytest.raises(smtplib.SMTPDataError) as refused:
        mail.sendmail("a@b.example", [OURS], LETTER)
    assert refused.value.smtp_code == 451
    assert "words of the database" not in caplog.text


def test_a_letter_past_the_limit_is_refused_and_the_next_is_taken(start: Start) -> None:
    with client(start(lambda *_: True)) as mail:
        mail.ehlo_or_helo_if_needed()
        mail.esmtp_features.clear()
        with pytest.raises(smtplib.SMTPDataError) as refused:
            mail.sendmail("a@b.example", [OURS], b"x" * (BOUNDS.most_bytes + 1))
        assert refused.value.smtp_code == 552
        mail.sendmail("a@b.example", [OURS], LETTER)


def test_a_letter_that_is_announced_as_too_large_is_not_even_sent(start: Start) -> None:
    with client(start(lambda *_: True)) as mail, pytest.raises(smtplib.SMTPSenderRefused):
        mail.sendmail("a@b.example", [OURS], b"x" * (BOUNDS.most_bytes + 1))


def test_all_letters_together_are_bounded(start: Start) -> None:
    bounds = Bounds(most_bytes=100_000, most_in_hand=100_000, connections=5, idle_s=5, total_s=20)
    listener = start(lambda *_: True, bounds)
    with raw(listener) as first, client(listener) as mail:
        say(first, b"LHLO a\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<security@localhost>\r\nDATA\r\n", 9)
        first.sendall(b"x" * 90_000)
        wait_until(lambda: listener._in_hand._taken >= 90_000)
        with pytest.raises(smtplib.SMTPDataError) as refused:
            mail.sendmail("a@b.example", [OURS], b"y" * 20_000)
        assert refused.value.smtp_code == 452
        assert say(first, b"\r\n.\r\n", 1) == [b"250 2.0.0 Kept"]
        mail.sendmail("a@b.example", [OURS], b"y" * 20_000)
    assert listener._in_hand._taken == 0


def test_connections_are_bounded(start: Start) -> None:
    listener = start(lambda *_: True)
    open_ones = [client(listener) for _ in range(BOUNDS.connections)]
    with pytest.raises(smtplib.SMTPConnectError) as refused:
        client(listener)
    assert refused.value.smtp_code == 421
    for one in open_ones:
        one.quit()
    wait_until(lambda: listener._free._value == BOUNDS.connections)
    with client(listener) as mail:
        assert mail.noop()[0] == 250


def test_whoever_says_nothing_is_sent_away(start: Start) -> None:
    bounds = Bounds(most_bytes=1, most_in_hand=1, connections=1, idle_s=0.3, total_s=20)
    with raw(start(bounds=bounds)) as line:
        assert say(line, b"", 1) == [b"421 4.4.2 Too slow"]


def test_whoever_says_a_byte_now_and_then_is_sent_away_too(start: Start) -> None:
    bounds = Bounds(most_bytes=9, most_in_hand=9, connections=1, idle_s=5, total_s=1)
    began = time.monotonic()
    with raw(start(bounds=bounds)) as line, pytest.raises(OSError, match=r"reset|[Bb]roken|timed out"):
        trickle(line, for_s=10)
    assert time.monotonic() - began < 5


def test_a_command_without_an_end_is_cut_off(start: Start) -> None:
    with raw(start()) as line:
        assert say(line, b"N" * (MOST_LINE + 1), 1) == [b"421 4.5.2 Line too long"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"EHLO a", b"500"), (b"HELO a", b"500"), (b"LHLO", b"501"), (b"MAIL FROM:<a@b.example>", b"503"),
        (b"RCPT TO:<a@b.example>", b"503"), (b"DATA", b"503"), (b"\xff\x00", b"500"), (b"", b"500"),
        (b"RSET", b"250"), (b"VRFY security", b"252"), (b"QUIT", b"221"),
    ],
)  # fmt: skip
def test_a_command_out_of_place_is_answered_and_harms_nothing(start: Start, said: bytes, code: bytes) -> None:
    with raw(start()) as line:
        assert say(line, said + b"\r\n", 1)[0].startswith(code)


def test_whoever_makes_nothing_but_mistakes_is_sent_away(start: Start) -> None:
    with raw(start()) as line:
        assert say(line, b"X\r\n" * 20, 20)[-1] == b"421 4.7.0 Too many mistakes"


@given(
    lines=st.lists(st.sampled_from([b"", b".", b"..", b"a", b".\n", b"\n.\n", b"\r.\r", b"x.\r", b"\r"]), max_size=8),
    sizes=st.lists(st.integers(1, 7), min_size=1),
)
def test_a_letter_comes_out_as_it_went_in_however_it_is_cut(lines: list[bytes], sizes: list[int]) -> None:
    letter = b"".join(line + b"\r\n" for line in lines)
    stuffed = (b"\r\n" + letter).replace(b"\r\n.", b"\r\n..")[2:]
    stream = bytearray(stuffed + b".\r\nNOOP\r\n")
    turns = iter(range(10**6))

    def receive(count: int) -> bytes:
        some = bytes(stream[: sizes[next(turns) % len(sizes)]])
        del stream[: len(some)]
        return some

    wire, in_hand = Wire(receive), InHand(10**6)
    raw_letter, taken = wire.letter(10**6, in_hand)
    assert raw_letter == letter
    assert wire.line() == b"NOOP"
    in_hand.give_back(taken)
    assert in_hand.take(10**6)


@pytest.mark.parametrize("end", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r"])
def test_only_a_dot_between_two_whole_line_ends_ends_a_letter(end: bytes) -> None:
    pieces = iter([b"Words" + end + b"MAIL FROM:<smuggled@evil.example>\r\n", b""])
    with pytest.raises(Gone):
        Wire(lambda _: next(pieces)).letter(10**6, InHand(10**6))


def test_a_letter_past_the_limit_gives_its_memory_back_at_once() -> None:
    in_hand = InHand(1_000)
    pieces = iter([b"x" * 600, b"x" * 300, b"x" * 900, b"\r\n.\r\n"])
    with pytest.raises(TooLarge):
        Wire(lambda _: next(pieces)).letter(500, in_hand)
    assert in_hand.take(1_000)


def test_a_socket_that_a_killed_listener_left_is_taken_over_and_a_live_one_is_not(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "lmtp.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    start(lambda *_: True, address=f"unix:{path}")
    assert path.stat().st_mode & 0o777 == 0o660
    with smtplib.LMTP(str(path)) as mail:
        mail.sendmail("a@b.example", [OURS], LETTER)
    with pytest.raises(OSError, match="in use"):
        Listener(f"unix:{path}", BOUNDS, incoming.is_ours, lambda *_: True)


def test_another_name_of_ours_is_ours_too(settings: Settings) -> None:
    settings.MAIL_ALIASES = ["Reports@other.example"]
    assert incoming.is_ours("reports+abc@OTHER.example")
    assert not incoming.is_ours("reports@localhost")


def test_the_command_ends_when_it_is_told_to(tmp_path: Path) -> None:
    path = tmp_path / "lmtp.sock"
    command = subprocess.Popen(
        [sys.executable, "manage.py", "receive_lmtp", "--listen", f"unix:{path}"],
        cwd=ROOT, env={**os.environ, "PENSTOCK_VAR": str(tmp_path)}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert command.stdout is not None
    assert command.stdout.readline() == f"Listening on unix:{path}.\n"
    with smtplib.LMTP(str(path)) as mail:
        assert mail.noop()[0] == 250
    command.send_signal(signal.SIGTERM)
    command.communicate(timeout=60)
    assert command.returncode == 0
    assert not path.exists()


def raw(listener: Listener) -> socket.socket:
    """A connection by hand, past its greeting."""
    line = socket.create_connection(("127.0.0.1", listener.port), timeout=30)
    assert say(line, b"", 1)[0].startswith(b"220")
    return line


def say(line: socket.socket, said: bytes, lines: int) -> list[bytes]:
    """Say something and read so many lines."""
    line.sendall(said)
    heard = b""
    while heard.count(b"\r\n") < lines:
        more = line.recv(4096)
        assert more, heard
        heard += more
    return heard.split(b"\r\n")[:-1]


def trickle(line: socket.socket, *, for_s: float) -> None:
    """A byte now and then."""
    ends_at = time.monotonic() + for_s
    while time.monotonic() < ends_at:
        line.sendall(b"N")
        time.sleep(0.1)


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
