"""Where secrets leave besides pages: letters of every queue, log lines, messages on the broker, mirrors and files."""

import base64
import json
import logging
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import redis
import time_machine
from django.conf import settings
from django.core import mail
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts import letters
from accounts.models import Letter
from accounts.models.outgoing import Outgoing, Sending
from advisories import notifying
from advisories.models import Delivery, MemberLetter, OutgoingMail, PublicationStep
from advisories.models.notification import Notification
from advisories.predisclosure import delivering, member_letters
from advisories.release import publishing
from advisories.reporting import posting
from tests.conftest import VAR
from tests.leaks.crawl import told
from tests.leaks.words import HIDDEN_NUMBER, SECRET, word

POSTS: dict[type[Outgoing], Callable[[int], object]] = {
    Letter: letters.send,
    OutgoingMail: posting.send,
    Notification: notifying.send,
    MemberLetter: member_letters.send,
    Delivery: lambda pk: delivering.deliver(Delivery.objects.get(pk=pk).tiding_id),
    PublicationStep: publishing.do_step,
}
"""Every queue of letters, and what a worker does with one of its rows."""


def letters_that_tell() -> list[str]:
    """Send all that waits: letters with a secret, with somebody else's address on them, or to somebody shut out."""
    before = len(mail.outbox)
    for model, send in POSTS.items():
        for pk in list(model._default_manager.filter(state=Sending.QUEUED).values_list("pk", flat=True)):
            if model._default_manager.filter(pk=pk).exists():
                send(pk)
    found = []
    for letter in mail.outbox[before:]:
        door = f"letter “{letter.subject}”".replace(word("finder-name"), "")
        # Who is invited is called by their own name.
        heard = letter.message().as_string().replace(word("finder-name"), "").replace(word("guest-name"), "")
        if len(letter.recipients()) != 1:
            found.append(f"{door} names {len(letter.recipients())} recipients")
        for address in letter.recipients():
            heard = heard.replace(address, "")
            if any(gone in address for gone in ("suspended", "removed", "kept-from")):
                found.append(f"{door} goes to somebody who is shut out")
        # A number stands by itself: ids of letters are drawn at random, and hold every five digits some day.
        told = {SECRET: SECRET in heard, str(HIDDEN_NUMBER): re.search(rf"\b{HIDDEN_NUMBER}\b", heard) is not None}
        found += [f"{door} tells {secret}" for secret, is_told in told.items() if is_told]
    return found


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name}: {record.getMessage()} {record.exc_text or ''}")


@contextmanager
def log_lines() -> Iterator[list[str]]:
    """What is logged meanwhile, but for the database's own log, which is off wherever DEBUG is."""
    kept, root = _Kept(), logging.getLogger()
    database = logging.getLogger("django.db.backends")
    levels = root.level, database.level
    root.addHandler(kept)
    root.setLevel(logging.DEBUG)
    database.setLevel(logging.INFO)
    try:
        yield kept.lines
    finally:
        root.removeHandler(kept)
        root.setLevel(levels[0])
        database.setLevel(levels[1])


def lines_that_tell(lines: list[str]) -> list[str]:
    """Log lines with a secret. A refused address is logged as it was asked for, by whoever knew it."""
    kept = (" ".join(part for part in line.split() if not part.startswith("/")) for line in lines)
    return [f"log line {line.split(':')[0]} tells {SECRET}" for line in kept if SECRET in line]


def messages() -> list[dict[str, Any]]:
    """What waits in the broker, whichever it is."""
    if settings.CELERY_BROKER_URL.startswith("redis:"):
        waiting: Any = redis.Redis.from_url(settings.CELERY_BROKER_URL).lrange("celery", 0, -1)
        return [json.loads(one) for one in waiting]
    folder = VAR / "broker" / "messages"
    return [json.loads(path.read_bytes()) for path in folder.rglob("*") if path.is_file()]


def bells_that_tell() -> list[str]:
    """Messages that carry anything but keys of rows."""
    found = []
    for message in messages():
        args, kwargs, _ = json.loads(base64.b64decode(message["body"]))
        if kwargs or not all(isinstance(one, int) for one in args) or SECRET in str(message["headers"]):
            found.append(f"message to {message['headers']['task']} tells more than keys")
    return found


@contextmanager
def cleared_away() -> Iterator[None]:
    """Take away what lies outside of the database by the end: messages, files to serve, objects and refs of mirrors."""
    places = (VAR / "broker", settings.STATIC_ROOT, settings.MIRRORS_DIR)
    before = {path for place in places for path in place.rglob("*")}
    waiting = len(messages())
    try:
        yield
    finally:
        for path in {path for place in places for path in place.rglob("*")} - before:
            if path.is_file():
                path.unlink()
        if settings.CELERY_BROKER_URL.startswith("redis:"):
            broker: Any = redis.Redis.from_url(settings.CELERY_BROKER_URL)
            broker.lpop("celery", max(len(messages()) - waiting, 0) or None)


def mirrors_that_tell() -> list[str]:
    """Mirrors with a ref or an object, packed or loose, that holds a secret: they are served to nobody, and still."""
    found = []
    for mirror in settings.MIRRORS_DIR.glob("*.git"):
        asks = {"ref": ("for-each-ref",), "object": ("cat-file", "--batch", "--batch-all-objects")}
        for kind, ask in asks.items():
            told = subprocess.run(["git", "-C", mirror, *ask], capture_output=True, check=True).stdout
            if SECRET.encode() in told or str(HIDDEN_NUMBER).encode() in told:
                found.append(f"mirror: {kind} tells")
    return found


def files_that_tell() -> list[str]:
    """Files that a web server hands out, or that lie where messages do."""
    places = (settings.STATIC_ROOT, settings.BASE_DIR / "static", VAR / "broker")
    files = (path for place in places for path in place.rglob("*") if path.is_file())
    return [f"file {path.name} tells {SECRET}" for path in files if SECRET.encode() in path.read_bytes()]


def differing(client: Client, hidden: str, missing: str, method: str = "GET") -> list[str]:
    """Whether two addresses can be told apart: by status, headers, body, or by how long it takes."""
    if told(client, hidden, method) == told(client, missing, method):
        return []
    return [f"{method} {hidden} can be told from {missing}"]


def changed_by(client: Client, addresses: tuple[str, ...], hide_one_more: Callable[[], object]) -> list[str]:
    """Pages that are not the same once there is one more secret: they count, or give a place in a row to it."""
    before, after = {}, {}
    with time_machine.travel(timezone.now(), tick=False):  # some pages say how long ago something was
        for address in addresses:
            told(client, address)  # the first looks may lay something into a cache
            told(client, address)
            before[address] = told(client, address)
            with transaction.atomic():
                hide_one_more()
                after[address] = told(client, address)
                transaction.set_rollback(True)
    return [f"GET {address} counts what is hidden" for address in addresses if before[address] != after[address]]
