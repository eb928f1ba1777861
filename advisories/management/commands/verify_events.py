"""`manage.py verify_events`: prove that nothing in the record was changed, taken out or put in."""

import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from advisories.events import Broken, Head, verify
from advisories.models import Event


class Command(BaseCommand):
    """Keep the head that it prints somewhere else: only an earlier head proves that nothing was cut off at the end."""

    help = "Walk the chain of events, name the first broken link, print the head."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", default="", metavar="SEQ:HASH", help="a head kept earlier, which must be in it")

    def handle(self, *args: Any, **options: Any) -> None:
        found = verify(Event.objects.as_chain(), kept=_head(options["head"]))
        if isinstance(found, Broken):
            raise CommandError(f"The record is broken: {found}.")
        self.stdout.write(f"The record holds. Its head is {found.head.sequence}:{found.head.hash}")


def _head(told: str) -> Head | None:
    if not told:
        return None
    match = re.fullmatch(r"(\d+):([0-9a-f]{64})", told)
    if match is None:
        raise CommandError("A head is a number, a colon and 64 hexadecimal digits, as this command prints it.")
    return Head(int(match[1]), match[2])
