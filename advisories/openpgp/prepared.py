"""A finished message handed to Django's mail backends, which would otherwise write it anew and break its signature."""

from collections.abc import Sequence
from email.message import Message
from email.parser import BytesParser

from django.core.mail import EmailMessage


class _AsItIs(Message):
    """Gives the bytes it was made of, whoever asks and however."""

    raw: bytes = b""

    def as_bytes(self, unixfrom: bool = False, policy: object = None, *, linesep: str = "\n") -> bytes:
        return self.raw.replace(b"\r\n", linesep.encode())

    def as_string(self, *args: object, **kwargs: object) -> str:
        return self.as_bytes().decode("utf-8", "surrogateescape")


class PreparedLetter(EmailMessage):
    """What `encrypting.letter` made, on its way: `PreparedLetter(raw, sender, recipients).send()`."""

    def __init__(self, raw: bytes, sender: str, recipients: Sequence[str]) -> None:
        """`raw` with its headers, lines ended by CRLF; the others are the envelope's addresses."""
        super().__init__(from_email=sender, to=list(recipients))
        self.raw = raw

    def message(self, **kwargs: object) -> _AsItIs:  # type: ignore[override]
        found = BytesParser(_AsItIs).parsebytes(self.raw)
        found.raw = self.raw
        return found
