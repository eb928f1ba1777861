"""A real mail server that does what it is told: takes, refuses, puts off, breaks off after it has taken."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings


@dataclass(frozen=True, slots=True)
class Taken:
    """A letter as it came in."""

    sender: str
    recipient: str
    raw: bytes

    @property
    def message(self) -> Message:
        return message_from_bytes(self.raw)

    @property
    def id(self) -> str:
        return str(self.message["Message-ID"])


class MailServer:
    """Keeps what it takes. `answers` gives the reply to a recipient's nth letter, or None to break the connection."""

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.tries: dict[str, int] = {}
        self.answers: Callable[[str, int], str | None] = lambda recipient, nth: "250 Taken"
        self.takes_s = 0.0
        vars(self)["handle_DATA"] = self.take  # the name that aiosmtpd looks for
        vars(self)["handle_RCPT"] = self.address

    def to(self, recipient: str) -> list[Taken]:
        return [one for one in self.taken if one.recipient == recipient]

    async def address(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: object) -> str:
        nth = self.tries[address] = self.tries.get(address, 0) + 1
        answer = self.answers(address, nth)
        if answer is not None and not answer.startswith("250"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 Known"

    async def take(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.takes_s:
            await asyncio.sleep(self.takes_s)
        assert isinstance(envelope.content, bytes)
        [recipient] = envelope.rcpt_tos
        self.taken.append(Taken(str(envelope.mail_from), recipient, envelope.content))
        if self.answers(recipient, self.tries[recipient]) is None:
            assert server.transport is not None
            server.transport.abort()  # type: ignore[attr-defined]
        return "250 Taken"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextlib.contextmanager
def running(server: MailServer, port: int) -> Iterator[None]:
    """It listens while the block lasts."""
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def sent_to(port: int, settings: Settings) -> None:
    """Have letters go to that port."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
