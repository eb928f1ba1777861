"""`manage.py receive_mail`: take one letter on standard input, as a mail server's pipe gives it."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from advisories.reporting import incoming


class Command(BaseCommand):
    """Ends with `EX_TEMPFAIL` where the letter could not be kept: the mail server holds it and tries again."""

    help = "Keep one letter from standard input, and put it into the thread it belongs to or open a report."

    # Whatever else is wrong with the installation, mail is kept.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--recipient", default="", help="the address it was delivered to, such as ${recipient}")

    def handle(self, *args: Any, **options: Any) -> None:
        raw = sys.stdin.buffer.read()
        if not raw.strip():
            raise CommandError("There is no letter on standard input.", returncode=os.EX_NOINPUT)
        try:
            letter = incoming.receive(raw, recipient=options["recipient"])
        except (DatabaseError, OSError) as error:
            told = f"The letter could not be kept now ({type(error).__name__})."
            raise CommandError(told, returncode=os.EX_TEMPFAIL) from error
        self.stdout.write(f"Letter {letter.pk} is kept: {letter.get_fate_display().lower()}.")
