"""A letter taken apart."""

from email.message import Message


def parts(message: Message) -> list[Message]:
    """What a multipart is made of."""
    payload = message.get_payload()
    assert isinstance(payload, list)
    return [part for part in payload if isinstance(part, Message)]


def content(part: Message) -> bytes:
    """The bytes of one part, as they were before they were encoded."""
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload
