"""A finished letter goes through Django's mail backends byte for byte, and over a real connection."""

import socket
import threading
from email import message_from_bytes
from pathlib import Path

from django.core import mail
from pytest_django import Settings

from advisories.openpgp import encrypting
from advisories.openpgp.prepared import PreparedLetter
from advisories.openpgp.signing import FileSigner
from tests.advisories.openpgp.test_mail import CONTENT, ENVELOPE


def made(signer: FileSigner) -> bytes:
    part = encrypting.signed(encrypting.entity(CONTENT, ENVELOPE), signer)
    return encrypting.letter(part.replace(b"Words", b".Words"), ENVELOPE)


def prepared(raw: bytes) -> PreparedLetter:
    return PreparedLetter(raw, "security@sluice.example", ["security@member.example"])


def test_a_server_gets_the_letter_byte_for_byte(settings: Settings, signer: FileSigner) -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", listening.getsockname()[1]
        server = threading.Thread(target=_one_letter, args=(listening, heard))
        server.start()
        assert prepared(raw := made(signer)).send() == 1
        server.join(20)
    # As the protocol asks, with a second dot where a line begins with one.
    assert b"".join(heard) == (b"\r\n" + raw).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"


def test_a_letter_laid_down_as_a_file_is_the_same(settings: Settings, signer: FileSigner, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    prepared(raw := made(signer)).send()
    [file] = (tmp_path / "mail").iterdir()
    assert file.read_bytes().startswith(raw.replace(b"\r\n", b"\n"))


def test_the_outbox_of_tests_shows_its_headers(signer: FileSigner) -> None:
    prepared(raw := made(signer)).send()
    [letter] = mail.outbox
    assert letter.recipients() == ["security@member.example"]
    assert letter.message()["Subject"] == message_from_bytes(raw)["Subject"]


def _one_letter(listening: socket.socket, heard: list[bytes]) -> None:
    """A mail server of one letter."""
    connection, _ = listening.accept()
    with connection, connection.makefile("rb") as lines:
        connection.sendall(b"220 here\r\n")
        for line in lines:
            word = line[:4].upper()
            if word == b"DATA":
                connection.sendall(b"354 go on\r\n")
                heard.extend(_until_the_dot(lines.readline))
            connection.sendall(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")


def _until_the_dot(read: object) -> list[bytes]:
    """The lines of a letter, the dot included."""
    found: list[bytes] = []
    while not found or found[-1] != b".\r\n":
        assert callable(read)
        found.append(read())
    return found
