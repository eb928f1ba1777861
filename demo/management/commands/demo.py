"""`manage.py demo`: run the main job on a demonstration upstream, print the branch board, serve it."""

import signal
import sys
from typing import Any, NoReturn

from django.conf import settings
from django.core.checks import run_checks
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from demo.processes import ProcessDied, lock, port_is_free
from demo.showing import Demonstration
from releases.engine.git import GitTrouble


class Command(BaseCommand):
    """Trouble that a person can mend is told in a sentence; everything started here ends here."""

    help = "Run the main job on a demonstration upstream, print the branch board, and serve it until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="print the board and end")
        parser.add_argument("--port", type=int, default=8000, help="where to serve (default: 8000)")

    def handle(self, *args: Any, **options: Any) -> None:
        for trouble in run_checks():
            if trouble.is_serious():
                raise CommandError(f"{trouble.msg} {trouble.hint or ''}".strip())
        if not 1 <= options["port"] <= 65535:
            raise CommandError(f"{options['port']} is not a port: choose one from 1 to 65535.")
        held = lock(settings.VAR_DIR / "lock")
        if held is None:
            raise CommandError("Another demonstration runs in this checkout. End it first (Ctrl-C in its terminal).")
        if not port_is_free(options["port"]):
            raise CommandError(f"Port {options['port']} is taken. Choose another: make demo PORT={options['port'] + 1}")
        signal.signal(signal.SIGTERM, _interrupt)
        demonstration = Demonstration(self.stdout, port=options["port"])
        try:
            demonstration.run(once=options["once"])
        except KeyboardInterrupt:
            self.stdout.write("\nEnded, and every process with it.")
        except (ProcessDied, GitTrouble, DatabaseError, OSError, TimeoutError) as error:
            raise CommandError(
                f"{error}\nThe demonstration keeps to {settings.VAR_DIR}: removing that directory starts it afresh."
            ) from error
        finally:
            held.close()
        sys.stdout.flush()


def _interrupt(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt
