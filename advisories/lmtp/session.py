"""PURE: what the two sides of one connection say to each other, without the connection."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

MOST_RECIPIENTS = 100
_MOST_MISTAKES = 20
_PATH = re.compile(r"(?P<word>FROM|TO):\s*<(?P<address>[^<>\s]{0,320})>(?P<parameters>(?:\s+\S+)*)\s*", re.IGNORECASE)
_SIZE = re.compile(r"\sSIZE=(\d{1,18})(?:\s|$)", re.IGNORECASE)


class Then(Enum):
    """What comes after a reply."""

    COMMAND = "a command"
    DATA = "a letter"
    CLOSE = "nothing"


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said, and what comes then."""

    text: str
    then: Then = Then.COMMAND

    def __bytes__(self) -> bytes:
        return f"{self.text}\r\n".encode("ascii", "replace")


@dataclass(slots=True)
class Session:
    """Where one connection stands."""

    host: str
    most_bytes: int
    is_ours: Callable[[str], bool]
    sender: str | None = None
    recipients: list[str] = field(default_factory=list)
    is_greeted: bool = False
    mistakes: int = 0

    def greeting(self) -> Reply:
        """What is said first."""
        return Reply(f"220 {self.host} LMTP")

    def answer(self, line: bytes) -> Reply:
        """The reply to one command line, without its line end."""
        word, _, rest = line.decode("utf-8", "replace").partition(" ")
        reply = _COMMANDS.get(word.upper(), Session._unknown)(self, rest.strip())
        if reply.text[0] == "5":
            self.mistakes += 1
            if self.mistakes >= _MOST_MISTAKES:
                return Reply("421 4.7.0 Too many mistakes", Then.CLOSE)
        return reply

    def kept(self) -> list[Reply]:
        """A reply for each recipient: the letter is safe here."""
        return self._of_each("250 2.0.0 Kept")

    def not_now(self) -> list[Reply]:
        """A reply for each recipient: try again."""
        return self._of_each("451 4.3.0 Not now")

    def too_much_now(self) -> list[Reply]:
        """A reply for each recipient: all letters that are coming in together are too much."""
        return self._of_each("452 4.3.1 Too much mail at once")

    def too_large(self) -> list[Reply]:
        """A reply for each recipient: never."""
        return self._of_each("552 5.3.4 Too large")

    def _of_each(self, text: str) -> list[Reply]:
        replies = [Reply(text) for _ in self.recipients]
        self._forget()
        return replies

    def _forget(self) -> None:
        self.sender, self.recipients = None, []

    def _lhlo(self, rest: str) -> Reply:
        if not rest:
            return Reply("501 5.5.4 LHLO needs a name")
        self._forget()
        self.is_greeted = True
        offers = ("PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", f"SIZE {self.most_bytes}")
        lines = [self.host, *offers]
        return Reply("\r\n".join(f"250{' ' if one == lines[-1] else '-'}{one}" for one in lines))

    def _mail(self, rest: str) -> Reply:
        if not self.is_greeted:
            return Reply("503 5.5.1 LHLO first")
        if self.sender is not None:
            return Reply("503 5.5.1 There is a letter already")
        found = _PATH.fullmatch(rest)
        if found is None or found["word"].upper() != "FROM":
            return Reply("501 5.5.4 MAIL FROM:<address>")
        size = _SIZE.search(found["parameters"])
        if size is not None and int(size[1]) > self.most_bytes:
            return Reply("552 5.3.4 Too large")
        self.sender = found["address"]
        return Reply("250 2.1.0 Ok")

    def _rcpt(self, rest: str) -> Reply:
        if self.sender is None:
            return Reply("503 5.5.1 MAIL first")
        found = _PATH.fullmatch(rest)
        if found is None or found["word"].upper() != "TO" or not found["address"]:
            return Reply("501 5.5.4 RCPT TO:<address>")
        if len(self.recipients) >= MOST_RECIPIENTS:
            return Reply("452 4.5.3 Too many recipients")
        if not self.is_ours(found["address"]):
            return Reply("550 5.1.1 Nobody of that name here")
        self.recipients.append(found["address"])
        return Reply("250 2.1.5 Ok")

    def _data(self, rest: str) -> Reply:
        if rest:
            return Reply("501 5.5.4 DATA alone")
        if not self.recipients:
            return Reply("503 5.5.1 RCPT first")
        return Reply("354 End with a dot alone", Then.DATA)

    def _rset(self, rest: str) -> Reply:
        self._forget()
        return Reply("250 2.0.0 Ok")

    def _noop(self, rest: str) -> Reply:
        return Reply("250 2.0.0 Ok")

    def _vrfy(self, rest: str) -> Reply:
        return Reply("252 2.0.0 Send and see")

    def _quit(self, rest: str) -> Reply:
        return Reply("221 2.0.0 Bye", Then.CLOSE)

    def _unknown(self, rest: str) -> Reply:
        return Reply("500 5.5.1 Not understood; this is LMTP")


_COMMANDS: dict[str, Callable[[Session, str], Reply]] = {
    "LHLO": Session._lhlo,
    "MAIL": Session._mail,
    "RCPT": Session._rcpt,
    "DATA": Session._data,
    "RSET": Session._rset,
    "NOOP": Session._noop,
    "VRFY": Session._vrfy,
    "QUIT": Session._quit,
}
