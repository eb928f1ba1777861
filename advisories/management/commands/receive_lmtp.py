"""`manage.py receive_lmtp`: take letters from a mail server that speaks LMTP."""

import logging
import signal
from collections.abc import Sequence
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, close_old_connections, connection

from advisories.lmtp.listening import Bounds, Listener
from advisories.reporting import incoming

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Every letter goes through the door of `receive_mail`, and is answered once it is kept."""

    help = "Listen for a mail server's LMTP and keep every letter that it hands over."
    # Whatever else is wrong with the installation, mail is kept.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--listen", default="127.0.0.1:2424", help="unix:/path or host:port")
        parser.add_argument("--connections", type=int, default=20, help="at once; more are told to come back")

    def handle(self, *args: Any, **options: Any) -> None:
        bounds = Bounds(
            most_bytes=settings.MAIL_MOST_BYTES,
            most_in_hand=4 * settings.MAIL_MOST_BYTES,
            connections=options["connections"],
        )
        try:
            listener = Listener(options["listen"], bounds, incoming.is_ours, deliver)
        except (OSError, ValueError) as error:
            raise CommandError(f"Nothing can be taken there: {error}.") from error

        def stop(number: int, frame: FrameType | None) -> None:
            listener.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        self.stdout.write(f"Listening on {options['listen']}.")
        self.stdout.flush()
        listener.run()


def deliver(raw: bytes, sender: str, recipients: Sequence[str]) -> bool:
    """Keep a letter; false where it can't be kept now."""
    close_old_connections()
    try:
        letter = incoming.receive(incoming.with_return_path(raw, sender), recipient=", ".join(recipients))
    except (DatabaseError, OSError) as error:
        logger.error("a letter could not be kept: %s", type(error).__name__)
        return False
    finally:
        connection.close()
    logger.info("letter %s is kept", letter.pk)
    return True
