"""Letters that members are promised, sent as a worker sends them and read as a member reads them."""

import email
from email.message import Message

from django.db.models.functions import Now

from accounts.models import Sending
from advisories.lifecycle import State
from advisories.models import (
    Advisory,
    Delivery,
    What,
)
from advisories.openpgp import decrypting
from advisories.openpgp.decrypting import DecryptionKey
from advisories.predisclosure import delivering
from advisories.release import freezing
from advisories.release.batching import Audience
from tests.advisories.predisclosure.mailserver import Taken
from tests.advisories.predisclosure.told import tell
from tests.advisories.release.test_releasing import fixes_of
from tests.make import make_advisory

SECRET = "Unspeakable overflow"


def told_of(number: int = 70417) -> Advisory:
    """An advisory that every member was just promised."""
    advisory = make_advisory(state=State.PREDISCLOSED, number=number, title=SECRET, description="A guest writes.")
    revision = freezing.freeze(advisory, fixes_of(advisory), audience=Audience.MEMBERS, by=None)
    tell(advisory, What.PREDISCLOSED, revision)
    return advisory


def deliver() -> int:
    """What a worker does on a sweep."""
    return sum(delivering.deliver(pk) for pk in delivering.due_tidings())


def at_once() -> None:
    """Whatever waits is due."""
    Delivery.objects.filter(state=Sending.QUEUED).update(due_at=Now())


def the_delivery() -> Delivery:
    """The only one there is."""
    return Delivery.objects.get()


def text_of(taken: Taken, key: DecryptionKey) -> tuple[str, Message]:
    """What is written in a letter that was taken in, and the whole of it."""
    mime = email.message_from_bytes(decrypting.open_mail(taken.raw, key, []).mime)
    payload = mime.get_payload()
    part = payload[0] if isinstance(payload, list) else mime
    assert isinstance(part, Message)
    found = part.get_payload(decode=True)
    assert isinstance(found, bytes)
    return found.decode(), mime
